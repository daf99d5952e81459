/** Rows of the console's tables as tests compare them. */
import type { TablePage } from "../../src/console/contract/sources.ts";

/** A row by the keys of its columns, and the id of what its name leads to. */
export type TableRecord = Readonly<Record<string, unknown>>;

/** The rows of a page, each by the keys of its columns. */
export function recordsOf({ columns, rows }: Pick<TablePage, "columns" | "rows">): readonly TableRecord[] {
  return rows.map(({ cells, links }) => ({
    ...Object.fromEntries(columns.map(({ key }, at) => [key, cells[at]])),
    id: links?.find((link) => link !== null)?.id,
  }));
}
