/** History: every kept run with how it ended; and one run in full behind each. */
import { useEffect, useState } from "preact/hooks";
import type { RunSummary } from "../../../contract/runs.ts";
import { getJson } from "../../api/api.ts";
import { useAction } from "../../api/use-action.ts";
import { useData } from "../../api/use-data.ts";
import { FailureBanner } from "../../design/banner.tsx";
import { Button, LinkButton } from "../../design/button.tsx";
import { Card } from "../../design/card.tsx";
import { ResultChip } from "../../design/chip.tsx";
import { formatBytes, formatCount, formatDateTime, formatDuration } from "../../design/format.ts";
import { Empty, Skeleton } from "../../design/loaded.tsx";
import { type Column, Table } from "../../rows/table.tsx";
import { connectorApi, runApi, runPath } from "../connector-paths.ts";
import type { TabProps } from "../use-connector.ts";
import { RunView, startedByText } from "./run-view.tsx";

interface RunPage {
  readonly runs: readonly RunSummary[];
  readonly next: string | null;
}

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
  const first = useData<RunPage>(
    connectorApi(connectorId, `/runs?limit=${pageSize}`),
    (event) => event.type === "connector" && event.connector.id === connectorId,
  );
  const [older, setOlder] = useState<RunPage | null>(null);
  // Newer runs move the pages: what was asked for before them would leave a gap.
  useEffect(() => setOlder(null), [first.data]);
  const next = older ? older.next : (first.data?.next ?? null);
  const more = useAction(async () => {
    const query = `/runs?limit=${pageSize}&before=${encodeURIComponent(next ?? "")}`;
    const page = await getJson<RunPage>(connectorApi(connectorId, query));
    setOlder({ runs: [...(older?.runs ?? []), ...page.runs], next: page.next });
  });
  const failure = first.failure ?? more.failure;
  const runs = first.data ? [...first.data.runs, ...(older?.runs ?? [])] : null;
  return (
    <div class="stack">
      {failure && <FailureBanner failure={failure} isUrgent={true} />}
      <Card isFlush={true}>
        {!runs && !first.failure && (
          <div class="card-part">
            <Skeleton lines={6} />
          </div>
        )}
        {runs?.length === 0 && (
          <Empty icon="history" title="No runs yet">
            Each sync leaves a line here, with its counts and its file.
          </Empty>
        )}
        {runs && runs.length > 0 && (
          <Table caption="Runs, latest first" columns={runColumns} rows={runs} rowKey={({ runId }) => runId} />
        )}
      </Card>
      {next !== null && (
        <div class="row">
          <Button isBusy={more.isBusy} onClick={() => void more.run()} text="Show older runs" />
        </div>
      )}
    </div>
  );
}

/** What stands of each run in the list. */
export const runColumns: readonly Column<RunSummary>[] = [
  {
    key: "started",
    title: "Started",
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
  { key: "result", title: "Result", cell: ({ result }) => <ResultChip result={result} /> },
  {
    key: "duration",
    title: "Took",
    isNumber: true,
    cell: ({ durationMs }) => (durationMs === null ? "" : formatDuration(durationMs)),
  },
  totalColumn("members", "Members"),
  totalColumn("teams", "Teams"),
  totalColumn("grants", "Grants"),
  { key: "warnings", title: "Warnings", isNumber: true, cell: ({ warningCount }) => formatCount(warningCount) },
  { key: "file", title: "File", cell: (run) => <RunFile run={run} /> },
];

function totalColumn(key: "members" | "teams" | "grants", title: string): Column<RunSummary> {
  return { key, title, isNumber: true, cell: ({ totals }) => (totals ? formatCount(totals[key]) : "–") };
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
