/** Rows of a file, with columns as the server names them. */
import { useMemo } from "preact/hooks";
import { pageRows, type TablePage, type TableRow } from "../../contract/sources.ts";
import { resourceAddress, sourceApi } from "../access/source-address.ts";
import { formatAmount } from "../design/format.ts";
import { Empty, Skeleton } from "../design/loaded.tsx";
import type { LongColumn } from "../rows/long-column.ts";
import { LongTable } from "../rows/long-table.tsx";
import { rowColumns } from "../rows/row-columns.tsx";
import { usePagedRows } from "../rows/use-paged-rows.ts";
import { type TablesQuery, tablesAddress } from "./tables-address.ts";

interface ContentsTableProps {
  readonly source: string;
  readonly query: TablesQuery;
}

/** The table of what the query names. */
export function ContentsTable({ source, query }: ContentsTableProps) {
  const { show, type, entitlement, principal } = query;
  const shown = usePagedRows<TableRow, TablePage>(sourceApi(source, show, { type, entitlement, principal }), {
    pageSize: pageRows,
  });
  const { page, failure } = shown.rows;
  const columns = useMemo(() => (page ? contentColumns(source, page) : []), [source, page?.columns]);
  if (!page && failure === undefined) return <Skeleton lines={8} />;
  return (
    <>
      {page && <p class="list-count muted number">{formatAmount(page.total, "row")}</p>}
      <LongTable
        caption={show}
        columns={columns}
        shown={shown}
        rowKey={({ cells }) => cells.join("\u0000")}
        empty={
          <Empty icon="file" title="No rows">
            Nothing of this kind is in the file.
          </Empty>
        }
      />
    </>
  );
}

function contentColumns(source: string, { columns }: TablePage): readonly LongColumn<TableRow>[] {
  const textOf = (row: TableRow, key: string): string =>
    String(row.cells[columns.findIndex((column) => column.key === key)] ?? "");
  const grantsOf = (key: string) => (row: TableRow) =>
    tablesAddress(source, { show: "grants", entitlement: textOf(row, key) });
  const leads: Readonly<Record<string, (row: TableRow) => string>> = {
    grants: grantsOf("id"),
    entitlementId: grantsOf("entitlementId"),
  };
  const drawn = rowColumns(
    columns,
    () => true,
    ({ type, id }) => resourceAddress(source, type, id),
  );
  return drawn.map(({ order: _order, ...column }) => {
    const lead = leads[column.key];
    return lead ? { ...column, cell: (row) => <a href={lead(row)}>{column.cell(row)}</a> } : column;
  });
}
