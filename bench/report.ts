/** Results as tables for people. Knows nothing of how they were measured. */
import { growth } from "./cases.ts";
import { markdownTable } from "./markdown-table.ts";
import type { CaseResult } from "./run-cases.ts";
import type { Spread } from "./statistics.ts";

/** All cases in one table, medians with the smallest and the largest run. A target that is missed says so. */
export function caseTable(results: readonly CaseResult[]): string {
  const heading = ["Case", "Wall s", "CPU s", "Peak MB", "Others %", "Requests", "Grants", "File MB", "Targets"];
  return markdownTable([heading, ...results.map(caseRow)]);
}

function caseRow(result: CaseResult): string[] {
  return [
    [result.title, result.package].filter(Boolean).join(" · "),
    spread(result.wallSeconds, 2),
    result.cpuSeconds ? spread(result.cpuSeconds, 2) : "-",
    result.peakMegabytes ? spread(result.peakMegabytes, 0) : "-",
    result.othersPercent ? spread(result.othersPercent, 0) : "-",
    whole(result.requests),
    whole(result.grants),
    result.fileMegabytes?.toFixed(1) ?? "-",
    targetsOf(result).join(", ") || "-",
  ];
}

function targetsOf({ targets, wallSeconds, peakMegabytes, requests }: CaseResult): string[] {
  const { seconds, megabytes, requests: mostRequests } = targets;
  return [
    ...target(wallSeconds.median, seconds, (value) => `${value} s`),
    ...target(peakMegabytes?.median, megabytes, (value) => `${value} MB`),
    ...target(requests, mostRequests, (value) => `${value} requests`),
  ];
}

function target(found: number | undefined, bound: number | undefined, show: (bound: number) => string): string[] {
  if (bound === undefined) return [];
  if (found === undefined) return [`${show(bound)} not measured`];
  return [`${show(bound)} ${found <= bound ? "met" : "MISSED"}`];
}

/** Median milliseconds per step of the syncs. */
export function stepTable(results: readonly CaseResult[]): string {
  const syncs = results.filter(({ stepMs }) => Object.keys(stepMs).length > 0);
  const steps = [...new Set(syncs.flatMap(({ stepMs }) => Object.keys(stepMs)))];
  const nameOf = (result: CaseResult): string => [result.case, result.package].filter(Boolean).join(" · ");
  return markdownTable([
    ["Step, ms", ...syncs.map(nameOf)],
    ...steps.map((step) => [step, ...syncs.map(({ stepMs }) => Math.round(stepMs[step] ?? 0).toString())]),
  ]);
}

/** How time grows with the rows; undefined when one of the two cases was not measured. */
export function growthLine(results: readonly CaseResult[]): string | undefined {
  const median = (name: string): number | undefined => results.find((one) => one.case === name)?.wallSeconds.median;
  const small = median(growth.small);
  const large = median(growth.large);
  if (small === undefined || large === undefined) return undefined;
  const ratio = large / small;
  const verdict = ratio <= growth.atMost ? "met" : "MISSED";
  return `Time of ${growth.large} over time of ${growth.small}: ${ratio.toFixed(1)} (at most ${growth.atMost}: ${verdict}).`;
}

/** `median (min to max)`. */
export function spread({ min, median, max }: Spread, digits: number): string {
  return `${median.toFixed(digits)} (${min.toFixed(digits)} to ${max.toFixed(digits)})`;
}

function whole(value: number | undefined): string {
  return value === undefined ? "-" : value.toLocaleString("en-US");
}
