/** `baton-cloudsmith console`: puts the console together, prints the way in, and serves until told to stop. */
import type { ExtraCommand } from "../sdk/cli/app.ts";
import type { CliIo } from "../sdk/cli/cli-io.ts";
import { refuseWeakTls } from "../sdk/cli/refuse-weak-tls.ts";
import type { ConsoleOptions } from "./command-options.ts";

/** The command; everything behind it is loaded only when it runs. @param program name of the program. */
export function consoleCommand(program: string, version: string): ExtraCommand {
  return {
    name: "console",
    summary: "Serve a web page on this machine: set up, sync, review who has access",
    async run(argv, io) {
      const { parseConsoleOptions, consoleHelp } = await import("./command-options.ts");
      const options = parseConsoleOptions(argv, io);
      if (!options) io.stdout.write(consoleHelp(program));
      else if (options.printsLink) await printLink(options, io);
      else await serve(options, io, version);
      return 0;
    },
  };
}

async function printLink(options: ConsoleOptions, io: CliIo): Promise<void> {
  const { linkIntoRunningConsole } = await import("./serve-console.ts");
  io.stdout.write(`${await linkIntoRunningConsole(options, io)}\n`);
}

async function serve(options: ConsoleOptions, io: CliIo, version: string): Promise<void> {
  // Its jobs would refuse it one by one.
  refuseWeakTls(io.env);
  const { serveConsole } = await import("./serve-console.ts");
  await serveConsole(options, io, version);
}
