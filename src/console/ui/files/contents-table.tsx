/** Rows of a file, with columns as the server names them. */
import { useMemo } from "preact/hooks";
import type { TablePage } from "../../contract/sources.ts";
import { resourceAddress, sourceApi } from "../access/source-address.ts";
import { failureFrom } from "../api/api-error.ts";
import { FailureBanner } from "../design/banner.tsx";
import { Button } from "../design/button.tsx";
import { Empty } from "../design/empty.tsx";
import { formatAmount } from "../design/format.ts";
import type { LongColumn } from "../design/long-column.ts";
import { LongTable } from "../design/long-table.tsx";
import { Skeleton } from "../design/skeleton.tsx";
import { usePagedRows } from "../design/use-paged-rows.ts";
import { cellOf, type TableRow } from "../reviews/review-columns.tsx";
import { type TablesQuery, tablesAddress } from "./tables-address.ts";

interface ContentsTableProps {
  readonly source: string;
  readonly query: TablesQuery;
}

const rowsPerPage = 100;

/** The table of what the query names. */
export function ContentsTable({ source, query }: ContentsTableProps) {
  const { show, type, entitlement, principal } = query;
  const shown = usePagedRows<TableRow, TablePage>(
    sourceApi(source, show, { type, entitlement, principal }),
    rowsPerPage,
  );
  const { page, failure } = shown.rows;
  const columns = useMemo(() => (page ? contentColumns(source, page) : []), [source, page?.columns]);
  if (failure !== undefined) {
    return (
      <div class="list-head">
        <FailureBanner
          failure={failureFrom(failure)}
          actions={<Button onClick={() => shown.rows.retry()}>Try again</Button>}
        />
      </div>
    );
  }
  if (!page) return <Skeleton lines={8} />;
  return (
    <>
      <p class="list-count muted number">{formatAmount(page.total, "row")}</p>
      <LongTable
        caption={show}
        columns={columns}
        shown={shown}
        rowKey={(row) => row.join("\u0000")}
        empty={
          <Empty icon="file" title="No rows">
            Nothing of this kind is in the file.
          </Empty>
        }
      />
    </>
  );
}

/** Shares of the width, where a column needs more or less than others. */
const shares: Readonly<Record<string, number>> = {
  id: 20,
  name: 20,
  entitlementId: 24,
  principalType: 9,
  resourceType: 11,
  type: 12,
  how: 9,
};

type ValueOf = (key: string) => string;

function contentColumns(source: string, { columns }: TablePage): readonly LongColumn<TableRow>[] {
  return columns.map(({ key, title, isNumber }, at) => ({
    key,
    title,
    isNumber,
    isRowHeader: at === 0,
    share: shares[key] ?? (isNumber ? 8 : 14),
    cell: (row) => {
      const textOf: ValueOf = (other) => String(row[columns.findIndex((column) => column.key === other)] ?? "");
      const address = linkOf(source, key, textOf);
      const content = cellOf(key, row[at] ?? null);
      return address === undefined || textOf(key) === "" ? content : <a href={address}>{content}</a>;
    },
  }));
}

function linkOf(source: string, key: string, textOf: ValueOf): string | undefined {
  if (key === "id" && textOf("resourceType") === "" && textOf("type") !== "") {
    return resourceAddress(source, textOf("type"), textOf("id"));
  }
  if (key === "principal" && textOf("principalId") !== "") {
    return resourceAddress(source, textOf("principalType"), textOf("principalId"));
  }
  if (key === "grants") return tablesAddress(source, { show: "grants", entitlement: textOf("id") });
  return key === "entitlementId" ? tablesAddress(source, { show: "grants", entitlement: textOf(key) }) : undefined;
}
