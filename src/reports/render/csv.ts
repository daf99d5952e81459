/**
 * A report as CSV (RFC 4180): CRLF, quotes where needed, UTF-8, no cell that a spreadsheet would run, be it split
 * at commas, semicolons, tabs or lines.
 */
import { type Answer, type Cell, mapRows, type Rendering } from "../report.ts";
import { cellText, csvSafe } from "./cell-text.ts";

const byteOrderMark = "\ufeff";
const needsQuotes = /[",;|\t\r\n\0]|^\s|\s$/;

/** Begins with a letter or digit, and holds nothing that means anything to anybody: most cells are such. */
const harmless =
  /^[0-9A-Za-z](?:[ !#-&(-+\--:<-{}~\u00a1-\u00ac\u00ae-\u024f]*[!#-&(-+\--:<-{}~\u00a1-\u00ac\u00ae-\u024f])?$/;

/** How to write it. */
export interface CsvOptions {
  /** Begins with a byte order mark, by which Excel knows UTF-8. */
  readonly byteOrderMark?: boolean;
}

/** Headings and rows, a line at a time. */
export function* renderCsv(answer: Answer, options: CsvOptions = {}): Rendering {
  const { columns } = answer.report;
  const mark = options.byteOrderMark === true ? byteOrderMark : "";
  yield mark + csvLine(columns.map(({ title }) => title));
  return yield* mapRows(answer.rows, csvLine);
}

function csvLine(cells: readonly Cell[]): string {
  return `${cells.map(csvCell).join(",")}\r\n`;
}

function csvCell(cell: Cell): string {
  if (typeof cell === "number") return String(cell);
  const content = cellText(cell);
  if (content === "" || harmless.test(content)) return content;
  // What each of them begins with is a letter or digit, also for who splits at the semicolons between them.
  if (typeof cell === "object" && cell.every((one) => harmless.test(one))) return `"${content}"`;
  const text = csvSafe(content);
  return needsQuotes.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
