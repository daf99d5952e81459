/** One run with everything that it recorded. */

import type { RunCompleteness, RunDetail } from "../../../contract/runs.ts";
import { screenAddress } from "../../access/source-address.ts";
import { TotalsOfFile } from "../../access/totals-of-file.tsx";
import { useData } from "../../api/use-data.ts";
import { FailureBanner } from "../../design/banner.tsx";
import { LinkButton } from "../../design/button.tsx";
import { Card } from "../../design/card.tsx";
import { Chip, ResultChip, type Tone } from "../../design/chip.tsx";
import { FactList } from "../../design/facts.tsx";
import { formatBytes, formatCount, formatDateTime, formatDuration, formatMoment } from "../../design/format.ts";
import { Loaded } from "../../design/loaded.tsx";
import { type Column, Table } from "../../rows/table.tsx";
import { connectorPath, runApi } from "../connector-paths.ts";
import { DropDetails } from "./drop-details.tsx";

type Finding = RunDetail["signals"][number];

const tones: Readonly<Record<Finding["level"], Tone>> = { note: "info", partial: "warn", incomplete: "bad" };

const findingColumns: readonly Column<Finding>[] = [
  { key: "id", title: "Code", isRowHeader: true, cell: ({ id }) => <code>{id}</code> },
  { key: "level", title: "Level", cell: ({ level }) => <Chip tone={tones[level]} text={level} /> },
  { key: "count", title: "Count", isNumber: true, cell: ({ count }) => formatCount(count) },
  { key: "message", title: "What it means", cell: ({ message }) => message },
];

type ListRow = RunCompleteness["lists"][number];

const listColumns: readonly Column<ListRow>[] = [
  { key: "title", title: "List", isRowHeader: true, cell: ({ title }) => title },
  { key: "announced", title: "Announced", isNumber: true, cell: ({ announced }) => rowCount(announced) },
  { key: "read", title: "Read", isNumber: true, cell: ({ read }) => rowCount(read) },
  { key: "distinct", title: "Distinct", isNumber: true, cell: ({ distinct }) => rowCount(distinct) },
  { key: "added", title: "Added to the file", isNumber: true, cell: ({ added }) => rowCount(added) },
  { key: "passes", title: "Passes", isNumber: true, cell: ({ passes }) => rowCount(passes) },
  { key: "sweeps", title: "Sweeps", isNumber: true, cell: ({ sweeps }) => rowCount(sweeps) },
  { key: "moved", title: "Moved", cell: ({ moved }) => (moved ? "Yes" : "No") },
  {
    key: "begun",
    title: "Begun at",
    cell: ({ startedAt }) => timeText(startedAt),
  },
  { key: "ended", title: "Whole at", cell: ({ endedAt }) => timeText(endedAt) },
];

/** Who started a run, in words. */
export const startedByText: Readonly<Record<RunDetail["startedBy"], string>> = {
  person: "By hand",
  schedule: "Schedule",
  setup: "Set-up",
  confirm: "Confirm changes",
  c1: "C1",
};

const keyKinds = { key: "API key", token: "Short-lived token" };
const owners = { person: "A person", service: "A service account", unknown: "Not known" };

/** The screen of /connectors/:id/history/:runId. */
export function RunView({ connectorId, runId }: { connectorId: string; runId: string }) {
  const run = useData<RunDetail>(
    runApi(runId),
    (event) => event.type === "connector" && event.connector.id === connectorId,
  );
  return (
    <div class="stack">
      <div class="row">
        <LinkButton
          kind="quiet"
          isSmall={true}
          icon="arrow-left"
          href={connectorPath(connectorId, "history")}
          text="All runs"
        />
      </div>
      <Loaded of={run} lines={8} isCard={true}>
        {(data) => <RunInFull run={data} />}
      </Loaded>
    </div>
  );
}

/** Everything that a run recorded. */
export function RunInFull({ run }: { run: RunDetail }) {
  const warnings = run.warnings.map(({ code, severity, count, message }) => ({
    id: code,
    level: severity,
    count,
    message,
  }));
  return (
    <>
      {run.failure && <FailureBanner failure={run.failure} />}
      <Card
        title={`Run of ${formatDateTime(run.startedAtMs)}`}
        actions={
          <LinkButton
            isSmall={true}
            icon="list"
            href={`${connectorPath(run.connectorId, "logs")}?run=${run.runId}`}
            text="Logs of this run"
          />
        }
      >
        <FactList facts={runFacts(run)} />
        {run.file && (
          <div class="actions">
            <LinkButton
              icon="download"
              download={true}
              href={runApi(run.runId, "/file")}
              text={`Download .c1z (${formatBytes(run.file.bytes)})`}
            />
            <LinkButton icon="people" href={screenAddress(`run:${run.runId}`, "people")} text="Access as of this run" />
          </div>
        )}
      </Card>
      {run.totals && <TotalsOfFile source={run.file ? `run:${run.runId}` : undefined} totals={run.totals} />}
      {run.drop && <DropDetails drop={run.drop} />}
      {run.completeness && <CompletenessCard statement={run.completeness} />}
      <Findings title="Signals of a partial roster" none="No sign that anything is hidden." rows={run.signals} />
      <Findings title="Warnings" none="No warnings." rows={warnings} />
      <Phases phaseMs={run.phaseMs} />
    </>
  );
}

function runFacts(run: RunDetail) {
  return [
    ["Result", <ResultChip key="result" result={run.result} />],
    ["Started by", startedByText[run.startedBy]],
    ["Ended", formatMoment(run.endedAtMs, "Still running")],
    ["Took", run.durationMs === null ? "Not known" : formatDuration(run.durationMs)],
    ["Requests", requestsText(run)],
    ["Taken up again", run.resumed ? "Yes, from an interrupted run" : "No"],
    ["Key", run.keyFingerprint ? <code key="key">{run.keyFingerprint}</code> : "Not known"],
    ["Sync id", run.syncId ? <code key="sync">{run.syncId}</code> : "None"],
    ["SHA-256", run.file ? <code key="hash">{run.file.sha256}</code> : "No file kept"],
  ] as const;
}

function requestsText({ requests, retries }: RunDetail): string {
  if (requests === null) return "Not known";
  return retries ? `${formatCount(requests)}, ${formatCount(retries)} of them again` : formatCount(requests);
}

function CompletenessCard({ statement: { lists, keyKind, keyOwner, notRead } }: { statement: RunCompleteness }) {
  return (
    <Card title="What was compared">
      {lists.length > 0 && (
        <Table caption="What was compared" columns={listColumns} rows={lists} rowKey={({ list }) => list} />
      )}
      <FactList
        facts={[
          ["Kind of key", keyKind ? keyKinds[keyKind] : "Not known"],
          ["Owner of the key", keyOwner ? owners[keyOwner.kind] : "Not known"],
          ["Role of the key's owner", keyOwner?.role ?? "Not known"],
          ["Not read", notRead.length > 0 ? notRead.map(({ title }) => title).join(", ") : "Not known"],
        ]}
      />
    </Card>
  );
}

function timeText(time: string | null): string {
  return formatMoment(time === null ? null : Date.parse(time), "Not read to its end");
}

function rowCount(value: number | null): string {
  return value === null ? "Nothing" : formatCount(value);
}

function Findings({ title, none, rows }: { title: string; none: string; rows: readonly Finding[] }) {
  return (
    <Card title={title} isFlush={rows.length > 0}>
      {rows.length === 0 ? (
        <p class="muted">{none}</p>
      ) : (
        <Table caption={title} columns={findingColumns} rows={rows} rowKey={({ id, message }) => `${id} ${message}`} />
      )}
    </Card>
  );
}

function Phases({ phaseMs }: { phaseMs: RunDetail["phaseMs"] }) {
  const phases = Object.entries(phaseMs);
  if (phases.length === 0) return null;
  return (
    <Card title="Time by phase">
      <FactList facts={phases.map(([phase, ms]) => [phase, formatDuration(ms)])} />
    </Card>
  );
}
