/** `fleet DIR|s3://BUCKET/PREFIX`: one table over the run records of many targets. */
import { type Command, ownFlag } from "../app.ts";

/** The exit code is 0 when all are fresh and whole, 23 when one is not. */
export const fleetCommand: Command = {
  name: "fleet",
  summary: "Show from the run records of many targets which are fresh and whole",
  operands: "DIR|s3://BUCKET/PREFIX",
  settings: "none",
  options: [
    { kind: "bool", name: "json", description: "Print the result as JSON", ...ownFlag },
    {
      kind: "int",
      name: "stale-after",
      description: "Hours after which a sync is stale",
      default: 26,
      rules: { gte: 1, lte: 100_000, zeroIsChecked: true },
      ...ownFlag,
    },
  ],
  run: async (invocation) => (await import("./run-fleet.ts")).runFleet(invocation),
};
