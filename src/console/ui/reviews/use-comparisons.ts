/** What a file can be compared with: its own earlier syncs, kept runs, current files of connectors, opened files. */
import { useEffect, useState } from "preact/hooks";
import type { ConnectorSummary } from "../../contract/connectors.ts";
import type { RunSummary } from "../../contract/runs.ts";
import type { OpenedFile, SourceInfo } from "../../contract/sources.ts";
import { getJson } from "../api/api.ts";
import { type Comparison, otherComparisons, type RunsOfConnector, syncsOf } from "./comparisons.ts";

/** Runs of each connector that are offered. */
const offeredRuns = 50;

/** All choices; empty until they are known. What cannot be listed is left out: the comparison itself would say why. */
export function useComparisons(info: SourceInfo): readonly Comparison[] {
  const { source, sha256 } = info;
  const [others, setOthers] = useState<readonly Comparison[]>([]);
  useEffect(() => {
    const abort = new AbortController();
    void otherSources(source, sha256, abort.signal).then((found) => {
      if (!abort.signal.aborted) setOthers(found);
    });
    return () => abort.abort();
  }, [source, sha256]);
  return [...syncsOf(info), ...others];
}

async function otherSources(source: string, sha256: string, signal: AbortSignal): Promise<readonly Comparison[]> {
  const [connectors, files] = await Promise.all([
    listed<{ readonly connectors: readonly ConnectorSummary[] }>("/api/connectors", signal),
    listed<{ readonly files: readonly OpenedFile[] }>("/api/files", signal),
  ]);
  const lists = await Promise.all((connectors?.connectors ?? []).map((connector) => runsOf(connector, signal)));
  return otherComparisons({ source, sha256, lists, files: files?.files ?? [] });
}

async function runsOf(connector: ConnectorSummary, signal: AbortSignal): Promise<RunsOfConnector> {
  const path = `/api/connectors/${encodeURIComponent(connector.id)}/runs?limit=${offeredRuns}`;
  const answer = await listed<{ readonly runs: readonly RunSummary[] }>(path, signal);
  return { connector, runs: answer?.runs ?? [] };
}

async function listed<T>(path: string, signal: AbortSignal): Promise<T | null> {
  try {
    return await getJson<T>(path, signal);
  } catch {
    return null;
  }
}
