/** What was measured of the console, as a section of bench/RESULTS.md. Pure. */
import { markdownTable } from "../markdown-table.ts";
import type { Spread } from "../statistics.ts";

/** One line of the table. */
export interface Measured {
  readonly what: string;
  /** "" for a plain number. */
  readonly unit: "ms" | "KB" | "MB" | "";
  readonly spread: Spread;
  /** At most; undefined where nothing was promised. */
  readonly target?: number;
}

/** Heading of the section, which is replaced as a whole. */
export const consoleHeading = "## The console";

/** The section, without a newline at its end. */
export function consoleSection(measured: readonly Measured[], about: readonly string[]): string {
  const rows = measured.map(({ what, unit, spread, target }) => [
    what,
    `${rounded(spread.median)} ${unit}`,
    spread.min === spread.max ? "" : `${rounded(spread.min)} to ${rounded(spread.max)}`,
    target === undefined ? "" : `${target} ${unit} ${spread.median <= target ? "met" : "MISSED"}`,
  ]);
  const table = markdownTable([["What", "Median", "Range", "Target"], ...rows]);
  return `${consoleHeading}\n\n${about.join("\n")}\n\n${table}`;
}

function rounded(value: number): string {
  return value >= 10 ? String(Math.round(value)) : value.toFixed(1);
}
