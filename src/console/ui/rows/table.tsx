/** A real table with header cells, for up to a few hundred rows; it turns into a list of cards on a phone. */
import type { ComponentChildren } from "preact";
import { classNames } from "../design/class-names.ts";

/** A column: its heading, and the cell of a row. */
export interface Column<Row> {
  readonly key: string;
  readonly title: string;
  readonly isNumber?: boolean;
  /** The cell that names the row, at most one. */
  readonly isRowHeader?: boolean;
  cell(row: Row): ComponentChildren;
}

/** The table. `caption` is read out, not shown. */
export function Table<Row>(props: {
  caption: string;
  columns: readonly Column<Row>[];
  rows: readonly Row[];
  rowKey: (row: Row) => string;
  /** False: it scrolls sideways on a phone instead of turning into cards. */
  isCards?: boolean;
}) {
  const { columns, rows, isCards = true } = props;
  return (
    <Scroller caption={props.caption} isFocusable={!isCards}>
      <table class={classNames("table", isCards && "table-cards")}>
        <caption class="visually-hidden">{props.caption}</caption>
        <thead>
          <tr>
            {columns.map((column) => (
              <th key={column.key} scope="col" class={classNames(column.isNumber && "number")}>
                {column.title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={props.rowKey(row)}>
              {columns.map((column) =>
                column.isRowHeader ? (
                  <th key={column.key} scope="row">
                    <span>{column.cell(row)}</span>
                  </th>
                ) : (
                  <td key={column.key} class={classNames(column.isNumber && "number")} data-label={column.title}>
                    <span>{column.cell(row)}</span>
                  </td>
                ),
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </Scroller>
  );
}

/** Scrolling sideways must be possible without a mouse; a place that takes the focus needs a name. */
function Scroller(props: { caption: string; isFocusable: boolean; children: ComponentChildren }) {
  if (!props.isFocusable) return <div class="table-scroll">{props.children}</div>;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls; that must work without a mouse.
    <section class="table-scroll" aria-label={props.caption} tabIndex={0}>
      {props.children}
    </section>
  );
}
