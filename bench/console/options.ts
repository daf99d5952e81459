/** The options of `npm run bench:console`. What is not known is refused. */
import { parseArgs } from "node:util";

/** What to measure. */
export interface ConsoleBenchOptions {
  readonly members: number;
  readonly teams: number;
  readonly logLines: number;
  /** Users at once, and for how long; only the load is measured with `--load`. */
  readonly users: number;
  readonly seconds: number;
  readonly isLoadOnly: boolean;
  /** Update the section in bench/RESULTS.md. */
  readonly write: boolean;
}

/** Reads the arguments. @throws TypeError for what is not known. */
export function parseConsoleBenchOptions(argv: readonly string[]): ConsoleBenchOptions {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      members: { type: "string", default: "45000" },
      teams: { type: "string", default: "2000" },
      "log-lines": { type: "string", default: "100000" },
      users: { type: "string", default: "20" },
      seconds: { type: "string", default: "60" },
      load: { type: "boolean", default: false },
      write: { type: "boolean", default: false },
    },
  });
  const { members, teams, users, seconds, load, write } = values;
  return {
    members: Number(members),
    teams: Number(teams),
    logLines: Number(values["log-lines"]),
    users: Number(users),
    seconds: Number(seconds),
    isLoadOnly: load,
    write,
  };
}
