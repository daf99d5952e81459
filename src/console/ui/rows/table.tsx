/** A real table with header cells, for up to a few hundred rows; it turns into a list of cards on a phone. */
import type { ComponentChildren } from "preact";
import { useLayoutEffect, useState } from "preact/hooks";
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
    <Scroller caption={props.caption}>
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

/** Scrolling sideways must be possible without a mouse, where there is something to scroll. */
function Scroller(props: { caption: string; children: ComponentChildren }) {
  const [place, setPlace] = useState<HTMLDivElement | null>(null);
  const [isWide, setWide] = useState(false);
  useLayoutEffect(() => {
    if (!place) return;
    const look = (): void => setWide(place.scrollWidth > place.clientWidth);
    const observer = new ResizeObserver(look);
    observer.observe(place);
    look();
    return () => observer.disconnect();
  });
  // A group: what is around the table has its name as a landmark already.
  const focusable = isWide ? ({ tabIndex: 0, role: "group", "aria-label": props.caption } as const) : {};
  return (
    <div class="table-scroll" ref={setPlace} {...focusable}>
      {props.children}
    </div>
  );
}
