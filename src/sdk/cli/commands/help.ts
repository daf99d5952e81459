/** `help [command]`. */
import type { Command } from "../app.ts";

/** Prints help about the program or the command named by the first operand. */
export const helpCommand: Command = {
  name: "help",
  summary: "Print help about a command",
  operands: "[command]",
  settings: "connector",
  async run(invocation) {
    const { helpText } = await import("../help.ts");
    const [name = ""] = invocation.flags.operands;
    invocation.io.stdout.write(await helpText(invocation, name));
    return 0;
  },
};
