/** The program: the Cloudsmith connector behind the command line, and the sandbox to try it on. */
import { connectorApp } from "./cloudsmith/connector-app.ts";
import { consoleCommand } from "./console/command.ts";
import { readCommand } from "./console/sources/read-command.ts";
import { workerCommand } from "./console/worker/worker-command.ts";
import { evidenceCommand } from "./evidence/command.ts";
import { reportCommand } from "./reports/commands.ts";
import { summarizeFile } from "./reports/summarize-file.ts";
import { reviewCommand } from "./reviews/command.ts";
import { sandboxCommand } from "./sandbox-command.ts";
import { runCli } from "./sdk/cli/run-cli.ts";
import { systemIo } from "./sdk/cli/system-io.ts";
import { reportReadingEnded } from "./sdk/file-progress.ts";
import { version } from "./version.ts";

const connector = connectorApp(version);
const commands = [
  consoleCommand,
  workerCommand,
  readCommand,
  sandboxCommand,
  reportCommand,
  reviewCommand,
  evidenceCommand,
];
const app = { ...connector, commands, summarize: summarizeFile };
// No await out here: the single executable is made of a format that has none.
void runCli(app, systemIo()).then((code) => {
  process.exitCode = code;
  // What is still to be taken of the output may take what time it takes.
  reportReadingEnded();
});
