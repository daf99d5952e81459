/** The decisions of a review as a report, in every form that reports have: rows, what was decided, and what became of it. */

import { columnsOf } from "../reports/columns.ts";
import type { Answer, Cell, Report, Row, Rows } from "../reports/report.ts";
import { counted } from "../reports/report.ts";
import type { Check, CheckedRow } from "./check.ts";
import type { Review } from "./review.ts";

const rowTitle = { row: "Row" } as const;
const decisionTitles = {
  decision: "Decision",
  note: "Note",
  decidedBy: "Decided by",
  decidedAt: "Decided at",
} as const;
const checkTitles = { outcome: "Since then", remains: "Still held" } as const;
const outcomeWords = { done: "done", "still-there": "still there", unclear: "unclear" } as const;

/** The answer. @param check what became of it; undefined before the next sync. */
export function decisionsAnswer(review: Review, check?: Check): Answer {
  const { head } = review;
  const report: Report = {
    name: "decisions",
    title: head.title,
    summary: "What was decided in a review",
    columns: [
      ...columnsOf(rowTitle),
      ...head.columns,
      ...columnsOf(decisionTitles),
      ...(check ? columnsOf(checkTitles) : []),
    ],
    rows: () => decisionRows(review, check),
  };
  return {
    report,
    sync: head.sync,
    since: undefined,
    run: undefined,
    asOfSeconds: undefined,
    about: undefined,
    rows: decisionRows(review, check),
  };
}

function* decisionRows(review: Review, check: Check | undefined): Rows {
  for (const { row, cells } of review.rows) {
    const { decision, note, by, at } = review.decided(row) ?? {};
    const decided: Row = [decision ?? undefined, note || undefined, by, at];
    yield [
      row,
      ...cells.map((cell) => cell ?? undefined),
      ...decided,
      ...(check ? checkCells(check.rows.get(row)) : []),
    ];
  }
  for (const cells of check?.fresh ?? [])
    yield [undefined, ...cells, ...emptyDecision, "new since the review", undefined];
  const { rows, undecided, counts } = review.progress();
  return {
    counts: [
      counted("rows", rows),
      counted("keep", counts.keep),
      counted("revoke", counts.revoke),
      counted("unsure", counts.unsure),
      counted("undecided", undecided),
      ...(check ? checkCounts(check) : []),
    ],
    notices: noticesOf(review, check),
  };
}

const emptyDecision: readonly Cell[] = Object.keys(decisionTitles).map(() => undefined);

function checkCells(checked: CheckedRow | undefined): Row {
  return [checked && outcomeWords[checked.outcome], checked?.remains];
}

/** What became of the rows that were to be revoked, and what is new. */
export function checkCounts({ rows, fresh }: Check) {
  const outcomes = [...rows.values()];
  const count = (outcome: CheckedRow["outcome"]): number => outcomes.filter((one) => one.outcome === outcome).length;
  return [
    counted("done", count("done")),
    counted("stillThere", count("still-there"), "still there"),
    counted("unclear", count("unclear")),
    ...(fresh ? [counted("new", fresh.length, "new since the review")] : []),
  ];
}

function noticesOf({ head, signature }: Review, check: Check | undefined): readonly string[] {
  return [
    `Started by ${head.startedBy} on ${head.startedAt.slice(0, 10)}.`,
    signature ? `Signed by ${signature.by} on ${signature.at.slice(0, 10)}.` : "The review is not signed yet.",
    ...(check ? [`Held against the sync that ended ${check.sync.endedAt} (${check.sync.id}).`] : []),
    ...head.notices,
    ...(check && [...check.rows.values()].some(({ outcome }) => outcome === "unclear")
      ? ["The later sync may lack people or access: what is not in it is not known to be done."]
      : []),
  ];
}
