/** One cell as text, and what keeps a text from becoming a formula where the file is opened. Pure. */
import type { Cell } from "../report.ts";

/**
 * Beginnings that spreadsheets take for a formula or act upon, ASCII, full-width and small forms; also behind white
 * space and invisible characters, and behind apostrophes, so that the prefix can be taken off again without a doubt.
 */
const dangerous = /^'*(?:[\t\r\n\0]|[\s\p{Cf}]*[=+\-@\u2212\ufe62\ufe63\ufe66\ufe6b\uff0b\uff0d\uff1d\uff20])/u;

/** Lists are joined by this. */
const listSeparator = "; ";

/** The cell for people; nothing for an absent one. */
export function cellText(cell: Cell): string {
  if (cell === undefined) return "";
  return typeof cell === "object" ? cell.join(listSeparator) : String(cell);
}

/**
 * The text with an apostrophe before it if a spreadsheet would take it for a formula, else as it is. Numbers are not
 * texts and must not come here.
 */
export function formulaSafe(text: string): string {
  return dangerous.test(text) ? `'${text}` : text;
}
