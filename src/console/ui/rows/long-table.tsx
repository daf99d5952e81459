/**
 * A table of any length: real rows and header cells, of which only those near the window are in the document. On a
 * phone or tablet each row is a card. Knows nothing of what it shows.
 */
import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { failureFrom } from "../api/api-error.ts";
import { FailureBanner } from "../design/banner.tsx";
import { classNames } from "../design/class-names.ts";
import { SelectField } from "../design/field.tsx";
import { type LongColumn, pressed, sortState, type TableOrder } from "./long-column.ts";
import type { ShownRows } from "./use-paged-rows.ts";
import { useWindowRows, type WindowRows } from "./use-window-rows.ts";

/** What it takes. */
export interface LongTableProps<T> {
  /** Said to those who do not see the table's heading. */
  readonly caption: string;
  readonly columns: readonly LongColumn<T>[];
  readonly shown: ShownRows<T>;
  readonly rowKey: (row: T) => string;
  /** Absent for a table whose order is fixed; "" for the order that the rows have by themselves. */
  readonly order?: TableOrder;
  readonly onOrder?: (order: TableOrder) => void;
  /** Stands in the place of the table when no row matches. */
  readonly empty: ComponentChildren;
}

/** Roles are said again because cells that are laid out as cards lose theirs in some browsers. */
const as = {
  table: { role: "table" },
  rows: { role: "rowgroup" },
  row: { role: "row" },
  cell: { role: "cell" },
  head: { role: "columnheader" },
  rowHead: { role: "rowheader" },
} as const;

/** Height of a row before it was drawn, and of a card, which each row is where the columns would not fit; pixels. */
const rowHeight = 42;
const linesPerCard = 27;
const asCards = "(max-width: 52rem)";

/** The table. */
export function LongTable<T>(props: LongTableProps<T>) {
  const { shown, columns, empty, caption } = props;
  const body = useRef<HTMLTableSectionElement>(null);
  const total = shown.rows.total;
  const height = matchMedia(asCards).matches ? columns.length * linesPerCard + 28 : rowHeight;
  const near = useWindowRows(body, total ?? 0, height);
  const { first } = near;
  const last = Math.max(first, near.last);
  useEffect(() => shown.rows.need(first, last), [shown.rows, first, last, total]);
  if (shown.rows.failure !== undefined) {
    return (
      <div class="list-head">
        <FailureBanner failure={failureFrom(shown.rows.failure)} onRetry={() => shown.rows.retry(first, last)} />
      </div>
    );
  }
  if (total === 0) return <>{empty}</>;
  return (
    <div class="long-table" aria-busy={!shown.isCurrent}>
      <OrderChoice {...props} />
      <table {...as.table} class="table table-cards" aria-rowcount={total === undefined ? -1 : total + 1}>
        <caption class="visually-hidden">{caption}</caption>
        <ColumnWidths columns={columns} />
        <Head {...props} />
        <tbody ref={body} {...as.rows}>
          {total === undefined ? <Waiting columns={columns} /> : <NearRows {...props} near={near} />}
        </tbody>
      </table>
    </div>
  );
}

function ColumnWidths<T>({ columns }: Pick<LongTableProps<T>, "columns">) {
  const whole = columns.reduce((sum, { share }) => sum + share, 0);
  return (
    <colgroup>
      {columns.map(({ key, share }) => (
        <col key={key} style={{ width: `${(share / whole) * 100}%` }} />
      ))}
    </colgroup>
  );
}

function Head<T>({ columns, order, onOrder }: LongTableProps<T>) {
  return (
    <thead {...as.rows}>
      <tr {...as.row} aria-rowindex={1}>
        {columns.map((column) => {
          const by = column.order;
          const isSortable = by !== undefined && order !== undefined && onOrder !== undefined;
          const state = sortState(order, by);
          return (
            <th
              key={column.key}
              {...as.head}
              scope="col"
              class={classOf(column)}
              aria-sort={isSortable ? state : undefined}
            >
              {isSortable ? (
                <button type="button" class="sort" onClick={() => onOrder(pressed(order, by))}>
                  <Title column={column} />
                  <SortSign state={state} />
                </button>
              ) : (
                <Title column={column} />
              )}
            </th>
          );
        })}
      </tr>
    </thead>
  );
}

function Title<T>({ column: { title, note } }: { readonly column: LongColumn<T> }) {
  if (note === undefined) return <>{title}</>;
  return (
    <span>
      {title} <span class="column-note">{note}</span>
    </span>
  );
}

function SortSign({ state }: { readonly state: "ascending" | "descending" | "none" }) {
  return (
    <svg class={`sort-sign sort-${state}`} viewBox="0 0 8 12" width="8" height="12" aria-hidden="true">
      <path class="sort-up" d="M4 1 7 5H1Z" />
      <path class="sort-down" d="M4 11 1 7h6Z" />
    </svg>
  );
}

/** Of cards the head is not seen: the order is chosen from a list. */
function OrderChoice<T>({ columns, order, onOrder }: LongTableProps<T>) {
  if (!order || !onOrder) return null;
  const choices = columns.filter((column) => column.order !== undefined);
  const change = (value: string): void => {
    const [by = "", direction] = value.split(" ");
    onOrder({ order: by, isDescending: direction === "down" });
  };
  return (
    <div class="order-choice">
      <SelectField
        label="Order"
        value={order.order === "" ? "" : `${order.order} ${order.isDescending ? "down" : "up"}`}
        options={[
          { value: "", label: "What matters most first" },
          ...choices.flatMap(({ order: by = "", title }) => [
            { value: `${by} up`, label: `${title}, upwards` },
            { value: `${by} down`, label: `${title}, downwards` },
          ]),
        ]}
        onChange={change}
      />
    </div>
  );
}

function NearRows<T>({ near, columns, shown, rowKey }: LongTableProps<T> & { readonly near: WindowRows }) {
  const indexes = Array.from({ length: near.last - near.first + 1 }, (_, at) => near.first + at);
  return (
    <>
      <Gap height={near.before} />
      {indexes.map((index) => {
        const row = shown.rows.row(index);
        return (
          <tr
            key={row === undefined ? `waiting ${index}` : rowKey(row)}
            {...as.row}
            data-index={index}
            aria-rowindex={index + 2}
          >
            {columns.map((column) => (
              <Cell key={column.key} column={column} row={row} />
            ))}
          </tr>
        );
      })}
      <Gap height={near.after} />
    </>
  );
}

function Cell<T>({ column, row }: { readonly column: LongColumn<T>; readonly row: T | undefined }) {
  const content = row === undefined ? <span class="skeleton" /> : column.cell(row);
  const style = classOf(column);
  const hint = (row !== undefined && column.hint?.(row)) || undefined;
  if (column.isRowHeader) {
    return (
      <th {...as.rowHead} scope="row" class={style} title={hint}>
        {content}
      </th>
    );
  }
  return (
    <td {...as.cell} class={style} data-label={column.title} title={hint}>
      {content}
    </td>
  );
}

function classOf<T>({ isNumber }: LongColumn<T>): string {
  return classNames(isNumber && "number");
}

/** The room of the rows that are not in the document. One cell is enough, and keeps no column that is hidden. */
function Gap({ height }: { readonly height: number }) {
  if (height <= 0) return null;
  return (
    // biome-ignore lint/a11y/noAriaHiddenOnFocusable: a table row without a tabindex cannot be focused.
    <tr class="gap" aria-hidden="true">
      <td style={{ height: `${height}px` }} />
    </tr>
  );
}

function Waiting<T>({ columns }: Pick<LongTableProps<T>, "columns">) {
  return (
    <>
      {Array.from({ length: 12 }, (_, at) => (
        <tr key={`waiting ${at}`} {...as.row}>
          {columns.map((column) => (
            <Cell key={column.key} column={column} row={undefined} />
          ))}
        </tr>
      ))}
    </>
  );
}
