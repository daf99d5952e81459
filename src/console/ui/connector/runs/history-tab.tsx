/** History: every kept run with how it ended; and one run in full behind each. */
import type { RunSummary } from "../../../contract/runs.ts";
import { LinkButton } from "../../design/button.tsx";
import { ResultChip } from "../../design/chip.tsx";
import { formatBytes, formatCount, formatDateTime, formatDuration } from "../../design/format.ts";
import { Empty } from "../../design/loaded.tsx";
import type { LongColumn } from "../../rows/long-column.ts";
import { LongTable } from "../../rows/long-table.tsx";
import { usePagedRows } from "../../rows/use-paged-rows.ts";
import { connectorApi, runApi, runPath } from "../connector-paths.ts";
import type { TabProps } from "../use-connector.ts";
import { RunView, startedByText } from "./run-view.tsx";

const pageSize = 50;

/** The tab. */
export function HistoryTab({ connector, rest }: TabProps) {
  return rest === "" ? (
    <RunList connectorId={connector.id} />
  ) : (
    <RunView connectorId={connector.id} runId={decodeURIComponent(rest)} />
  );
}

function RunList({ connectorId }: { connectorId: string }) {
  const shown = usePagedRows<RunSummary>(connectorApi(connectorId, "/runs"), {
    pageSize,
    reloadOn: (event) =>
      event.type === "reconnected" || (event.type === "connector" && event.connector.id === connectorId),
  });
  return (
    <section class="card card-flush long-card" aria-label="Runs">
      <LongTable
        caption="Runs, latest first"
        columns={runColumns}
        shown={shown}
        rowKey={({ runId }) => runId}
        empty={
          <Empty icon="history" title="No runs yet">
            Each sync leaves a line here, with its counts and its file.
          </Empty>
        }
      />
    </section>
  );
}

/** What stands of each run in the list. */
export const runColumns: readonly LongColumn<RunSummary>[] = [
  {
    key: "started",
    title: "Started",
    share: 29,
    isRowHeader: true,
    cell: (run) => (
      <span class="started">
        <a class="nowrap" href={runPath(run.connectorId, run.runId)}>
          {formatDateTime(run.startedAtMs)}
        </a>
        <span class="muted small">{startedByText[run.startedBy]}</span>
      </span>
    ),
  },
  { key: "result", title: "Result", share: 20, cell: ({ result }) => <ResultChip result={result} /> },
  {
    key: "duration",
    title: "Took",
    share: 11,
    isNumber: true,
    cell: ({ durationMs }) => (durationMs === null ? "" : formatDuration(durationMs)),
  },
  totalColumn("members", "Members"),
  totalColumn("teams", "Teams"),
  totalColumn("grants", "Grants"),
  {
    key: "warnings",
    title: "Warnings",
    share: 13,
    isNumber: true,
    cell: ({ warningCount }) => formatCount(warningCount),
  },
  { key: "file", title: "File", share: 26, cell: (run) => <RunFile run={run} /> },
];

function totalColumn(key: "members" | "teams" | "grants", title: string): LongColumn<RunSummary> {
  return { key, title, share: 13, isNumber: true, cell: ({ totals }) => (totals ? formatCount(totals[key]) : "–") };
}

function RunFile({ run }: { run: RunSummary }) {
  if (!run.file) return <span class="muted">{run.errorCode ?? "None kept"}</span>;
  return (
    <LinkButton
      icon="download"
      isSmall={true}
      download={true}
      href={runApi(run.runId, "/file")}
      label={`Download the file of ${formatDateTime(run.startedAtMs)}, ${formatBytes(run.file.bytes)}`}
      text={formatBytes(run.file.bytes)}
    />
  );
}
