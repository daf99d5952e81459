/**
 * What a review is: the rows of one question about one finished sync, what was decided about each, by whom and when, and
 * the signature that ends it. Built from lines, pure; where the lines are kept is review-file.ts.
 */
import type { Column } from "../reports/screen/shown.ts";
import { type ChainedLine, lineObject } from "../sdk/chained-lines.ts";
import type { Question } from "./question.ts";

/** What can be decided about a row. */
export const verdicts = ["keep", "revoke", "unsure"] as const;
/** One of {@link verdicts}. */
export type Verdict = (typeof verdicts)[number];

/** A sync, by what a file says of it. */
export interface ReviewedSync {
  readonly id: string;
  readonly type: string;
  /** As the file has them, without a zone. */
  readonly startedAt: string;
  readonly endedAt: string;
}

/** An entitlement that rows are about. */
export interface StakedEntitlement {
  readonly id: string;
  /** `resource: slug`, for people. */
  readonly label: string;
}

/** The first line of a review. */
export interface ReviewHead {
  readonly kind: typeof reviewKind;
  readonly version: typeof reviewVersion;
  readonly id: string;
  readonly title: string;
  /** What was asked, so that it can be asked of a later sync. */
  readonly question: Question;
  readonly columns: readonly Column[];
  readonly sync: ReviewedSync;
  /** Of the run that wrote the sync; null when it is not known. */
  readonly result: string | null;
  /** SHA-256 of the file, in hex. */
  readonly fileSha256: string;
  /** Keys of the organizations in the file: a later sync must be of one of them. */
  readonly organizations: readonly string[];
  /** What the rows refer to by its index. */
  readonly entitlements: readonly StakedEntitlement[];
  /** RFC 3339, UTC. */
  readonly startedAt: string;
  readonly startedBy: string;
  readonly rows: number;
  /** What the console calls the file that it was started from; absent on the command line. So is what follows. */
  readonly source?: string;
  /** The same for people: the organization, which may not be set up any more. */
  readonly sourceTitle?: string;
  /** What names of downloads begin with. */
  readonly fileName?: string;
  /** What the report said to its readers. */
  readonly notices: readonly string[];
}

/** A line for each row. */
export interface ReviewRow {
  /** From 1. */
  readonly row: number;
  /** The same in a later answer to the same question; unique within one. */
  readonly key: string;
  /** In the order of the columns. */
  readonly cells: readonly (string | number | readonly string[] | null)[];
  /** Whose access it is; null for a row about something else. */
  readonly who: { readonly type: string; readonly id: string } | null;
  /** Indexes of the entitlements that a revocation takes away; empty when there is none. */
  readonly stake: readonly number[];
}

/** What is decided about one row. */
export interface Decided {
  /** Null: there is a note only. */
  readonly decision: Verdict | null;
  readonly note: string;
  readonly by: string;
  /** RFC 3339, UTC. */
  readonly at: string;
}

/** A line for each decision, about one row or many. */
export interface DecisionLine {
  readonly kind: "decided";
  readonly rows: readonly number[];
  /** Absent: as it was. */
  readonly decision?: Verdict;
  /** Absent: as it was. */
  readonly note?: string;
  readonly by: string;
  readonly at: string;
}

/** The last line of a review that is finished. */
export interface SignatureLine {
  readonly kind: "signed";
  readonly by: string;
  readonly at: string;
  readonly counts: Readonly<Record<Verdict, number>>;
}

/** How far a review is. */
export interface Progress {
  readonly rows: number;
  readonly undecided: number;
  readonly counts: Readonly<Record<Verdict, number>>;
}

/** What the first line of a review says it is. */
export const reviewKind = "access-review";
/** Grows when a line changes its meaning. */
export const reviewVersion = 1;

/** A review as far as it is. */
export class Review {
  readonly head: ReviewHead;
  readonly rows: readonly ReviewRow[];
  readonly #decided = new Map<number, Decided>();
  #signature: SignatureLine | undefined;
  readonly #counts: Record<Verdict, number> = { keep: 0, revoke: 0, unsure: 0 };

  constructor(head: ReviewHead, rows: readonly ReviewRow[]) {
    this.head = head;
    this.rows = rows;
  }

  /** Defined when it is finished. */
  get signature(): SignatureLine | undefined {
    return this.#signature;
  }

  /** What is decided about a row; undefined while nothing is. */
  decided(row: number): Decided | undefined {
    return this.#decided.get(row);
  }

  progress(): Progress {
    const { keep, revoke, unsure } = this.#counts;
    const rows = this.rows.length;
    return { rows, undecided: rows - keep - revoke - unsure, counts: { keep, revoke, unsure } };
  }

  /** Takes in a line that was appended. */
  apply(line: DecisionLine | SignatureLine): void {
    if (line.kind === "signed") this.#signature = line;
    else for (const row of line.rows) this.#decide(row, line);
  }

  #decide(row: number, { decision, note, by, at }: DecisionLine): void {
    if (row < 1 || row > this.rows.length) return;
    const before = this.#decided.get(row);
    const now = { decision: decision ?? before?.decision ?? null, note: note ?? before?.note ?? "", by, at };
    if (before?.decision) this.#counts[before.decision]--;
    if (now.decision) this.#counts[now.decision]++;
    this.#decided.set(row, now);
  }
}

/** The first line of a review; undefined when it is none that this program knows. */
export function parseHead(line: Pick<ChainedLine, "text"> | undefined): ReviewHead | undefined {
  const head = line && lineObject(line);
  if (head?.["kind"] !== reviewKind || head["version"] !== reviewVersion || !Array.isArray(head["columns"]))
    return undefined;
  // Written by `writeReview`; what was changed afterwards does not fit the hashes.
  return head as unknown as ReviewHead;
}

/** The review that the first lines of a file are, as it was started, a row a step; undefined when they are none. */
export function* parseStarted(
  head: ReviewHead,
  lines: Iterator<ChainedLine>,
): Generator<void, Review | undefined, undefined> {
  const rows: ReviewRow[] = [];
  while (rows.length < head.rows) {
    const next = lines.next();
    const row = next.done ? undefined : (lineObject(next.value) as unknown as ReviewRow | undefined);
    if (row?.row !== rows.length + 1) return undefined;
    rows.push(row);
    yield;
  }
  return new Review(head, rows);
}

/** What a line behind the rows says; undefined for one that says nothing. */
export function parseAdded(line: ChainedLine): DecisionLine | SignatureLine | undefined {
  const object = lineObject(line);
  const isKnown = object?.["kind"] === "decided" || object?.["kind"] === "signed";
  return isKnown ? (object as unknown as DecisionLine | SignatureLine) : undefined;
}
