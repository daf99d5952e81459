/** `help [command]`, and what `--help` prints. */
import { builtInCommands } from "../command-table.ts";
import { commandHelp, rootHelp } from "../help.ts";
import type { CommandRun, Invocation } from "../invocation.ts";
import { usageError } from "../parse-argv.ts";

/** Prints help about the program or the command named by the first operand. */
export const runHelp: CommandRun = async (invocation) => {
  const { app, io, flags } = invocation;
  const [name = ""] = flags.operands;
  const extra = app.commands?.find((command) => command.name === name);
  if (extra) return await extra.run(["--help"], io);
  printHelp(invocation, name);
  return 0;
};

/**
 * Prints the help text of a built-in command; "" is the program itself.
 * @throws BatonError BATON-USAGE when there is no such command.
 */
export function printHelp(
  { app, io, standardFields }: Pick<Invocation, "app" | "io" | "standardFields">,
  name: string,
): void {
  const command = builtInCommands.find((candidate) => candidate.name === name);
  if (!command) throw usageError(`unknown command ${JSON.stringify(name)} for "${app.name}"`);
  io.stdout.write(name === "" ? rootHelp(app, standardFields) : commandHelp(app, command, standardFields));
}
