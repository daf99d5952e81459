/** A review on paper: the rows that the screen fetches as one scrolls are fetched before, up to a number that one reads. */
import { useEffect, useState } from "preact/hooks";
import type { ReviewPage } from "../../contract/sources.ts";
import { sourceApi } from "../access/source-address.ts";
import { getJson } from "../api/api.ts";
import { Store, useStore } from "../api/store.ts";
import { Button } from "../design/button.tsx";
import { formatCount } from "../design/format.ts";
import type { LongColumn } from "../design/long-column.ts";
import { Table } from "../design/table.tsx";
import type { TableRow } from "./review-columns.tsx";

/** Rows on paper; who needs more takes the CSV. */
const printedRows = 1_000;
const pageSize = 100;

const wish = new Store(0);

/** Prints, or saves as PDF, by the browser's own dialog. */
export function PrintButton() {
  return (
    <Button icon="file" onClick={() => wish.set(wish.value + 1)}>
      Print
    </Button>
  );
}

interface PrintedRowsProps {
  readonly source: string;
  readonly name: string;
  readonly since: string;
  readonly columns: readonly LongColumn<TableRow>[];
}

/** The rows for paper, seen only there; calls the browser's dialog once they are here. */
export function PrintedRows({ source, name, since, columns }: PrintedRowsProps) {
  const wished = useStore(wish);
  const [rows, setRows] = useState<{ readonly total: number; readonly rows: readonly TableRow[] } | null>(null);
  useEffect(() => {
    if (wished === 0) return;
    wish.set(0);
    void rowsToPrint(source, name, since).then(setRows);
  }, [wished]);
  useEffect(() => {
    if (rows) window.print();
  }, [rows]);
  if (!rows) return null;
  return (
    <div class="print-only">
      <Table caption="Rows" columns={columns} rows={rows.rows} rowKey={(row) => row.join("\u0000")} isCards={false} />
      {rows.total > rows.rows.length && (
        <p>{`The first ${formatCount(rows.rows.length)} of ${formatCount(rows.total)} rows. The CSV has all.`}</p>
      )}
    </div>
  );
}

async function rowsToPrint(source: string, name: string, since: string) {
  const rows: TableRow[] = [];
  for (;;) {
    const limits = { offset: String(rows.length), limit: String(pageSize) };
    const page = await getJson<ReviewPage>(sourceApi(source, `reviews/${name}`, { since, ...limits }));
    rows.push(...page.rows);
    if (page.rows.length === 0 || rows.length >= Math.min(page.total, printedRows)) return { total: page.total, rows };
  }
}
