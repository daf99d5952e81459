/** `doctor`: everything that can keep a sync from working, asked one by one, and a report of it to send along. */
import { type Command, ownFlag } from "../app.ts";

/** Prints on standard output. The exit code is the status of the first failed check. */
export const doctorCommand: Command = {
  name: "doctor",
  summary: "Look for what keeps syncs from working: machine, network, key, roster, disk and file",
  settings: "connector",
  options: [
    { kind: "bool", name: "json", description: "Print the result as JSON", ...ownFlag },
    {
      kind: "string",
      name: "bundle",
      description: "Also write the result, without secrets and names, to this new file, to be sent along with a report",
      ...ownFlag,
    },
  ],
  run: async (invocation) => (await import("./run-doctor.ts")).runDoctor(invocation),
};
