/** The first tab: what is wrong if anything, the run under way, and what is known of the organization. */
import type { ConnectorDetail } from "../../contract/connectors.ts";
import type { RunSummary } from "../../contract/runs.ts";
import { TotalsOfFile } from "../access/totals-of-file.tsx";
import { Banner } from "../design/banner.tsx";
import { LinkButton } from "../design/button.tsx";
import { Card } from "../design/card.tsx";
import { ResultChip } from "../design/chip.tsx";
import { CopyButton } from "../design/code-block.tsx";
import { FactList } from "../design/facts.tsx";
import { formatBytes, formatCount, formatDateTime, formatDuration, shortHash } from "../design/format.ts";
import { Empty } from "../design/loaded.tsx";
import { RelativeTime } from "../design/relative-time.tsx";
import { isUsualHost } from "./connector-name.tsx";
import { connectorPath, runApi, runPath } from "./connector-paths.ts";
import { ConnectorFailure } from "./failure-actions.tsx";
import { modeTitle } from "./modes.ts";
import { HeldBanner } from "./runs/held-banner.tsx";
import { SyncingPanel } from "./runs/syncing-panel.tsx";
import { ScheduleCard } from "./schedule/schedule-card.tsx";
import type { TabProps } from "./use-connector.ts";

/** The tab. */
export function OverviewTab({ connector, data, progress }: TabProps) {
  const { failure, lastGoodRun, status } = connector;
  if (status === "Not set up" && !lastGoodRun) return <NotSetUp connector={connector} />;
  return (
    <div class="stack-wide">
      {status === "Not set up" && <KeyGoneBanner connector={connector} />}
      {connector.isPaused && <PausedBanner />}
      {failure && failure.state !== "held" && <ConnectorFailure connector={connector} failure={failure} />}
      {connector.heldRun && <HeldBanner connector={connector} held={connector.heldRun} data={data} />}
      {progress && <SyncingPanel progress={progress} />}
      {lastGoodRun
        ? !progress &&
          lastGoodRun.totals && <TotalsOfFile source={`connector:${connector.id}`} totals={lastGoodRun.totals} />
        : !progress && !failure && <NoFileYet connector={connector} />}
      <div class="columns">
        {connector.lastRun && connector.lastRun.endedAtMs !== null && (
          <RunCard title="Last sync" connector={connector} run={connector.lastRun} />
        )}
        <div class="stack">
          <ScheduleCard connector={connector} data={data} />
          <AboutCard connector={connector} />
        </div>
      </div>
    </div>
  );
}

function RunCard({ title, connector, run }: { title: string; connector: ConnectorDetail; run: RunSummary }) {
  return (
    <Card
      title={title}
      actions={<LinkButton kind="quiet" isSmall={true} href={runPath(connector.id, run.runId)} text="Details" />}
    >
      <FactList
        facts={[
          ["Result", <ResultChip key="result" result={run.result} />],
          ["Ended", run.endedAtMs === null ? "Still running" : <RelativeTime key="ended" ms={run.endedAtMs} />],
          ["Took", run.durationMs === null ? "Not known" : formatDuration(run.durationMs)],
          ["Requests", run.requests === null ? "Not known" : formatCount(run.requests)],
          ["Warnings", formatCount(run.warningCount)],
          ...(run.file ? [["SHA-256", <FileHash key="hash" sha256={run.file.sha256} />] as const] : []),
        ]}
      />
      {run.file && (
        <div class="actions">
          <LinkButton
            icon="download"
            isSmall={true}
            download={true}
            href={runApi(run.runId, "/file")}
            text={`Download .c1z (${formatBytes(run.file.bytes)})`}
          />
        </div>
      )}
    </Card>
  );
}

/** A hash, shortened, with a button that copies the whole. */
export function FileHash({ sha256 }: { sha256: string }) {
  return (
    <span class="row hash">
      <code title={sha256}>{shortHash(sha256)}</code>
      <CopyButton text={sha256} label="Copy SHA-256" />
    </span>
  );
}

function AboutCard({ connector }: { connector: ConnectorDetail }) {
  const { orgSlug, owner, mode, currentFile, createdAtMs, key } = connector;
  return (
    <Card title="About">
      <FactList
        facts={[
          ["Organization", orgSlug || "Not set"],
          ...(isUsualHost(connector.settings.baseUrl) ? [] : [["API host", connector.settings.baseUrl] as const]),
          ["How it runs", modeTitle(mode)],
          ["Owner", owner || "Nobody named"],
          ["API key", keyText(key)],
          ["Current file", currentFile ? <code key="file">{currentFile}</code> : "None yet"],
          ["Added", formatDateTime(createdAtMs)],
        ]}
      />
    </Card>
  );
}

function keyText(key: ConnectorDetail["key"]): string {
  if (!key) return "Not set";
  return key.lastFour === "" ? key.sourceName : `ends in ${key.lastFour}, ${key.sourceName}`;
}

function PausedBanner() {
  return (
    <Banner tone="neutral" icon="pause" title="Sync is paused">
      <p>Nothing syncs by itself until you press Resume sync. It stays paused when the console is started again.</p>
    </Banner>
  );
}

/** It was set up before: a key that was kept in memory only is gone with the console that kept it. */
function KeyGoneBanner({ connector }: { connector: ConnectorDetail }) {
  return (
    <Banner
      tone="warn"
      icon="key"
      title="The API key must be entered again"
      actions={
        <LinkButton kind="primary" href={`${connectorPath(connector.id, "settings")}?edit=key`} text="Edit key" />
      }
    >
      <p>
        It was kept in memory only, and is gone since the console was started again. Until then nothing syncs. That was
        chosen when the console was started: by itself it keeps keys, encrypted.
      </p>
    </Banner>
  );
}

function NotSetUp({ connector }: { connector: ConnectorDetail }) {
  return (
    <div class="card">
      <Empty
        icon="key"
        title="Not set up yet"
        action={<LinkButton kind="primary" href={connectorPath(connector.id, "settings")} text="Settings" />}
      >
        {connector.orgSlug !== "" && connector.key
          ? "What was entered is a draft. Saving it starts the first sync."
          : "An API key and the slug of the organization are missing."}
      </Empty>
    </div>
  );
}

/** In the place of what a file would say. */
export function NoFileYet({ connector: { mode } }: { connector: Pick<ConnectorDetail, "mode"> }) {
  return (
    <div class="card">
      {mode === "service" ? (
        <Empty icon="sync" title="No file here">
          C1 says when to sync, and the files go there.
        </Empty>
      ) : (
        <Empty icon="sync" title="No sync yet">
          Sync now, or the schedule, reads the organization for the first time.
        </Empty>
      )}
    </div>
  );
}
