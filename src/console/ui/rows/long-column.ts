/** Columns of tables, and the order that rows stand in. Pure. */
import type { Column } from "./table.tsx";

/** A column of a long table whose rows are `Row`. */
export interface LongColumn<Row> extends Column<Row> {
  /** Share of the table's width; the shares of all columns need not add up to anything. */
  readonly share: number;
  /** Small, behind the title, such as a zone. */
  readonly note?: string | undefined;
  /** The whole of a cell as text, shown on hover where it does not fit. */
  readonly hint?: (row: Row) => string;
  /** Name of the order that the server can sort by; absent for a column that cannot be sorted. */
  readonly order?: string;
}

/** An order of rows. */
export interface TableOrder {
  readonly order: string;
  readonly isDescending: boolean;
}

/** The order after a press on a column's title: first upwards, then downwards. */
export function pressed(current: TableOrder, order: string): TableOrder {
  return { order, isDescending: current.order === order && !current.isDescending };
}

/** The value of `aria-sort`. */
export function sortState(
  current: TableOrder | undefined,
  order: string | undefined,
): "ascending" | "descending" | "none" {
  if (current === undefined || order === undefined || current.order !== order) return "none";
  return current.isDescending ? "descending" : "ascending";
}
