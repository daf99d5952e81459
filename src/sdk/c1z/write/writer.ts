/**
 * Writes one sync into a c1z: locks the file, collects rows in a scratch database, and puts the file in its place in one
 * piece. The file itself is not touched before `save` has everything on disk. What the two formats do their own way is
 * in their engines.
 */
import { resolve } from "node:path";
import type { Clock } from "../../clock.ts";
import type { SessionStore } from "../../contracts/connector.ts";
import { BatonError, Status } from "../../errors.ts";
import type { Logger } from "../../log.ts";
import { type C1zFormat, formatOf } from "../container/container.ts";
import { corruptFile } from "../container/file-errors.ts";
import { type FileLock, type LockWait, lockFile } from "../container/file-lock.ts";
import { goTime } from "../container/go-time.ts";
import type { PackedFile } from "../container/pack.ts";
import { checkReplaceable, followLink, removeLeftovers } from "../container/save.ts";
import { readV3Manifest } from "../container/v3-manifest.ts";
import type { Scratch } from "../scratch/scratch.ts";
import type { ScratchDatabase } from "../scratch/scratch-database.ts";
import {
  type EngineContext,
  engineFor,
  type GrantStore,
  type StorageEngine,
  type SyncEnd,
  type WriteEngine,
} from "./engine.ts";
import { unfinishedPath } from "./files-beside.ts";
import type { GoneResource, NamedResource } from "./gone-rows.ts";
import { RowTables, SqliteSessionStore } from "./row-tables.ts";
import { canResume, insertRun, listSyncRuns, type SyncRun, startOrResume } from "./sync-runs.ts";
import type { OpenSync, ReferenceReport, SyncStats, SyncType } from "./sync-store.ts";
import { contentState, fileState, openTargetDatabase, type TargetDatabase } from "./target-database.ts";

/** What `openC1zWriter` needs. */
export interface C1zWriterOptions {
  /** The file to write. Missing or empty: a new one. */
  readonly path: string;
  /** Where the scratch directory is made; must exist. Default: `BATON_TMPDIR`, else the system's place. */
  readonly tempDir?: string | undefined;
  /** Finished full syncs kept in the file, the new one included; at least 1. */
  readonly keepSyncCount: number;
  /** True: no pruning. */
  readonly skipCleanup: boolean;
  /** How long to wait for another run on the file; default not at all. */
  readonly lockWait?: LockWait | undefined;
  /** Ends that waiting; its reason is thrown. */
  readonly signal?: AbortSignal;
  /** False: what this run does is nothing that a later one could go on with. Default true. */
  readonly isResumable?: boolean;
  /** What writes a new file; a version 3 file stays one in any case. Default: what the file is. */
  readonly engine?: StorageEngine | undefined;
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * Opens `path` for one sync. What a run that was killed left of it is taken up where it is surely whole.
 * @throws BatonError with a FILE- code: another run is writing it, not a c1z, no space, a directory
 * that is not there or may not be written; then nothing was changed.
 */
export async function openC1zWriter(options: C1zWriterOptions): Promise<C1zWriter> {
  const path = resolve(options.path);
  if (!Number.isInteger(options.keepSyncCount) || options.keepSyncCount < 1) throw badKeepCount(options.keepSyncCount);
  await checkReplaceable(options.path);
  const target = await followLink(path);
  const { lockWait, signal, clock, logger } = options;
  const waits = lockWait && { wait_s: lockWait.longestMs / 1000, standstill_s: lockWait.standstillMs / 1000 };
  const stateBefore = fileState(target);
  const lock = await lockFile(target, {
    clock,
    ...(lockWait && { wait: lockWait }),
    signal,
    onWait: (holder) => logger.warn("another run has the file; waiting for it", { path, holder, ...waits }),
  });
  try {
    const format = await formatOf(target);
    if (format === "unknown") throw corruptFile(path, "it does not begin as one");
    // What cannot be read is not replaced either: there is no telling what it holds.
    if (format === "v3") await checkV3(path);
    removeLeftovers(target);
    const { tempDir, isResumable = true } = options;
    const engine = engineFor(format, options.engine, logger);
    const base = await baseOf(target, format, engine);
    const newEngine = await loadEngine(engine);
    const opened = await openTargetDatabase({ target, base, engine, tempDir, isResumable, clock, logger });
    const writer = new C1zWriter({ ...options, path }, { ...opened, lock, target, newEngine });
    const isMoved = lock.waitedFor !== undefined && fileState(target) !== stateBefore;
    if (isMoved && (engine === "pebble" ? base === undefined : writer.endsFinished)) {
      writer.close();
      throw syncedMeanwhile(path, lock.waitedFor ?? "");
    }
    return writer;
  } catch (caught) {
    lock.release();
    throw caught;
  }
}

/** Loads one of the engines, and not what the other is made of. */
async function loadEngine(engine: StorageEngine): Promise<OpenedTarget["newEngine"]> {
  if (engine === "pebble") {
    const { PebbleEngine } = await import("./pebble-engine.ts");
    return (context) => new PebbleEngine(context);
  }
  const { SqliteEngine } = await import("./sqlite-engine.ts");
  return (context) => new SqliteEngine(context);
}

async function checkV3(path: string): Promise<void> {
  const { checkEngine } = await import("../read/pebble/store-files.ts");
  checkEngine(path, await readV3Manifest(path));
}

/** What was waited for is there already: a second reading right after it would only use up requests. */
function syncedMeanwhile(path: string, other: string): BatonError {
  return new BatonError({
    code: "FILE-BUSY",
    status: Status.failedPrecondition,
    message: `${path} was synced by another run, ${other}, while this one waited for it.`,
    effect: "This run read nothing. The file holds the sync of the other one.",
    hint: "Nothing needs to be done. Schedule runs on one file so that they do not overlap.",
  });
}

/** The version 1 file that the scratch database is unpacked from; undefined: a new one. */
async function baseOf(target: string, format: C1zFormat, engine: StorageEngine): Promise<string | undefined> {
  if (engine === "sqlite") return format === "v1" ? target : undefined;
  const unfinished = unfinishedPath(target);
  return (await formatOf(unfinished)) === "v1" ? unfinished : undefined;
}

function badKeepCount(count: number): BatonError {
  return new BatonError({
    code: "FILE-KEEP-COUNT",
    status: Status.invalidArgument,
    message: `${count} is no number of syncs to keep.`,
    effect: "Nothing was read or written.",
    hint: "Give a whole number from 1.",
  });
}

interface OpenTables {
  readonly sync: OpenSync;
  readonly rows: RowTables;
  readonly grants: GrantStore;
  readonly session: SqliteSessionStore;
}

interface OpenedTarget extends TargetDatabase {
  readonly lock: FileLock;
  readonly target: string;
  newEngine(context: EngineContext): WriteEngine;
}

/** A c1z that is being written, with one open sync. Made by `openC1zWriter`; `close` it in every case. */
export class C1zWriter {
  readonly #options: C1zWriterOptions;
  readonly #scratch: Scratch;
  readonly #database: ScratchDatabase;
  readonly #lock: FileLock;
  /** The file itself, where the path is a link. */
  readonly #target: string;
  /** Of the file as this run knows it. */
  #state: string;
  readonly #engine: WriteEngine;
  #tables: OpenTables | undefined;
  /** The sync that the open one is a copy of. */
  #copied: SyncRun | undefined;

  constructor(options: C1zWriterOptions, { scratch, database, lock, target, newEngine }: OpenedTarget) {
    this.#options = options;
    this.#target = target;
    this.#state = contentState(target);
    this.#scratch = scratch;
    this.#database = database;
    this.#lock = lock;
    const { clock, keepSyncCount, skipCleanup, tempDir } = options;
    const context: EngineContext = {
      target,
      scratch,
      database,
      clock,
      keepSyncCount,
      skipCleanup,
      tempDir,
      onReady: async () => {
        lock.verify();
        await this.#refuseChanged();
      },
    };
    this.#engine = newEngine(context);
  }

  /** True when the sync that was begun last was finished. */
  get endsFinished(): boolean {
    return this.#database.read(() => listSyncRuns(this.#database.db).at(-1)?.endedAt !== undefined);
  }

  /** True when `startSync` would resume an unfinished sync. */
  canResume(type: SyncType, scope = ""): boolean {
    return this.#database.read(() => canResume(this.#database.db, type, this.#options.clock.nowMs(), scope));
  }

  /**
   * Resumes the newest unfinished sync of `type` not older than seven days, else begins a new one.
   * @param scope what is read; an unfinished sync that says another scope is deleted instead of resumed. "": any.
   */
  startSync(type: SyncType, scope = ""): OpenSync {
    const nowMs = this.#options.clock.nowMs();
    const { db } = this.#database;
    const sync = this.#database.write(() => startOrResume(db, type, nowMs, scope));
    return this.#begin(sync, goTime(nowMs));
  }

  /** Begins a copy of a finished sync: it keeps its id and its times. */
  startCopy(run: SyncRun & { readonly type: SyncType }): OpenSync {
    this.#database.write(() => insertRun(this.#database.db, run));
    this.#copied = run;
    return this.#begin({ id: run.id, type: run.type, token: "", resumed: false }, run.startedAt);
  }

  #begin(sync: OpenSync, discoveredAt: string): OpenSync {
    this.#tables = {
      sync,
      rows: new RowTables(this.#database, sync.id, discoveredAt),
      grants: this.#engine.begin(sync, discoveredAt),
      session: new SqliteSessionStore(this.#database, sync.id),
    };
    const { grants } = this.#tables;
    if (sync.resumed) grants.removeUnmarked();
    grants.mark();
    this.#database.commit();
    return sync;
  }

  /** A connector's memory of the open sync. */
  get session(): SessionStore {
    return this.#open.session;
  }

  /** Resource types, resources and entitlements of the open sync. */
  get rows(): RowTables {
    return this.#open.rows;
  }

  /** Grants of the open sync. */
  get grants(): Omit<GrantStore, "mark" | "removeUnmarked"> {
    return this.#open.grants;
  }

  /** Checks references over the whole open sync. */
  checkReferences(): ReferenceReport {
    return this.#engine.checkReferences();
  }

  /** True while rows would be written faster after the next checkpoint. */
  get isCheckpointAwaited(): boolean {
    return this.#database.isCommitAwaited;
  }

  /** Stores the engine's token; durable in the scratch database when it returns. */
  checkpoint(token: string): void {
    this.#lock.moved();
    const update = "update v1_sync_runs set sync_token = ? where sync_id = ?";
    this.#database.run(update, token, this.#open.sync.id);
    this.#open.grants.mark();
    const wasHandedOver = this.#database.isHandedOver;
    this.#database.commit();
    if (this.#database.isHandedOver && !wasHandedOver)
      this.#options.logger.debug("rows are written by a thread of their own now");
  }

  /** Marks the sync as able to be compared (c1z: supports_diff). */
  markSupportsDiff(): void {
    this.#database.run("update v1_sync_runs set supports_diff = 1 where sync_id = ?", this.#open.sync.id);
  }

  /**
   * The counts of the open sync, and those of the latest finished full sync before it; undefined when there is none to
   * compare with.
   */
  async compareWithLast(): Promise<{ readonly before: SyncStats; readonly now: SyncStats } | undefined> {
    if (this.#open.sync.type !== "full") return undefined;
    const before = await this.#engine.countsBefore();
    return before && { before, now: this.#engine.countsNow() };
  }

  /**
   * Resources that the latest finished full sync holds and the open one does not: those of the given types, or
   * with none given those who lost a grant. At most `limit`.
   */
  async goneSince(resourceTypeIds: readonly string[], limit: number): Promise<readonly GoneResource[]> {
    return await this.#engine.goneSince({ resourceTypeIds, limit });
  }

  /** Forgets the open sync, and what an earlier run of it left: the next run begins a new one. */
  async discardSync(): Promise<void> {
    this.#tables = undefined;
    await this.#engine.discard();
    this.#state = contentState(this.#target);
  }

  /** Seals the sync: forgets its session rows, prunes old syncs, computes stats, sets ended_at. */
  endSync(end: SyncEnd = { droppedRows: false }): SyncStats {
    const remove = "delete from v1_connector_sessions where sync_id = ?";
    // Session rows first: their pages are then reused by the indexes.
    this.#database.write(() => this.#database.db.prepare(remove).run(this.#open.sync.id));
    const stats = this.#engine.finish(end);
    const ended = "update v1_sync_runs set ended_at = ? where sync_id = ?";
    if (this.#copied) this.#database.run(ended, this.#copied.endedAt ?? null, this.#copied.id);
    this.#database.commit();
    return stats;
  }

  /**
   * Puts what is there in its place, finished sync or not; a new file is proved to hold what was written before it takes
   * the place of the old one.
   * @throws BatonError with a FILE- code; then the old file is untouched.
   */
  async save(): Promise<PackedFile> {
    const saved = await this.#engine.save();
    this.#state = contentState(this.#target);
    this.#options.logger.debug("saved", { path: this.#options.path, bytes: saved.bytes });
    return saved;
  }

  /**
   * Resources of one type in the newest finished sync.
   * @returns undefined when there is no finished sync.
   */
  async resourcesOfLast(resourceTypeId: string): Promise<readonly NamedResource[] | undefined> {
    return await this.#engine.resourcesOfLast(resourceTypeId);
  }

  /** A file that somebody else put there, or a link that leads elsewhere by now, is not ours to overwrite. */
  async #refuseChanged(): Promise<void> {
    const { path } = this.#options;
    const now = contentState(this.#target);
    const isSame = now === this.#state || now === "absent";
    if (isSame && (await followLink(path)) === this.#target) return;
    throw new BatonError({
      code: "FILE-CHANGED",
      status: Status.aborted,
      message: `${path} was changed or replaced by somebody else while this run was under way.`,
      effect: "It stays as it is now; what this run read is not kept.",
      hint: "Run again. If it happens again, find out what else writes there.",
    });
  }

  /** Gives the scratch space and the lock back. What was not saved is gone. */
  close(): void {
    this.#database.close();
    this.#scratch.remove();
    this.#lock.release();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  get #open(): OpenTables {
    if (this.#tables) return this.#tables;
    throw new BatonError({
      code: "BATON-NO-SYNC",
      status: Status.internal,
      message: "No sync was started.",
      hint: "This is a defect of the program: startSync comes before everything else.",
    });
  }
}
