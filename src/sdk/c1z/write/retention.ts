/** Which old syncs go when a new one is finished, and their removal (Go SDK: cleanup, while the new sync is open). */
import type { DatabaseSync } from "node:sqlite";
import { createIndexes, dropIndexes } from "../scratch/schema.ts";
import type { SyncRun } from "./sync-runs.ts";

/** Syncs of these types never count as full. */
const partialTypes: ReadonlySet<string> = new Set(["partial", "resources_only"]);
const diffTypes: ReadonlySet<string> = new Set(["partial_upserts", "partial_deletions"]);
const keptDiffs = 2;

/**
 * Ids of the syncs to delete, in order of creation. Unfinished syncs and the open one always stay.
 * @param keep finished full syncs to keep, the open one included; at least 1.
 * @param openSyncId the sync that is about to be finished.
 */
export function syncsToPrune(runs: readonly SyncRun[], keep: number, openSyncId: string): string[] {
  const finished = runs.filter((run) => run.endedAt !== undefined && run.id !== openSyncId);
  const full = finished.filter((run) => !partialTypes.has(run.type) && !diffTypes.has(run.type));
  const overflow = full.slice(0, Math.max(0, full.length - (keep - 1)));
  const doomed = new Set(overflow.map((run) => run.id));
  // With a sync open, the Go SDK measures partial syncs against the newest full sync that goes.
  const boundary = overflow.at(-1);
  for (const run of finished) {
    if (boundary && partialTypes.has(run.type) && (run.endedAt ?? "") < boundary.startedAt) doomed.add(run.id);
  }
  for (const run of diffsToPrune(finished.filter((one) => diffTypes.has(one.type)))) doomed.add(run.id);
  return runs.filter((run) => doomed.has(run.id)).map((run) => run.id);
}

/** More than two: the newest and its partner stay. */
function diffsToPrune(diffs: readonly SyncRun[]): SyncRun[] {
  const newest = diffs.at(-1);
  if (diffs.length <= keptDiffs || newest === undefined) return [];
  return diffs.filter((run) => run.id !== newest.id && run.id !== newest.linkedSyncId);
}

/**
 * Deletes syncs with all their rows. The grants' indexes are dropped when there is something to delete: deleting
 * from them entry by entry takes several times as long as building them anew, which is left to the caller.
 */
export function deleteSyncs(db: DatabaseSync, ids: readonly string[]): void {
  if (ids.length === 0) return;
  dropIndexes(db, (index) => index.table === "v1_grants");
  for (const table of [
    "v1_resource_types",
    "v1_resources",
    "v1_entitlements",
    "v1_grants",
    "v1_assets",
    "v1_connector_sessions",
    "v1_sync_runs",
  ]) {
    const remove = db.prepare(`delete from ${table} where sync_id = ?`);
    for (const id of ids) remove.run(id);
  }
  createIndexes(db, (index) => index.table !== "v1_grants");
}
