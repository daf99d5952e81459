/** Reviews that are decided in the page: GET /api/reviews and below; and the people who have a link of their own. */

import type { Column } from "../../reports/screen/shown.ts";
import type { TableRow } from "./sources.ts";

/** What somebody may do. A viewer looks, a reviewer also decides and signs, an admin does everything. */
export const roles = ["viewer", "reviewer", "admin"] as const;
/** One of {@link roles}. */
export type Role = (typeof roles)[number];

/** Somebody with a link of their own: GET /api/persons. */
export interface Person {
  readonly id: string;
  readonly name: string;
  readonly role: Role;
  readonly createdAtMs: number;
  /** Until when the link is good, milliseconds since the epoch. */
  readonly expiresAtMs: number;
  readonly lastSeenMs: number | null;
}

/** Answer to POST /api/persons: the link is shown this once. */
export interface NewPerson {
  readonly person: Person;
  readonly link: string;
}

/** What can be decided about a row. */
export const verdicts = ["keep", "revoke", "unsure"] as const;
/** One of {@link verdicts}. */
export type Verdict = (typeof verdicts)[number];

/** A review and how far it is. */
export interface DecidedReview {
  readonly id: string;
  readonly title: string;
  /** Where it was started, such as `connector:ID`. */
  readonly source: string;
  /** The same for people: the organization; "" where it is not known. */
  readonly sourceTitle: string;
  /** When the reviewed sync ended; null where the file does not say it. */
  readonly syncEndedAtMs: number | null;
  readonly syncId: string;
  readonly startedBy: string;
  readonly startedAtMs: number;
  readonly rows: number;
  readonly undecided: number;
  readonly counts: Readonly<Record<Verdict, number>>;
  /** Null until it is signed. */
  readonly signed: { readonly by: string; readonly atMs: number } | null;
}

/** What became of a row that was to be revoked. */
export type Outcome = "done" | "still-there" | "unclear";

/** A row of a review. */
export interface DecidedRow {
  /** From 1. */
  readonly row: number;
  readonly cells: TableRow["cells"];
  readonly who: { readonly type: string; readonly id: string } | null;
  /** What a revocation takes away, some of it. */
  readonly stake: readonly string[];
  readonly stakeCount: number;
  readonly decision: Verdict | null;
  readonly note: string;
  readonly by: string | null;
  readonly atMs: number | null;
  /** Null before a later sync, and for rows that were not to be revoked. */
  readonly outcome: Outcome | null;
  readonly remains: readonly string[];
}

/** Which rows of a review are shown. */
export const rowFilters = ["all", "undecided", "keep", "revoke", "unsure", "done", "still-there", "unclear"] as const;
/** One of {@link rowFilters}. */
export type RowFilter = (typeof rowFilters)[number];

/** GET /api/reviews/:id?offset=&limit=&show=. */
export interface DecidedReviewPage {
  readonly review: DecidedReview;
  readonly columns: readonly Pick<Column, "key" | "title" | "kind">[];
  readonly notices: readonly string[];
  /** Rows that fit. */
  readonly total: number;
  readonly offset: number;
  readonly rows: readonly DecidedRow[];
  /** The sync after the reviewed one, held against it; null before there is one. */
  readonly check: ReviewCheck | null;
}

/** What a later sync says. */
export interface ReviewCheck {
  readonly syncEndedAtMs: number | null;
  readonly counts: Readonly<Record<Outcome, number>>;
  /** Rows that the review does not have, at most 100; null where the question is about one sync alone. */
  readonly fresh: readonly TableRow["cells"][] | null;
  readonly freshCount: number;
}

/** Bytes of a list of people; what reads it refuses more. */
export const mostListBytes = 8 * 1024 * 1024;

/** POST /api/sources/:source/list: who in a list holds what. */
export interface ListedPage {
  /** Of the columns, in the order of the cells. */
  readonly keys: readonly string[];
  readonly total: number;
  readonly offset: number;
  readonly rows: readonly TableRow["cells"][];
  readonly counts: readonly { readonly key: string; readonly label: string; readonly count: number }[];
  readonly notices: readonly string[];
}
