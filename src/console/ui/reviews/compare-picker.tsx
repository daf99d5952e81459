/** Chooses what a file is compared with. */

import { useEffect, useState } from "preact/hooks";
import type { ConnectorSummary } from "../../contract/connectors.ts";
import type { RunsPage } from "../../contract/runs.ts";
import type { OpenedFile, SourceInfo } from "../../contract/sources.ts";
import { getJson } from "../api/api.ts";
import { Banner } from "../design/banner.tsx";
import { SelectField } from "../design/field.tsx";
import { type Comparison, otherComparisons, type RunsOfConnector, syncsOf } from "./comparisons.ts";

interface ComparePickerProps {
  readonly info: SourceInfo;
  /** "" for the sync before. */
  readonly since: string;
  /** There is no sync before. */
  readonly mustChoose: boolean;
  /** Name of what the answer was compared with; null without an answer. */
  readonly compared: string | null;
  readonly onChange: (since: string) => void;
}

/** A list of all runs and files that there are. */
export function ComparePicker({ info, since, mustChoose, compared, onChange }: ComparePickerProps) {
  const choices = useComparisons(info);
  const isListed = since === "" || choices.some(({ value }) => value === since);
  return (
    <div class="card compare">
      <SelectField
        label="Compare with"
        value={since}
        options={[
          { value: "", label: mustChoose ? "Choose a run or a file" : "The finished sync before" },
          ...(isListed ? [] : [{ value: since, label: compared ?? since }]),
          ...choices,
        ]}
        hint={
          compared === null
            ? "Any kept run and any opened file can be chosen."
            : `Shows what is different now from ${compared}.`
        }
        onChange={onChange}
      />
      {choices.find(({ value }) => value === since)?.isForeign && (
        <Banner tone="warn" title="This is another organization">
          <p>Everybody of one organization looks new or gone beside the other. Choose a run of the same one.</p>
        </Banner>
      )}
    </div>
  );
}

/** Runs of each connector that are offered. */
const offeredRuns = 50;

/** All choices; empty until they are known. What cannot be listed is left out: the comparison itself would say why. */
function useComparisons(info: SourceInfo): readonly Comparison[] {
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
  const answer = await listed<RunsPage>(path, signal);
  return { connector, runs: answer?.rows ?? [] };
}

async function listed<T>(path: string, signal: AbortSignal): Promise<T | null> {
  try {
    return await getJson<T>(path, signal);
  } catch {
    return null;
  }
}
