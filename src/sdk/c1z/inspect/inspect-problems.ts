/** What an inspection finds: problems gathered by kind, with how often and a few examples. Knows no file. */

/** The checks, in the order in which they are made, with what is asked. Version 3 has no schema, version 1 no digests. */
export const inspectChecks = {
  envelope: "First bytes and compressed frame",
  database: "Pages, blocks and their order",
  schema: "Tables and columns",
  indexes: "Indexes are those that belong here",
  syncs: "Ids, times and kinds of the syncs",
  rows: "Every row can be decoded",
  columns: "Columns and keys agree with what the rows hold",
  references: "What rows name is there",
  digests: "Digests of the grants are true",
  stats: "Stored counts are true",
} as const;

/** Id of a check. */
export type InspectCheck = keyof typeof inspectChecks;

/** One kind of thing that is wrong. */
export interface InspectProblem {
  readonly check: InspectCheck;
  /** `fail`: the file is damaged or untrue. `warn`: readers cope with it, or it may be meant. */
  readonly severity: "fail" | "warn";
  /** Table, sync or part of the file. */
  readonly where: string;
  readonly what: string;
  readonly count: number;
  /** At most five. */
  readonly examples: readonly string[];
}

const maxExamples = 5;
/** A file can be wrong in any number of ways; beyond this the list says nothing new. */
const maxProblems = 500;

interface Gathered extends InspectProblem {
  count: number;
  readonly examples: string[];
}

/** Gathers problems: the same check, place and text is one problem, counted. */
export class InspectProblems {
  readonly #byKey = new Map<string, Gathered>();

  /** Adds a problem that damages what a reader sees. */
  fail(check: InspectCheck, where: string, what: string, example?: string, count = 1): void {
    this.#add({ check, severity: "fail", where, what, count, examples: [] }, example);
  }

  /** Adds a problem that readers cope with. */
  warn(check: InspectCheck, where: string, what: string, example?: string, count = 1): void {
    this.#add({ check, severity: "warn", where, what, count, examples: [] }, example);
  }

  list(): readonly InspectProblem[] {
    return [...this.#byKey.values()];
  }

  #add(problem: InspectProblem, example: string | undefined): void {
    const key = JSON.stringify([problem.check, problem.severity, problem.where, problem.what]);
    let known = this.#byKey.get(key);
    if (!known) {
      if (this.#byKey.size >= maxProblems) return;
      known = { ...problem, count: 0, examples: [] };
      this.#byKey.set(key, known);
    }
    known.count += problem.count;
    if (example !== undefined && known.examples.length < maxExamples) known.examples.push(example);
  }
}
