/** The program: the Cloudsmith connector behind the command line, and the sandbox to try it on. */
import { connectorApp } from "./cloudsmith/connector-app.ts";
import { sandboxCommand } from "./sandbox-command.ts";
import { runCli } from "./sdk/cli/run-cli.ts";
import { systemIo } from "./sdk/cli/system-io.ts";
import { summarizeFile } from "./summarize-file.ts";
import { version } from "./version.ts";

const app = { ...connectorApp(version), commands: [sandboxCommand], summarize: summarizeFile };
process.exitCode = await runCli(app, systemIo());
