/**
 * The one table of people and reviews: search as one types, filters, order, columns to choose, and downloads of what is
 * shown. What stands in it the server says; names of people open a panel beside it.
 */
import type { ComponentChildren } from "preact";
import { useEffect, useMemo } from "preact/hooks";
import { useLocation } from "preact-iso";
import { exportFormats, pageRows, type TablePage, type TableRow } from "../../contract/sources.ts";
import { targetAddress } from "../access/source-address.ts";
import { useDebounced } from "../browser/use-debounced.ts";
import { Button } from "../design/button.tsx";
import { SearchField } from "../design/field.tsx";
import { formatAmount, formatCount } from "../design/format.ts";
import { Empty, Skeleton } from "../design/loaded.tsx";
import { announce } from "../design/toast.tsx";
import { ColumnChoice, useColumnChoice } from "./column-choice.tsx";
import { Downloads } from "./downloads.tsx";
import { LongTable } from "./long-table.tsx";
import { rowColumns } from "./row-columns.tsx";
import { RowFilters } from "./row-filters.tsx";
import { isNarrowed, type TableQuery, tableApi, wholeTable } from "./table-query.ts";
import { type ShownRows, usePagedRows } from "./use-paged-rows.ts";
import { useTableQuery } from "./use-table-query.ts";

/** Less than one notices; a fast typist's letters become one question. */
const typingDelayMs = 20;

/** A table whose rows were asked for. */
export interface AskedRows<P extends TablePage = TablePage> {
  readonly shown: ShownRows<TableRow, P>;
  /** Address of the answer, without the query. */
  readonly api: string;
  /** What the answer depends on besides the query, such as `since`. */
  readonly more: Readonly<Record<string, string>>;
  readonly query: TableQuery;
  readonly change: (change: Partial<TableQuery>) => void;
}

/** Asks for the rows behind an address, by the query that stands in the page's address. */
export function useRows<P extends TablePage = TablePage>(
  api: string,
  more: Readonly<Record<string, string>> = {},
): AskedRows<P> {
  const [query, change] = useTableQuery();
  const address = useDebounced(tableApi(api, query, more), typingDelayMs);
  const shown = usePagedRows<TableRow, P>(address, { pageSize: pageRows });
  return { shown, api, more, query, change };
}

interface RowsTableProps<P extends TablePage> {
  readonly source: string;
  readonly asked: AskedRows<P>;
  /** What the rows are called together, such as `People`; also the name under which chosen columns are remembered. */
  readonly caption: string;
  /** One of them, and several. */
  readonly nouns: readonly [one: string, several: string];
  /** What is searched; who people are unless told. */
  readonly searched?: string;
  /** Rows are about people, of whom some are in teams. */
  readonly hasTeam?: boolean;
  /** Drawn in place of plain values, by the key of a column. */
  readonly cells?: Readonly<Record<string, (row: TableRow) => ComponentChildren>>;
  /** Stands in place of a table without any row. */
  readonly empty: ComponentChildren;
  /** Beside the number of rows. */
  readonly beside?: ComponentChildren;
  /** Before the choice of columns and the downloads. */
  readonly actions?: ComponentChildren;
  /** Between that and the table. */
  readonly above?: ComponentChildren;
  /** For paper, below the table. */
  readonly printed?: ComponentChildren;
}

/** The table. */
export function RowsTable<P extends TablePage>(props: RowsTableProps<P>) {
  const { source, asked, caption, nouns, searched = "Name, e-mail or login", hasTeam = false, cells, empty } = props;
  const { shown, api, more, query, change } = asked;
  const here = useLocation();
  const [isShown, toggle] = useColumnChoice(caption);
  const { page, total, failure } = shown.rows;
  const columns = page?.columns ?? [];
  const shownKeys = columns.filter(isShown).map(({ key }) => key);
  const drawn = useMemo(
    () => rowColumns(columns, isShown, (target) => targetAddress(source, target, here), cells),
    [source, columns, shownKeys.join(" "), here.url, cells],
  );
  const narrowed = isNarrowed(query);
  return (
    <section class="card card-flush long-card" aria-label={caption}>
      <div class="list-head">
        <div class="toolbar">
          <SearchField
            label={`Search ${nouns[1]}`}
            placeholder={searched}
            value={query.q}
            onInput={(q) => change({ q })}
          />
          <RowFilters
            source={source}
            columns={columns}
            isShown={isShown}
            query={query}
            change={change}
            hasTeam={hasTeam}
          />
        </div>
        <div class="row-between">
          <div class="row">
            <Count total={total} all={page?.all} nouns={nouns} isCurrent={shown.isCurrent} />
            {props.beside}
          </div>
          <div class="actions">
            {narrowed && (
              <Button
                kind="quiet"
                isSmall={true}
                icon="close"
                onClick={() => change({ ...wholeTable, order: query.order, isDescending: query.isDescending })}
                text="Clear filters"
              />
            )}
            {props.actions}
            <ColumnChoice columns={columns} isShown={isShown} onToggle={toggle} />
            <Downloads
              formats={exportFormats}
              make={{ hrefOf: (format) => tableApi(`${api}/export`, query, { ...more, format }) }}
            />
          </div>
        </div>
        {props.above}
      </div>
      {!page && failure === undefined ? (
        <Skeleton lines={12} />
      ) : (
        <div class="screen-only">
          <LongTable
            caption={caption}
            columns={drawn}
            shown={shown}
            rowKey={keyOf}
            order={query}
            onOrder={({ order, isDescending }) => change({ order, isDescending })}
            empty={narrowed ? <NobodyFits /> : empty}
          />
        </div>
      )}
      {props.printed}
    </section>
  );
}

/** Rows may be alike in all that is shown; then what they lead to tells them apart. */
function keyOf({ cells, links = [] }: TableRow): string {
  return [...cells, ...links.map((link) => link && `${link.type}/${link.id}`)].join("\u0000");
}

interface CountProps {
  readonly total: number | undefined;
  readonly all: number | undefined;
  readonly nouns: readonly [one: string, several: string];
  readonly isCurrent: boolean;
}

function Count({ total, all, nouns: [one, several], isCurrent }: CountProps) {
  const whole = formatAmount(all ?? total ?? 0, one, several);
  const text =
    total === undefined
      ? "Counting…"
      : all === undefined || total === all
        ? whole
        : `${formatCount(total)} of ${whole}`;
  useEffect(() => {
    if (isCurrent && total !== undefined) announce(text);
  }, [isCurrent, text]);
  return <p class="muted number">{text}</p>;
}

function NobodyFits() {
  return (
    <Empty icon="search" title="Nothing matches">
      Try fewer letters, or clear a filter. What is searched is the sync that this screen shows.
    </Empty>
  );
}
