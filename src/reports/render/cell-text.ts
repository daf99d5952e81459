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

/** From a separator on, a stretch that holds nothing but separators, white space, quotes and invisible characters. */
const stretches = /[;|\t\r\n][\s\p{Cf}\0"';|]*/gu;
/** What a cell begins behind, for a reader that does not split at commas. */
const separator = /[;|\t\r\n]/;
const separators = new RegExp(separator, "g");
const operators = /^[=+\-@\u2212\ufe62\ufe63\ufe66\ufe6b\uff0b\uff0d\uff1d\uff20]/u;

/**
 * The same for CSV, which others split where they like: the program of a country with decimal commas at semicolons,
 * another one at tabs or lines, where quotes inside a line protect nothing. So what would be the beginning of a cell to
 * them is made safe as well. One apostrophe behind each of these separators, taken off, gives the text as it was.
 */
export function csvSafe(text: string): string {
  const begun = formulaSafe(text);
  // Nearly always so, and seen in a fraction of the time.
  if (!separator.test(begun)) return begun;
  return begun.replaceAll(stretches, (stretch, at: number) =>
    operators.test(begun.slice(at + stretch.length, at + stretch.length + 1))
      ? stretch.replaceAll(separators, "$&'")
      : stretch,
  );
}
