/** The program without a command: one sync into a file, or service mode when a client id is given. */
import { type Command, ownFlag } from "../app.ts";

/** The root command. */
export const syncCommand: Command = {
  name: "",
  summary: "Sync once into a file, or serve ConductorOne when a client id is given",
  settings: "connector",
  options: [
    {
      kind: "bool",
      name: "strict",
      fallbackEnvironment: ["BATON_STRICT"],
      description: "End with exit code 20 when the roster is or may be partial (the file is written all the same)",
      ...ownFlag,
    },
    {
      kind: "bool",
      name: "accept-changes",
      fallbackEnvironment: ["BATON_ACCEPT_CHANGES"],
      description:
        "Let the sync replace the file although half or more of the resources of a type, or of the grants, are gone",
      ...ownFlag,
    },
    {
      kind: "int",
      name: "lock-wait",
      fallbackEnvironment: ["BATON_LOCK_WAIT"],
      description:
        "How long to wait for another run on the same file, in seconds; 0: not at all. One that is seen to run is waited for 30 s unless this is set",
      default: 120,
      rules: { gte: 0, lte: 86_400, zeroIsChecked: true },
      ...ownFlag,
    },
  ],
  run: async (invocation) => (await import("./run-sync.ts")).runSyncCommand(invocation),
};
