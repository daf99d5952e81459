/**
 * A report as a table for a terminal: columns that line up in any script, nothing that the terminal would act upon.
 * Columns are as wide as the first rows need; a row that needs more pushes its rest to the right.
 */
import { displayWidth, escapeControls, padEndToWidth, padStartToWidth } from "../../sdk/cli/terminal-text.ts";
import { type Answer, type Cell, type Conclusion, type Rendering, type Row, type Rows, timeText } from "../report.ts";
import { runHead } from "../run-result.ts";
import { cellText } from "./cell-text.ts";

/** Rows that are held back to measure the columns. */
const measuredRows = 2000;
/** Columns are not padded beyond this. */
const widest = 60;
const gap = "  ";
const counts = new Intl.NumberFormat("en-US");

/** Title, table, counts and notices. */
export function* renderTable(answer: Answer): Rendering {
  yield `${titleLines(answer).join("\n")}\n\n`;
  const titles = answer.report.columns.map(({ title }) => title);
  const conclusion = yield* tableLines(titles, answer.rows);
  yield conclusionLines(conclusion);
  return conclusion;
}

function titleLines({ report, sync, since, run, asOfSeconds, about }: Answer): string[] {
  const of = (one: typeof sync): string => (one ? `${one.id} (${one.type}, ended ${one.endedAt ?? "never"})` : "");
  const lines = [report.title + (about === undefined ? "" : `: ${about}`), ...(sync ? [`Sync ${of(sync)}`] : [])];
  if (since) lines.push(`Since ${of(since)}`);
  if (asOfSeconds !== undefined) lines.push(`As of ${timeText(asOfSeconds) ?? asOfSeconds}`);
  const head = run ? runHead(run) : [];
  const width = Math.max(0, ...head.map(([label]) => label.length));
  lines.push(...head.map(([label, text]) => `${label.padEnd(width)}${gap}${text}`));
  return lines.map(escapeControls);
}

function conclusionLines(conclusion: Conclusion): string {
  const width = Math.max(0, ...conclusion.counts.map(({ label }) => displayWidth(escapeControls(label))));
  const lines = conclusion.counts.map(
    ({ label, count }) => `${padEndToWidth(escapeControls(label), width)}${gap}${counts.format(count)}\n`,
  );
  const notices = conclusion.notices.map((notice) => `! ${escapeControls(notice)}\n`);
  return ["", ...(lines.length > 0 ? ["\n", ...lines] : []), ...(notices.length > 0 ? ["\n", ...notices] : [])].join(
    "",
  );
}

/** Holds the first rows back until the columns are measured. */
function* tableLines(titles: readonly string[], rows: Rows): Rendering {
  const held: Row[] = [];
  let next = rows.next();
  for (; !next.done && held.length < measuredRows; next = rows.next()) held.push(next.value);
  const widths = titles.map((title, index) => {
    const longest = Math.max(0, ...held.map((row) => displayWidth(shown(row[index]))));
    return Math.max(displayWidth(title), Math.min(longest, widest));
  });
  if (held.length === 0) yield "(nothing)\n";
  else yield line(titles, widths) + line(rules(widths), widths);
  for (const row of held) yield line(row, widths);
  for (; !next.done; next = rows.next()) yield line(next.value, widths);
  return next.value;
}

function rules(widths: readonly number[]): string[] {
  return widths.map((width) => "-".repeat(width));
}

function line(cells: readonly Cell[], widths: readonly number[]): string {
  const padded = cells.map((cell, index) => {
    const width = widths[index] ?? 0;
    return typeof cell === "number" ? padStartToWidth(shown(cell), width) : padEndToWidth(shown(cell), width);
  });
  return `${padded.join(gap).trimEnd()}\n`;
}

/** Whatever the terminal would act upon is shown as an escape. */
function shown(cell: Cell): string {
  return escapeControls(cellText(cell));
}
