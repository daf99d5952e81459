/** One worksheet as XML, row by row (ECMA-376: SpreadsheetML). Knows nothing of reports. */

/** Characters that a cell can hold (Excel: limits). */
const maxCellLength = 32_767;
const cutMark = "… (cut, see the CSV)";

const namespace = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
/** Every XML part begins with it. */
export const xmlHead = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n';

/** What a sheet begins with. @param widths of the columns, in characters. @param isFrozen the first row stays in sight. */
export function sheetStart(widths: readonly number[], isFrozen: boolean): string {
  const pane = '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/>';
  const views = isFrozen ? `<sheetViews><sheetView workbookViewId="0">${pane}</sheetView></sheetViews>` : "";
  const columns = widths.map(
    (width, index) => `<col min="${index + 1}" max="${index + 1}" width="${width}" customWidth="1"/>`,
  );
  return `${xmlHead}<worksheet xmlns="${namespace}">${views}<cols>${columns.join("")}</cols><sheetData>`;
}

/** One row. Texts are inline, so that they are never read as anything else. */
export function sheetRow(
  cells: readonly (string | number | undefined)[],
  style: "heading" | "plain" = "plain",
): string {
  const attribute = style === "heading" ? ' s="1"' : "";
  const parts = cells.map((cell) => {
    if (cell === undefined || cell === "") return "<c/>";
    if (typeof cell === "number") return `<c${attribute}><v>${cell}</v></c>`;
    return `<c t="inlineStr"${attribute}><is><t xml:space="preserve">${escapeXml(cut(cell))}</t></is></c>`;
  });
  return `<row>${parts.join("")}</row>`;
}

/** What a sheet ends with. @param filter the cells whose heading offers filters, such as `A1:C20`. */
export function sheetEnd(filter?: string): string {
  return `</sheetData>${filter === undefined ? "" : `<autoFilter ref="${filter}"/>`}</worksheet>`;
}

/** `A` for 1, `Z` for 26, `AA` for 27. */
export function columnLetters(number: number): string {
  const last = String.fromCharCode(65 + ((number - 1) % 26));
  return number <= 26 ? last : columnLetters(Math.floor((number - 1) / 26)) + last;
}

function cut(text: string): string {
  return text.length <= maxCellLength ? text : text.slice(0, maxCellLength - cutMark.length) + cutMark;
}

const special = /[&<>"\ufffe\uffff]|[^\P{Cc}\t\n\u007f-\u009f]|_(?=x[0-9A-Fa-f]{4}_)/gu;
const named: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

/** Text of an element or attribute; characters that XML cannot hold as `_xHHHH_` (ECMA-376: ST_Xstring). */
export function escapeXml(text: string): string {
  return text.toWellFormed().replace(special, (character) => named[character] ?? hexEscape(character));
}

function hexEscape(character: string): string {
  return `_x${character.charCodeAt(0).toString(16).toUpperCase().padStart(4, "0")}_`;
}
