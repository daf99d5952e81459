/** What was measured of the console, as a section of bench/RESULTS.md. Pure. */
import { markdownTable } from "../markdown-table.ts";
import type { Spread } from "../statistics.ts";

/** One line of the table. */
export interface Measured {
  readonly what: string;
  readonly unit: "ms" | "KB" | "MB";
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

/** The page with the section in the place of the one that was there, else behind everything. */
export function withConsoleSection(page: string, section: string): string {
  const start = page.indexOf(`${consoleHeading}\n`);
  if (start === -1) return `${page.trimEnd()}\n\n${section}\n`;
  const next = page.indexOf("\n## ", start + 1);
  return `${page.slice(0, start)}${section}\n${next === -1 ? "" : page.slice(next)}`;
}

/** The section that a page has; undefined when it has none. */
export function consoleSectionOf(page: string): string | undefined {
  const start = page.indexOf(`${consoleHeading}\n`);
  if (start === -1) return undefined;
  const next = page.indexOf("\n## ", start + 1);
  return page.slice(start, next === -1 ? undefined : next).trimEnd();
}

function rounded(value: number): string {
  return value >= 10 ? String(Math.round(value)) : value.toFixed(1);
}
