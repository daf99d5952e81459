/** Columns of a table of rows as the server describes them: cells by their kind, names that lead to what they name. */
import type { ComponentChildren } from "preact";
import type { LinkTarget, TableColumn, TableRow } from "../../contract/sources.ts";
import { cellContent, cellWords } from "./cells.tsx";
import type { LongColumn } from "./long-column.ts";

/** What the sign of the order takes, in the units of widths: a title is not cut, however short the values are. */
const roomBesideTitle = 4;

/**
 * The columns that are shown, in the server's order.
 * @param addressOf address of what a name leads to.
 * @param cells drawn in place of plain values, by the key of their column.
 */
export function rowColumns(
  columns: readonly TableColumn[],
  isShown: (column: TableColumn) => boolean,
  addressOf: (target: LinkTarget) => string,
  cells: Readonly<Record<string, (row: TableRow) => ComponentChildren>> = {},
): readonly LongColumn<TableRow>[] {
  const places = columns.map((column, at) => ({ column, at })).filter(({ column }) => isShown(column));
  return places.map(({ column, at }, order) => ({
    key: column.key,
    title: column.title,
    note: column.kind === "moment" ? "UTC" : undefined,
    share: Math.max(column.width, column.title.length + roomBesideTitle),
    isNumber: column.kind === "number",
    isRowHeader: order === 0,
    order: column.key,
    hint: (row) => (row.cells[at] === null ? "" : cellWords(row.cells[at] ?? "")),
    cell: (row) => {
      const own = cells[column.key];
      if (own) return own(row);
      const content = cellContent(column, row.cells[at] ?? null);
      const target = row.links?.[at];
      return target ? <a href={addressOf(target)}>{content}</a> : content;
    },
  }));
}
