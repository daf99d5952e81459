/** Teams of a source: search, order, and how many people are in each. */
import { useMemo, useState } from "preact/hooks";
import { type SourceInfo, type TeamOrder, type TeamRow, teamOrders } from "../../contract/sources.ts";
import { failureFrom } from "../api/api-error.ts";
import { FailureBanner } from "../design/banner.tsx";
import { Button } from "../design/button.tsx";
import { Empty } from "../design/empty.tsx";
import { SearchField } from "../design/field.tsx";
import { formatAmount, formatCount } from "../design/format.ts";
import type { LongColumn, TableOrder } from "../design/long-column.ts";
import { LongTable } from "../design/long-table.tsx";
import { useDebounced } from "../design/use-debounced.ts";
import { usePagedRows } from "../design/use-paged-rows.ts";
import { sourceApi, subjectAddress } from "./source-address.ts";
import { VisibilityChip } from "./visibility-chip.tsx";

const typingDelayMs = 20;

/** The list. */
export function TeamsList({ source, info }: { readonly source: string; readonly info: SourceInfo }) {
  const [q, setQ] = useState("");
  const [order, setOrder] = useState<TableOrder & { readonly order: TeamOrder }>({
    order: "name",
    isDescending: false,
  });
  const parameters = { q: q.trim(), order: order.order, descending: order.isDescending ? "true" : "" };
  const address = useDebounced(sourceApi(source, "teams", parameters), typingDelayMs);
  const shown = usePagedRows<TeamRow>(address);
  const columns = useMemo(() => teamColumns(source), [source]);
  const { total, failure } = shown.rows;
  const all = formatAmount(info.totals.teams, "team");
  return (
    <section class="card card-flush long-card" aria-label="Teams">
      <div class="list-head">
        <div class="toolbar">
          <SearchField label="Search teams" placeholder="Name of a team" value={q} onInput={setQ} />
        </div>
        <p class="muted number">
          {total === undefined || total === info.totals.teams ? all : `${formatCount(total)} of ${all}`}
        </p>
      </div>
      {failure !== undefined && (
        <div class="list-head">
          <FailureBanner
            failure={failureFrom(failure)}
            actions={<Button onClick={() => shown.rows.retry()}>Try again</Button>}
          />
        </div>
      )}
      <LongTable
        caption="Teams"
        columns={columns}
        shown={shown}
        rowKey={({ type, id }) => `${type} ${id}`}
        order={order}
        onOrder={(next) => setOrder({ ...next, order: teamOrders.find((one) => one === next.order) ?? "name" })}
        empty={
          <Empty icon="team" title={q.trim() === "" ? "No teams in here" : "No team matches"}>
            {q.trim() === "" ? "The file holds no teams. A narrow key does not see hidden ones." : "Try fewer letters."}
          </Empty>
        }
      />
    </section>
  );
}

function teamColumns(source: string): readonly LongColumn<TeamRow>[] {
  return [
    {
      key: "name",
      title: "Team",
      share: 34,
      order: "name",
      isRowHeader: true,
      cell: ({ name, type, id }) => <a href={subjectAddress(source, "teams", type, id)}>{name || id}</a>,
    },
    {
      key: "visibility",
      title: "Visibility",
      share: 16,
      order: "visibility",
      cell: ({ visibility }) => <VisibilityChip visibility={visibility} />,
    },
    numberColumn("members", "Members", ({ memberCount }) => memberCount),
    numberColumn("managers", "Managers", ({ managerCount }) => managerCount),
    numberColumn("disabled", "Disabled people", ({ disabledCount }) => disabledCount),
  ];
}

function numberColumn(order: TeamOrder, title: string, count: (row: TeamRow) => number): LongColumn<TeamRow> {
  return { key: order, title, share: 16, order, isNumber: true, cell: (row) => formatCount(count(row)) };
}
