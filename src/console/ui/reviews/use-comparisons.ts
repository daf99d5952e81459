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
  const runs = await Promise.all((connectors?.connectors ?? []).map((connector) => runsOf(connector, sha256, signal)));
  const all = [...runs.flat(), ...(files?.files ?? []).map(openedFile)];
  return all.filter(({ value }) => value !== source);
}

/** Not the run that wrote the very file that is shown. */
async function runsOf(
  { id, name }: ConnectorSummary,
  sha256: string,
  signal: AbortSignal,
): Promise<readonly Comparison[]> {
  const path = `/api/connectors/${encodeURIComponent(id)}/runs?limit=${offeredRuns}`;
  const answer = await listed<{ readonly runs: readonly RunSummary[] }>(path, signal);
  return (answer?.runs ?? [])
    .filter(({ file }) => file !== null && file.sha256 !== sha256)
    .map(({ runId, startedAtMs, result }) => ({
      value: `run:${runId}`,
      text: `${formatDateTime(startedAtMs)}, ${result ?? "running"}`,
      group: `Runs of ${name}`,
    }));
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
