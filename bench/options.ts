/** The options of `npm run bench`. What is not known is refused. */
import { parseArgs } from "node:util";
import { type StartCase, type SyncCase, startCases, syncCases } from "./cases.ts";

/** What to measure and what to do with it. */
export interface BenchOptions {
  readonly help: boolean;
  readonly syncs: readonly SyncCase[];
  readonly starts: readonly StartCase[];
  /** Whether the layers are measured alone as well. */
  readonly layers: boolean;
  /** A smaller and shorter measurement of everything chosen: to see that it works, not to compare. */
  readonly quick: boolean;
  /** Measured runs per case; undefined: each case's own number. */
  readonly runs: number | undefined;
  /** Update bench/RESULTS.md. */
  readonly write: boolean;
  /** Directory of a package to measure by turns with the sources. */
  readonly against: string | undefined;
  /** Program of another connector, whose syncs are measured by turns. */
  readonly peer: string | undefined;
}

const layersName = "layers";

/** Names that `--cases` takes. */
export const caseNames: readonly string[] = [
  ...syncCases.map(({ name }) => name),
  ...startCases.map(({ name }) => name),
  layersName,
];
const quickCases: readonly string[] = ["1k", "10k-late", "version", "capabilities", layersName];

/** The help text. */
export const benchHelp = `Measures the package, built from the sources, on made-up organizations.

Usage: npm run bench [-- options]

  --cases A,B     only these: ${caseNames.join(", ")}
  --runs N        measured runs per case, after one to warm up
  --quick         the small cases, three runs
  --against DIR   measure the package in DIR (bin/ and dist/) by turns with the sources
  --peer PROGRAM  measure syncs by turns with another connector, such as one made with the Go SDK: a program that takes
                  --file, BATON_API_KEY, BATON_ORG_SLUG and BATON_BASE_URL
  --write         update bench/RESULTS.md; needs all cases
`;

/** @throws TypeError with a message for people, for an unknown option, case or number. */
export function parseBenchOptions(argv: readonly string[]): BenchOptions {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      cases: { type: "string" },
      runs: { type: "string" },
      quick: { type: "boolean", default: false },
      write: { type: "boolean", default: false },
      against: { type: "string" },
      peer: { type: "string" },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  const { quick, write, help } = values;
  if (write && (quick || values.cases !== undefined || values.against !== undefined || values.peer)) {
    throw new TypeError("--write takes the whole measurement: without --quick, --cases, --against and --peer");
  }
  const chosen = chosenCases(values.cases, quick);
  return {
    help,
    syncs: syncCases.filter(({ name }) => chosen.includes(name)),
    starts: startCases.filter(({ name }) => chosen.includes(name)),
    layers: chosen.includes(layersName),
    quick,
    runs: runsOf(values.runs) ?? (quick ? 3 : undefined),
    write,
    against: values.against,
    peer: values.peer,
  };
}

function chosenCases(text: string | undefined, quick: boolean): readonly string[] {
  if (text === undefined) return quick ? quickCases : caseNames;
  const chosen = text.split(",");
  const unknown = chosen.filter((name) => !caseNames.includes(name));
  if (unknown.length > 0)
    throw new TypeError(`--cases: no case ${unknown.join(", ")}; there are ${caseNames.join(", ")}`);
  return chosen;
}

function runsOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (!/^[1-9]\d{0,2}$/.test(text)) throw new TypeError("--runs takes a whole number from 1 to 999");
  return Number(text);
}
