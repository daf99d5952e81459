/** `inspect FILE`: verifies a .c1z and prints what it holds and what is wrong where. */
import { type Command, ownFlag } from "../app.ts";

/** The exit code is 0 for a sound file, 15 (data loss) for a damaged one. */
export const inspectCommand: Command = {
  name: "inspect",
  summary: "Verify a .c1z file of any writer and say what is wrong where",
  operands: "FILE",
  settings: "standard",
  readsForeignFiles: true,
  options: [{ kind: "bool", name: "json", description: "Print the result as JSON", ...ownFlag }],
  run: async (invocation) => (await import("./run-inspect.ts")).runInspect(invocation),
};
