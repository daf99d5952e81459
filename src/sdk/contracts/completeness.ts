/**
 * The completeness statement: what a connector says of each list that it read, so that a reader can redo the sum, and
 * of what it did not read. Facts only; what a run is worth is decided by its warnings.
 */

/** What was seen of one list: all pages of one endpoint, read with one filter. */
export interface ListReading {
  /** Stable name within the connector, such as `members/active`. A later report of the same name replaces this one. */
  readonly list: string;
  /** What it is a list of, for people: `active members`. */
  readonly title: string;
  /** Resource type that its rows become. */
  readonly resourceType: string;
  /** Rows that the server said there are, as it said last; null when it said nothing. */
  readonly announced: number | null;
  /** Rows that came in the last pass over the list. */
  readonly read: number;
  /** Different ids among them. `read - distinct` rows were shown more than once. */
  readonly distinct: number;
  /**
   * Those of `distinct` that no list reported before showed. Over all lists of a resource type they add up to its
   * resources in the file.
   */
  readonly added: number;
  /** Times that the list was read from its beginning. */
  readonly passes: number;
  /** Times that all lists that belong together were begun; at most `passes`, unless a pass was never begun. */
  readonly sweeps: number;
  /** True when rows, order or count changed between two looks at it. */
  readonly moved: boolean;
  /** When its first page was asked for, milliseconds since the epoch. */
  readonly startedAtMs: number;
  /** When it was found to be whole; null while it is not. */
  readonly endedAtMs: number | null;
}

/** Whose key it is. */
export interface KeyOwner {
  readonly kind: "person" | "service" | "unknown";
  /** As the product spells it; null when it is not known. */
  readonly role: string | null;
  /** True when the role is one that sees everybody and everything that is read. */
  readonly seesAll: boolean;
}

/** Something of the product that is not in the file. */
export interface NotRead {
  /** Stable name within the connector, such as `invitations`. */
  readonly what: string;
  /** What it is, for people: `pending invitations`. */
  readonly title: string;
  /** `not-chosen`: an option leaves it out. `out-of-scope`: the connector never reads it. `refused`: the server does not show it. */
  readonly reason: "not-chosen" | "out-of-scope" | "refused";
}

/** One fact that a connector reports while it reads. */
export type ReadingFact =
  | ({ readonly kind: "list" } & ListReading)
  | { readonly kind: "key-owner"; readonly owner: KeyOwner }
  | ({ readonly kind: "not-read" } & NotRead);

/** What was seen of one list, with its times as a record has them: RFC 3339 in UTC. */
export interface RecordedList extends Omit<ListReading, "startedAtMs" | "endedAtMs"> {
  readonly startedAt: string;
  readonly endedAt: string | null;
}

/** The statement as a record has it, as far as the run got. */
export interface RecordedCompleteness extends Omit<Completeness, "lists"> {
  readonly lists: readonly RecordedList[];
}

/** Everything that was reported. */
export interface Completeness {
  /** In the order in which they were first reported. Empty for a connector that reports none. */
  readonly lists: readonly ListReading[];
  /** Null when it was not reported. */
  readonly keyOwner: KeyOwner | null;
  readonly notRead: readonly NotRead[];
}

/** The list as a record has it. */
export function recordedList({ startedAtMs, endedAtMs, ...list }: ListReading): RecordedList {
  const timeOf = (ms: number): string => new Date(ms).toISOString();
  return { ...list, startedAt: timeOf(startedAtMs), endedAt: endedAtMs === null ? null : timeOf(endedAtMs) };
}

/**
 * `active members: announced 92, read 92, distinct 92, added 92; passes 2, sweeps 2, moved while it was read; begun at
 * 2026-01-02T03:04:05.000Z, not read to its end`: all that a reader needs to redo the sum.
 */
export function listInWords(list: RecordedList): string {
  const { title, announced, read, distinct, added, passes, sweeps, moved, startedAt, endedAt } = list;
  const counts = `announced ${announced ?? "nothing"}, read ${read}, distinct ${distinct}, added ${added}`;
  const rest = `passes ${passes}, sweeps ${sweeps}, ${moved ? "moved while it was read" : "did not move"}`;
  const when = `begun at ${startedAt}, ${endedAt === null ? "not read to its end" : `whole at ${endedAt}`}`;
  return `${title}: ${counts}; ${rest}; ${when}`;
}

/** What a key is, and whose, in words: `short-lived token of a person, role Owner`. */
export function keyInWords(kind: "key" | "token" | undefined, { kind: owner, role }: KeyOwner): string {
  return `${kind === "token" ? "short-lived token" : "key"} of ${keyOwners[owner]}, role ${role ?? "unknown"}`;
}

const keyOwners = { person: "a person", service: "a service account", unknown: "somebody unknown" };
