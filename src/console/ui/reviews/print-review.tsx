/** A review on paper: the rows that the screen fetches as one scrolls are fetched before, up to a number that one reads. */
import { useEffect, useState } from "preact/hooks";
import { pageRows, type ReviewPage, type TableColumn, type TableRow } from "../../contract/sources.ts";
import { getJson } from "../api/api.ts";
import { Store, useStore } from "../api/store.ts";
import { Button } from "../design/button.tsx";
import { formatCount } from "../design/format.ts";
import type { LongColumn } from "../rows/long-column.ts";
import { rowColumns } from "../rows/row-columns.tsx";
import { Table } from "../rows/table.tsx";
import { type TableQuery, tableApi } from "../rows/table-query.ts";

/** Rows on paper; who needs more takes the CSV. */
const printedRows = 1_000;

const wish = new Store(0);

/** Prints, or saves as PDF, by the browser's own dialog. */
export function PrintButton() {
  return <Button icon="file" onClick={() => wish.set(wish.value + 1)} text="Print" />;
}

interface PrintedRowsProps {
  /** Address of the answer. */
  readonly api: string;
  readonly query: TableQuery;
  readonly since: string;
  readonly columns: readonly TableColumn[];
}

/** The rows for paper, seen only there; calls the browser's dialog once they are here. */
export function PrintedRows({ api, query, since, columns }: PrintedRowsProps) {
  const wished = useStore(wish);
  const [rows, setRows] = useState<{ readonly total: number; readonly rows: readonly TableRow[] } | null>(null);
  useEffect(() => {
    if (wished === 0) return;
    wish.set(0);
    void rowsToPrint(api, query, since).then(setRows);
  }, [wished]);
  useEffect(() => {
    if (rows) window.print();
  }, [rows]);
  if (!rows) return null;
  const printed = rowColumns(
    columns,
    ({ isUsual }) => isUsual,
    () => "",
  ).map(plain);
  return (
    <div class="print-only">
      <Table
        caption="Rows"
        columns={printed}
        rows={rows.rows}
        rowKey={({ cells }) => cells.join("\u0000")}
        isCards={false}
      />
      {rows.total > rows.rows.length && (
        <p>{`The first ${formatCount(rows.rows.length)} of ${formatCount(rows.total)} rows. The CSV has all.`}</p>
      )}
    </div>
  );
}

/** Paper has no links. */
function plain(column: LongColumn<TableRow>): LongColumn<TableRow> {
  return { ...column, cell: ({ cells }) => column.cell({ cells }) };
}

async function rowsToPrint(api: string, query: TableQuery, since: string) {
  const rows: TableRow[] = [];
  for (;;) {
    const limits = { offset: String(rows.length), limit: String(pageRows) };
    const page = await getJson<ReviewPage>(tableApi(api, query, { since, ...limits }));
    rows.push(...page.rows);
    if (page.rows.length === 0 || rows.length >= Math.min(page.total, printedRows)) return { total: page.total, rows };
  }
}
