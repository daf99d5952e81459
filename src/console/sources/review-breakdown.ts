/** What a review's chart shows, out of its rows and counts. Pure; a review without a chart has none. */
import { ageNames, ages } from "../../reports/questions/dormant.ts";
import type { Count, Report, Row } from "../../reports/report.ts";
import type { ReviewBar } from "../contract/sources.ts";

/** A review that was answered. */
export interface AnsweredReview {
  readonly report: Report;
  readonly rows: readonly Row[];
  readonly counts: readonly Count[];
}

type Breakdown = (review: AnsweredReview) => readonly ReviewBar[];

/** Bars in the order in which they stand. */
export function breakdownOf(review: AnsweredReview): readonly ReviewBar[] {
  return breakdowns.get(review.report.name)?.(review) ?? [];
}

const breakdowns: ReadonlyMap<string, Breakdown> = new Map<string, Breakdown>([
  ["offboarding", (review) => byColumns(review, "roles", "status")],
  ["dormant", (review) => byAge(review)],
  ["two-factor", (review) => byColumns(review, "roles", "twoFactor")],
  ["owners", (review) => byColumns(review, "role", "twoFactor")],
  ["changes", ({ counts }) => byKind(counts)],
  ["team-managers", ({ counts }) => managed(counts)],
  ["empty-and-hidden-teams", ({ counts }) => plain(counts, ["empty", "hidden"])],
  ["roles", (review) => byColumns(review, "role", "status")],
  ["roster", (review) => byColumns(review, "roles", "status")],
]);

/** A bar for each value of one column, most rows first where the report does not order them, parts by another. */
function byColumns({ report, rows }: AnsweredReview, barKey: string, partKey: string): readonly ReviewBar[] {
  const [bar, part] = [columnIndex(report, barKey), columnIndex(report, partKey)];
  const bars = new Map<string, Map<string, number>>();
  for (const row of rows) {
    const value = firstText(row[bar]) || "none";
    const parts = bars.get(value) ?? new Map<string, number>();
    const name = firstText(row[part]) || "unknown";
    parts.set(name, (parts.get(name) ?? 0) + 1);
    bars.set(value, parts);
  }
  return [...bars].map(([label, parts]) => ({ label, parts: [...parts] }));
}

/** Rows are those that were not seen for long; those who were are in the counts alone. */
function byAge(review: AnsweredReview): readonly ReviewBar[] {
  const found = new Map(byColumns(review, "age", "status").map((bar) => [bar.label, bar]));
  const shown = ages.filter((age) => age !== "never" || found.has(ageNames.never));
  return shown.map((age): ReviewBar => {
    const name = ageNames[age];
    return found.get(name) ?? { label: name, parts: [["seen", countOf(review.counts, age)]] };
  });
}

/** Counts whose keys are a kind and a change, such as `account/added`. */
function byKind(counts: AnsweredReview["counts"]): readonly ReviewBar[] {
  const bars = new Map<string, (readonly [string, number])[]>();
  for (const { key, count } of counts) {
    const [kind = "", change = ""] = key.split("/");
    bars.set(kind, [...(bars.get(kind) ?? []), [change, count]]);
  }
  return [...bars].map(([label, parts]) => ({ label, parts }));
}

function managed(counts: AnsweredReview["counts"]): readonly ReviewBar[] {
  const unmanaged = countOf(counts, "unmanaged");
  return [
    { label: "managed", parts: [["teams", countOf(counts, "teams") - unmanaged]] },
    { label: "not managed", parts: [["teams", unmanaged]] },
  ];
}

function plain(counts: AnsweredReview["counts"], keys: readonly string[]): readonly ReviewBar[] {
  return counts
    .filter(({ key }) => keys.includes(key))
    .map(({ label, count }) => ({ label, parts: [["teams", count]] }));
}

function countOf(counts: AnsweredReview["counts"], key: string): number {
  return counts.find((one) => one.key === key)?.count ?? 0;
}

function columnIndex({ columns }: Report, key: string): number {
  return columns.findIndex((column) => column.key === key);
}

function firstText(cell: Row[number]): string {
  return String(typeof cell === "object" ? (cell[0] ?? "") : (cell ?? ""));
}
