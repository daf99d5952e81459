/** The program: the Cloudsmith connector behind the command line, and the sandbox to try it on. */
import { connectorApp } from "./cloudsmith/connector-app.ts";
import { runCli } from "./sdk/cli/run-cli.ts";
import { systemIo } from "./sdk/cli/system-io.ts";
import { sandboxCommand } from "./sandbox-command.ts";
import { version } from "./version.ts";

const app = { ...connectorApp(version), commands: [sandboxCommand] };
process.exitCode = await runCli(app, systemIo());
