/** What became of the decisions: a later sync is held against the review. Changes nothing, in neither. */
import type { Inquiry } from "../reports/ask.ts";
import { Holdings } from "../reports/holdings.ts";
import type { Row } from "../reports/report.ts";
import { isComplete } from "../reports/run-result.ts";
import { ksuidSeconds } from "../sdk/c1z/container/ksuid.ts";
import { BatonError, Status } from "../sdk/errors.ts";
import { askQuestion, reportOf } from "./question.ts";
import type { Review, ReviewedSync, ReviewHead, ReviewRow } from "./review.ts";
import { Stakes } from "./stakes.ts";
import { organizationsIn } from "./start.ts";

/**
 * What became of a row that was to be revoked. `unclear`: it is not in the later sync, but that one may lack people or
 * access.
 */
export type Outcome = "done" | "still-there" | "unclear";

/** A row as it is in the later sync. */
export interface CheckedRow {
  readonly outcome: Outcome;
  /** Labels of what is still held. */
  readonly remains: readonly string[];
}

/** The later sync, held against a review. */
export interface Check {
  readonly sync: ReviewedSync;
  /** Result of its run; null when it is not known. */
  readonly result: string | null;
  /** By row; those that were to be revoked only. */
  readonly rows: ReadonlyMap<number, CheckedRow>;
  /** Rows of the same question that the review does not have; undefined where the question is about one sync alone. */
  readonly fresh: readonly Row[] | undefined;
}

/** Whether the sync of the inquiry came after the reviewed one. */
export function isLater({ sync: reviewed }: Pick<ReviewHead, "sync">, { view: { sync } }: Inquiry): boolean {
  if (!sync || sync.endedAt === undefined || sync.id === reviewed.id) return false;
  return (ksuidSeconds(sync.id) ?? 0) >= (ksuidSeconds(reviewed.id) ?? 0);
}

/** Looks, a row a step. @throws BatonError `REVIEW-OTHER-ORGANIZATION`, `REVIEW-NOT-LATER`, and those of the report. */
export function* checkReview(review: Review, inquiry: Inquiry): Generator<void, Check, undefined> {
  const { sync } = inquiry.view;
  if (!sync || sync.endedAt === undefined || !isLater(review.head, inquiry)) throw notLater();
  const holdings = new Holdings(inquiry.view);
  const found = organizationsIn(inquiry.view, holdings);
  if (!review.head.organizations.every((key) => found.includes(key))) throw otherOrganization();
  const { question } = review.head;
  const comparesSyncs = reportOf(question).comparesSyncs === true;
  const [current, fresh] = comparesSyncs ? [new Set<string>(), undefined] : [new Set<string>(), [] as Row[]];
  if (fresh) {
    const known = new Set(review.rows.map(({ key }) => key));
    const answer = askQuestion(question, inquiry);
    const stakes = new Stakes(answer, holdings);
    for (const row of answer.rows) {
      const { key, who } = stakes.of(row);
      current.add(key);
      // Who of a list is not found any more is nobody new.
      if (!known.has(key) && (who || !question.list)) fresh.push(row);
      yield;
    }
  }
  const isWhole = inquiry.run === undefined || isComplete(inquiry.run.result);
  const rows = new Map<number, CheckedRow>();
  for (const row of review.rows) {
    if (review.decided(row.row)?.decision !== "revoke") continue;
    rows.set(row.row, outcomeOf({ review, row, holdings, current, isWhole: isWhole && sync.type === "full" }));
    yield;
  }
  const { id, type, startedAt, endedAt } = sync;
  return { sync: { id, type, startedAt, endedAt }, result: inquiry.run?.result ?? null, rows, fresh };
}

interface Looking {
  readonly review: Review;
  readonly row: ReviewRow;
  readonly holdings: Holdings;
  /** Keys of the rows that the question gives now. */
  readonly current: ReadonlySet<string>;
  readonly isWhole: boolean;
}

function outcomeOf({ review, row, holdings, current, isWhole }: Looking): CheckedRow {
  const gone = isWhole ? "done" : "unclear";
  const { who, stake, key } = row;
  // Who of a list was not found is done for as long as nobody is.
  if (!who && review.head.question.list) return { outcome: current.has(key) ? gone : "still-there", remains: [] };
  // Nothing was held: the row itself has to go.
  if (!who || stake.length === 0) return { outcome: current.has(key) ? "still-there" : gone, remains: [] };
  const held = holdings.view.heldBy({ resourceType: who.type, resource: who.id });
  const ids = new Set(held.map(({ entitlementId }) => entitlementId));
  const remains = stake
    .map((index) => review.head.entitlements[index])
    .flatMap((one) => (one && ids.has(one.id) ? [one.label] : []));
  return { outcome: remains.length > 0 ? "still-there" : gone, remains };
}

function notLater(): BatonError {
  return new BatonError({
    code: "REVIEW-NOT-LATER",
    status: Status.failedPrecondition,
    message: "The file holds no finished sync that is later than the reviewed one.",
    effect: "It is not known what became of the decisions.",
    hint: "Sync again, and look then.",
  });
}

function otherOrganization(): BatonError {
  return new BatonError({
    code: "REVIEW-OTHER-ORGANIZATION",
    status: Status.invalidArgument,
    message: "The file is of another organization than the review.",
    effect: "Nothing was compared.",
    hint: "Give a later file of the same organization.",
  });
}
