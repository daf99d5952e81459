/**
 * The rows of v1_sync_runs: listing them, finding the one to show or to resume, beginning and ending one, and which old
 * ones go when a new one is finished (Go SDK: cleanup, while the new sync is open).
 */
import type { DatabaseSync, SQLOutputValue } from "node:sqlite";
import { goTime } from "../container/go-time.ts";
import { newKsuid } from "../container/ksuid.ts";
import { columnsOf, createIndexes, dropIndexes, tables } from "../scratch/schema.ts";
import { statsToJson } from "./stats.ts";
import type { OpenSync, SyncStats, SyncType } from "./sync-store.ts";

/** A sync as the file has it. */
export interface SyncRun {
  /** Order of creation within the file. */
  readonly row: number;
  /** KSUID in files of Baton writers; any text in others. */
  readonly id: string;
  /** `full`, `resources_only`, `partial`, `partial_upserts`, `partial_deletions`; unknown types are shown as they are. */
  readonly type: string;
  /** As text: the writer's local wall clock without a zone; see `parseGoTime`. */
  readonly startedAt: string;
  /** Undefined while the sync is unfinished. */
  readonly endedAt: string | undefined;
  readonly token: string;
  readonly parentSyncId: string;
  readonly linkedSyncId: string;
  readonly supportsDiff: boolean;
  /** False: GrantExpandable annotations are still inside the grants' data. */
  readonly grantsBackfilled: boolean;
  /** JSON text of the stats, or anything else the file has there. */
  readonly statsJson: string | undefined;
}

/** How long an unfinished sync can be taken up again (Go SDK: seven days). */
const resumeWindowMs = 7 * 24 * 60 * 60 * 1000;

/** No file keeps so many; what is behind them is not looked at. */
const mostSyncRuns = 10_000;

/** All syncs in the order in which they were begun; columns that the file lacks have their defaults. */
export function listSyncRuns(db: DatabaseSync): SyncRun[] {
  const present = columnsOf(db, "v1_sync_runs");
  if (present.size === 0) return [];
  const columns = tables.v1_sync_runs.map(({ name }) => name).filter((name) => present.has(name));
  const rows = db.prepare(`select ${columns.join(", ")} from v1_sync_runs order by id limit ?`).all(mostSyncRuns);
  return rows.map(toSyncRun);
}

function toSyncRun(row: Readonly<Record<string, SQLOutputValue>>): SyncRun {
  const text = (name: string): string => String(row[name] ?? "");
  const optional = (name: string): string | undefined => (row[name] == null ? undefined : String(row[name]));
  return {
    row: Number(row["id"]),
    id: text("sync_id"),
    type: optional("sync_type") ?? "full",
    startedAt: text("started_at"),
    endedAt: optional("ended_at"),
    token: text("sync_token"),
    parentSyncId: text("parent_sync_id"),
    linkedSyncId: text("linked_sync_id"),
    supportsDiff: row["supports_diff"] === 1,
    grantsBackfilled: row["grants_backfilled"] === 1,
    statsJson: optional("stats"),
  };
}

/** The latest finished sync, of any type or of one. */
export function latestFinished(runs: readonly SyncRun[], type?: string): SyncRun | undefined {
  const finished = runs.filter((run) => run.endedAt !== undefined && (type === undefined || run.type === type));
  return finished.reduce<SyncRun | undefined>((best, run) => (best && !isLater(run, best) ? best : run), undefined);
}

/**
 * Syncs of one type follow each other, so that their order in the file tells, whatever the clock said at the time. One of
 * another type may lie within one that is gone on with later: then the end tells (Go SDK: latest finished sync), unless
 * their beginnings show that a clock was wrong.
 */
function isLater(a: SyncRun, b: SyncRun): boolean {
  const [first, second] = a.row < b.row ? [a, b] : [b, a];
  const clockWasWrong = first.startedAt > second.startedAt;
  if (a.type === b.type || clockWasWrong) return a === second;
  const [x, y] = [a.endedAt ?? "", b.endedAt ?? ""];
  return x === y ? a.id > b.id : x > y;
}

/** The newest unfinished sync, of any type or of one, that began less than seven days before `nowMs`. */
export function latestUnfinished(runs: readonly SyncRun[], nowMs: number, type?: string): SyncRun | undefined {
  const cutoff = goTime(nowMs - resumeWindowMs);
  return runs.findLast(
    (run) => run.endedAt === undefined && run.startedAt > cutoff && (type === undefined || run.type === type),
  );
}

/** Session key of what an unfinished sync reads; see `startOrResume`. */
const scopeKey = "baton/scope";

/**
 * Takes up the newest unfinished sync of `type`, or begins one. A partial sync is always a new one, a child of the
 * latest finished full sync (c1z: parent_sync_id).
 * @param scope what is read, for example an organization and the choice of types. An unfinished sync of another scope
 * is deleted: its rows and the new ones must not be taken for one reading. "" asks no questions.
 */
export function startOrResume(db: DatabaseSync, type: SyncType, nowMs: number, scope: string): OpenSync {
  const runs = listSyncRuns(db);
  const candidate = candidateOf(runs, type, nowMs);
  const isOther = candidate !== undefined && scope !== "" && (scopeOf(db, candidate.id) ?? scope) !== scope;
  if (isOther) deleteSyncs(db, [candidate.id]);
  const unfinished = isOther ? undefined : candidate;
  if (unfinished) {
    db.prepare(
      `update v1_sync_runs set ingest_invariant_generation = '', ingest_invariant_coverage = '',
        ingest_invariant_mode = '' where sync_id = ?`,
    ).run(unfinished.id);
    return { id: unfinished.id, type, token: unfinished.token, resumed: true };
  }
  const id = newKsuid(nowMs);
  const parentId = type === "partial" ? (latestFinished(runs, "full")?.id ?? "") : "";
  insertRun(db, { id, startedAt: goTime(nowMs), type, parentSyncId: parentId });
  if (scope !== "") {
    const insert = "insert into v1_connector_sessions (sync_id, key, value) values (?, ?, ?)";
    db.prepare(insert).run(id, scopeKey, Buffer.from(scope));
  }
  return { id, type, token: "", resumed: false };
}

/** Adds a sync that is not finished. */
export function insertRun(
  db: DatabaseSync,
  { id, startedAt, type, parentSyncId }: Pick<SyncRun, "id" | "startedAt" | "type" | "parentSyncId">,
): void {
  db.prepare(
    `insert into v1_sync_runs
      (sync_id, started_at, ended_at, sync_token, sync_type, parent_sync_id, supports_diff, grants_backfilled)
      values (?, ?, null, '', ?, ?, 0, 1)`,
  ).run(id, startedAt, type, parentSyncId);
}

/** True when `startOrResume` would take up an unfinished sync; `scope` may be the beginning of what it will say. */
export function canResume(db: DatabaseSync, type: SyncType, nowMs: number, scope: string): boolean {
  const candidate = candidateOf(listSyncRuns(db), type, nowMs);
  return candidate !== undefined && (scopeOf(db, candidate.id)?.startsWith(scope) ?? true);
}

function candidateOf(runs: readonly SyncRun[], type: SyncType, nowMs: number): SyncRun | undefined {
  return type === "partial" ? undefined : latestUnfinished(runs, nowMs, type);
}

/** Undefined for a sync that says nothing, such as a Go connector's, and may be of any scope. */
function scopeOf(db: DatabaseSync, syncId: string): string | undefined {
  const query = "select value from v1_connector_sessions where sync_id = ? and key = ?";
  const value = db.prepare(query).get(syncId, scopeKey)?.["value"];
  return value instanceof Uint8Array ? Buffer.from(value).toString("utf8") : undefined;
}

/** Sets the end, the stats and the marker of the checks that passed (c1z: ingest_invariant_*). */
export function finishSyncRun(db: DatabaseSync, id: string, stats: SyncStats, nowMs: number): void {
  db.prepare(
    `update v1_sync_runs set ended_at = ?, stats = ?, ingest_invariant_generation = '1',
      ingest_invariant_coverage = '["I5","I10"]', ingest_invariant_mode = 'connector'
      where sync_id = ? and ended_at is null`,
  ).run(goTime(nowMs), statsToJson(stats), id);
}

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
