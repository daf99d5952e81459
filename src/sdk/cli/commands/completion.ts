/** `completion bash|zsh|fish|powershell`: the script for a shell. */
import { type Command, ownFlag } from "../app.ts";

/** Prints the script; without a known shell it prints help and succeeds, as in the Go connectors. */
export const completionCommand: Command = {
  name: "completion",
  summary: "Print a completion script for bash, zsh, fish or powershell",
  operands: "bash|zsh|fish|powershell",
  operandValues: ["bash", "zsh", "fish", "powershell"],
  settings: "standard",
  options: [{ kind: "bool", name: "no-descriptions", description: "Leave descriptions out of the script", ...ownFlag }],
  async run(invocation) {
    const { io, flags, options } = invocation;
    const { completionScript } = await import("../completion/scripts.ts");
    const script = completionScript(flags.operands[0] ?? "", invocation, !options.bool("no-descriptions"));
    if (script !== undefined) io.stdout.write(script);
    else io.stdout.write(await (await import("../help.ts")).helpText(invocation, "completion"));
    return 0;
  },
};
