/** The choices of what a file is compared with, out of what there is. Pure. */
import { type ConnectorSummary, organizationTitle } from "../../contract/connectors.ts";
import type { RunSummary } from "../../contract/runs.ts";
import type { OpenedFile, SourceInfo } from "../../contract/sources.ts";
import { formatDateTime } from "../design/format.ts";

/** One choice. */
export interface Comparison {
  /** Value of `since`. */
  readonly value: string;
  readonly label: string;
  readonly group: string;
  /** True for a file of another organization: everybody would look new, or gone. */
  readonly isForeign?: boolean;
}

/** A connector and what it ran. */
export interface RunsOfConnector {
  readonly connector: Pick<ConnectorSummary, "id" | "name" | "orgSlug">;
  readonly runs: readonly Pick<RunSummary, "runId" | "startedAtMs" | "result" | "file" | "target">[];
}

/** The finished syncs of the file itself. */
export function syncsOf({ syncs, sync }: Pick<SourceInfo, "syncs" | "sync">): readonly Comparison[] {
  return syncs
    .filter(({ id, isFinished }) => isFinished && id !== sync?.id)
    .toReversed()
    .map(({ id, startedAtMs }) => ({
      value: id,
      label: startedAtMs === null ? id : formatDateTime(startedAtMs),
      group: "Syncs in this file",
    }));
}

/** Kept runs and opened files, but for the very file that is shown. */
export function otherComparisons(there: {
  readonly source: string;
  readonly sha256: string;
  readonly lists: readonly RunsOfConnector[];
  readonly files: readonly OpenedFile[];
}): readonly Comparison[] {
  const { source, sha256, lists, files } = there;
  const all = lists.flatMap(({ connector, runs }) => {
    // A connector may have been set to another organization since.
    return runs.map((run) => ({ ...run, connector, slug: run.target ?? connector.orgSlug }));
  });
  const own = all.find(({ runId, file }) => source === `run:${runId}` || file?.sha256 === sha256);
  const runs = all
    .filter(({ file }) => file !== null && file.sha256 !== sha256)
    .map(({ runId, startedAtMs, result, connector: { name }, slug }): Comparison => {
      const isForeign = own !== undefined && own.slug !== slug;
      const group = `Runs of ${organizationTitle(name, slug)}`;
      return {
        value: `run:${runId}`,
        label: `${formatDateTime(startedAtMs)}, ${result ?? "running"}`,
        group: isForeign ? `${group}, another organization` : group,
        ...(isForeign && { isForeign }),
      };
    });
  const opened = files.map(({ source: value, title }) => ({ value, label: title, group: "Opened files" }));
  return [...runs, ...opened].filter(({ value }) => value !== source);
}
