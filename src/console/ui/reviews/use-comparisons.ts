/** What a file can be compared with: its own earlier syncs, kept runs, current files of connectors, opened files. */
import { useEffect, useState } from "preact/hooks";
import type { ConnectorSummary } from "../../contract/connectors.ts";
import type { RunSummary } from "../../contract/runs.ts";
import type { OpenedFile, SourceInfo } from "../../contract/sources.ts";
import { getJson } from "../api/api.ts";
import { formatDateTime } from "../design/format.ts";

/** One choice. */
export interface Comparison {
  /** Value of `since`. */
  readonly value: string;
  readonly text: string;
  readonly group: string;
  /** True for a file of another organization: everybody would look new, or gone. */
  readonly isForeign?: boolean;
}

/** Runs of each connector that are offered. */
const offeredRuns = 50;

/** All choices; empty until they are known. What cannot be listed is left out: the comparison itself would say why. */
export function useComparisons(source: string, info: SourceInfo): readonly Comparison[] {
  const [others, setOthers] = useState<readonly Comparison[]>([]);
  useEffect(() => {
    const abort = new AbortController();
    void otherSources(source, info.sha256, abort.signal).then((found) => {
      if (!abort.signal.aborted) setOthers(found);
    });
    return () => abort.abort();
  }, [source, info.sha256]);
  return [...syncsOf(info), ...others];
}

function syncsOf({ syncs, sync }: SourceInfo): readonly Comparison[] {
  return syncs
    .filter(({ id, isFinished }) => isFinished && id !== sync?.id)
    .toReversed()
    .map(({ id, startedAtMs }) => ({
      value: id,
      text: startedAtMs === null ? id : formatDateTime(startedAtMs),
      group: "Syncs in this file",
    }));
}

async function otherSources(source: string, sha256: string, signal: AbortSignal): Promise<readonly Comparison[]> {
  const [connectors, files] = await Promise.all([
    listed<{ readonly connectors: readonly ConnectorSummary[] }>("/api/connectors", signal),
    listed<{ readonly files: readonly OpenedFile[] }>("/api/files", signal),
  ]);
  const lists = await Promise.all((connectors?.connectors ?? []).map((connector) => runsOf(connector, sha256, signal)));
  const own = lists.find(({ connector, values }) => source === `connector:${connector.id}` || values.has(source));
  const runs = lists.flatMap(({ connector, comparisons }) => {
    const isForeign = own !== undefined && own.connector.orgSlug !== connector.orgSlug;
    return comparisons.map((one) =>
      isForeign ? { ...one, isForeign, group: `${one.group}, another organization` } : one,
    );
  });
  return [...runs, ...(files?.files ?? []).map(openedFile)].filter(({ value }) => value !== source);
}

interface RunsOfConnector {
  readonly connector: ConnectorSummary;
  /** Names of all its runs as sources. */
  readonly values: ReadonlySet<string>;
  readonly comparisons: readonly Comparison[];
}

/** Not the run that wrote the very file that is shown. */
async function runsOf(connector: ConnectorSummary, sha256: string, signal: AbortSignal): Promise<RunsOfConnector> {
  const { id, name, orgSlug } = connector;
  const path = `/api/connectors/${encodeURIComponent(id)}/runs?limit=${offeredRuns}`;
  const answer = await listed<{ readonly runs: readonly RunSummary[] }>(path, signal);
  const runs = answer?.runs ?? [];
  const comparisons = runs
    .filter(({ file }) => file !== null && file.sha256 !== sha256)
    .map(({ runId, startedAtMs, result }) => ({
      value: `run:${runId}`,
      text: `${formatDateTime(startedAtMs)}, ${result ?? "running"}`,
      group: orgSlug === "" || orgSlug === name ? `Runs of ${name}` : `Runs of ${name} (${orgSlug})`,
    }));
  return { connector, values: new Set(runs.map(({ runId }) => `run:${runId}`)), comparisons };
}

function openedFile({ source, title }: OpenedFile): Comparison {
  return { value: source, text: title, group: "Opened files" };
}

async function listed<T>(path: string, signal: AbortSignal): Promise<T | null> {
  try {
    return await getJson<T>(path, signal);
  } catch {
    return null;
  }
}
