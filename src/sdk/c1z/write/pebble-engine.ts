/**
 * Version 3 files: one finished sync each, written from the scratch database in the last step. An unfinished sync and
 * the files before lie beside the file, see files-beside.ts.
 */
import type { ResourceId, Timestamp } from "../../contracts/model.ts";
import { formatOf } from "../container/container.ts";
import { type PackedFile, packDatabase } from "../container/pack.ts";
import { type OpenFile, replaceFile } from "../container/save.ts";
import { readV3Manifest } from "../container/v3-manifest.ts";
import type { C1zReader } from "../read/reader.ts";
import { resourceKey } from "../scratch/row-sql.ts";
import type { EngineContext, GrantStore, SyncEnd, WriteEngine } from "./engine.ts";
import { keepPrevious, previousFiles, removeUnfinished, unfinishedPath } from "./files-beside.ts";
import type { GoneResource, GoneRows, NamedResource } from "./gone-rows.ts";
import { GrantLog } from "./grant-log.ts";
import type { RunToWrite } from "./pebble/envelope.ts";
import { SyncSource } from "./pebble/sync-source.ts";
import { writeStore } from "./pebble/write-store.ts";
import { checkSource } from "./references.ts";
import { countRows } from "./stats.ts";
import { deleteSyncs, finishSyncRun, listSyncRuns, type SyncRun } from "./sync-runs.ts";
import type { OpenSync, ReferenceReport, SyncStats } from "./sync-store.ts";

interface OpenGrants {
  readonly sync: OpenSync;
  readonly grants: GrantLog;
  /** Once all grants are there: their order, which is asked for several times. */
  source?: SyncSource;
  references?: ReferenceReport;
  end?: SyncEnd & { readonly stats: SyncStats };
}

/** Writes version 3 files. */
export class PebbleEngine implements WriteEngine {
  readonly #context: EngineContext;
  #open: OpenGrants | undefined;

  constructor(context: EngineContext) {
    this.#context = context;
  }

  begin(sync: OpenSync, discoveredAt: string): GrantStore {
    const grants = new GrantLog(this.#context.database, sync.id, discoveredAt);
    this.#open = { sync, grants };
    return grants;
  }

  checkReferences(): ReferenceReport {
    const { database } = this.#context;
    const open = this.#current;
    const source = this.#source();
    open.references = database.read(() => checkSource(database.db, open.sync.id, source));
    return open.references;
  }

  async countsBefore(): Promise<SyncStats | undefined> {
    return (await this.#last())?.stats;
  }

  async #last(): Promise<LastSync | undefined> {
    const { target, tempDir } = this.#context;
    return await lastFullSync([target, ...previousFiles(target)], tempDir);
  }

  countsNow(): SyncStats {
    const { database } = this.#context;
    const { sync } = this.#current;
    const counted = database.read(() => countRows(database.db, sync.id, sync.type));
    if (sync.type === "resources_only") return counted;
    const grantsByResourceType = this.#source().grantsByResourceType();
    return { ...counted, grants: this.#source().order.count, grantsByResourceType };
  }

  async goneSince(rows: Omit<GoneRows, "before" | "now">): Promise<readonly GoneResource[]> {
    const last = await this.#last();
    if (!last) return [];
    const { database } = this.#context;
    const { sync, grants } = this.#current;
    const find = "select 1 from v1_resources where external_id = ? and sync_id = ?";
    return await goneFromFile(
      last.path,
      {
        ...rows,
        isThere: (resourceType, resource) =>
          database.get(find, resourceKey({ resourceType, resource }), sync.id) !== undefined,
        isGranted: (entitlementId, resourceType, resource) =>
          grants.get(entitlementId, { resourceType, resource }) !== undefined,
      },
      this.#context.tempDir,
    );
  }

  async resourcesOfLast(resourceTypeId: string): Promise<readonly NamedResource[] | undefined> {
    const { target, tempDir } = this.#context;
    return await namedResourcesOfFile(target, resourceTypeId, tempDir);
  }

  finish(end: SyncEnd): SyncStats {
    const { database, clock } = this.#context;
    const open = this.#current;
    const stats = this.countsNow();
    database.write(() => finishSyncRun(database.db, open.sync.id, stats, clock.nowMs()));
    open.end = { ...end, stats };
    return stats;
  }

  async save(): Promise<PackedFile> {
    const { database } = this.#context;
    if (this.#open?.end) return await this.#saveFile(this.#open.end);
    database.reclaim();
    return await this.#saveUnfinished();
  }

  async #saveFile({ stats, droppedRows }: NonNullable<OpenGrants["end"]>): Promise<PackedFile> {
    const { database, target, keepSyncCount, skipCleanup, onReady } = this.#context;
    database.commit();
    const run = { ...this.#runToWrite(stats, droppedRows), parentId: await this.#parentId() };
    const write = (file: OpenFile): Promise<PackedFile> => writeStore(file, run, this.#source());
    const saved = await replaceFile(target, write, {
      onReady: async () => {
        await onReady();
        await keepPrevious(target, skipCleanup ? undefined : keepSyncCount - 1);
      },
    });
    await removeUnfinished(target);
    return saved;
  }

  async #saveUnfinished(): Promise<PackedFile> {
    const { scratch, target, onReady } = this.#context;
    return await replaceFile(unfinishedPath(target), (file) => packDatabase(scratch.database, file), { onReady });
  }

  async discard(): Promise<void> {
    const { database, target } = this.#context;
    const { sync } = this.#current;
    database.write(() => deleteSyncs(database.db, [sync.id]));
    this.#open = undefined;
    if (sync.resumed) await removeUnfinished(target);
  }

  #source(): SyncSource {
    const { database } = this.#context;
    const open = this.#current;
    const { startedAt } = this.#run();
    open.source ??= database.read(
      () => new SyncSource(database.db, open.sync.id, open.grants.codes(), localTime(startedAt)),
    );
    return open.source;
  }

  /** Of a partial sync: the latest full one, which lies in a file of its own. "": none. */
  async #parentId(): Promise<string> {
    const { parentSyncId, type } = this.#run();
    return parentSyncId || (type === "partial" ? ((await this.#last())?.id ?? "") : "");
  }

  #runToWrite(stats: SyncStats, droppedRows: boolean): Omit<RunToWrite, "parentId"> {
    const run = this.#run();
    const { sync, references } = this.#current;
    const isWhole = references !== undefined && Object.values(references).every(({ count }) => count === 0);
    return {
      id: sync.id,
      type: sync.type,
      startedAt: localTime(run.startedAt),
      endedAt: localTime(run.endedAt ?? run.startedAt),
      supportsDiff: run.supportsDiff,
      stats,
      // What the runs before this one dropped is not known.
      isClean: isWhole && !droppedRows && !sync.resumed,
    };
  }

  #run(): SyncRun {
    const { database } = this.#context;
    const { sync } = this.#current;
    const run = database.read(() => listSyncRuns(database.db)).find(({ id }) => id === sync.id);
    if (!run) throw new Error(`the sync ${sync.id} is not in the scratch database`);
    return run;
  }

  get #current(): OpenGrants {
    if (this.#open) return this.#open;
    throw new Error("no sync was begun");
  }
}

/** A time of the scratch database: this machine's wall clock, see `goTime`. */
function localTime(text: string): Timestamp {
  const ms = new Date(text.replace(" ", "T")).getTime();
  return { seconds: Math.floor(ms / 1000), nanos: (ms % 1000) * 1_000_000 };
}

/** A finished full sync in a file. */
interface LastSync {
  readonly path: string;
  readonly id: string;
  readonly stats: SyncStats;
}

/** The finished full sync of the first of `files` that holds one. */
async function lastFullSync(files: readonly string[], tempDir: string | undefined): Promise<LastSync | undefined> {
  for (const path of files) {
    const found = await fullSyncOf(path, tempDir);
    if (found) return { path, ...found };
  }
  return undefined;
}

async function fullSyncOf(path: string, tempDir: string | undefined): Promise<Omit<LastSync, "path"> | undefined> {
  const format = await formatOf(path);
  if (format === "none") return undefined;
  if (format === "v3") {
    const { syncs } = await readV3Manifest(path);
    const sync = syncs.find(({ type, endedAt }) => type === "full" && endedAt !== undefined);
    return sync?.stats && { id: sync.id, stats: sync.stats };
  }
  using file = await openFile(path, tempDir);
  const sync = file.latestFinished("full");
  return sync && { id: sync.id, stats: file.view(sync.id).stats() };
}

/** The readers are loaded for it: a sync that asks nothing of another file needs none of their 22 modules. */
async function openFile(path: string, tempDir: string | undefined): Promise<C1zReader> {
  const { openC1z } = await import("../read/reader.ts");
  return await openC1z(path, { tempDir });
}

/** Resources of one type in the newest finished sync of a file; undefined when it holds none, or is not there. */
async function namedResourcesOfFile(
  path: string,
  resourceTypeId: string,
  tempDir: string | undefined,
): Promise<readonly NamedResource[] | undefined> {
  if ((await formatOf(path)) === "none") return undefined;
  using file = await openFile(path, tempDir);
  const sync = file.latestFinished();
  if (!sync) return undefined;
  const resources = file.view(sync.id).resources({ resourceTypeId });
  return Array.from(resources, ({ id, displayName }) => ({ id: id.resource, name: displayName || id.resource }));
}

/** What is wanted. */
export interface GoneFromFile {
  readonly resourceTypeIds: readonly string[];
  readonly limit: number;
  /** True when the open sync holds the resource, by its type and id. */
  isThere(resourceType: string, resource: string): boolean;
  /** True when the open sync holds a grant of that entitlement to that principal. */
  isGranted(entitlementId: string, principalType: string, principal: string): boolean;
}

/**
 * Resources of the types that the file holds and the open sync does not, or with no types given those who lost a grant;
 * each once, at most `limit`.
 */
async function goneFromFile(
  path: string,
  { resourceTypeIds, limit, isThere, isGranted }: GoneFromFile,
  tempDir: string | undefined,
): Promise<readonly GoneResource[]> {
  using file = await openFile(path, tempDir);
  const view = file.view(file.latestFinished("full")?.id);
  const gone = new Map<string, GoneResource>();
  const add = ({ resourceType, resource: id }: ResourceId, name: string | undefined): boolean =>
    gone.set(`${resourceType}:${id}`, { resourceType, id, name: name || id }).size >= limit;
  for (const resourceTypeId of resourceTypeIds) {
    for (const { id, displayName } of view.resources({ resourceTypeId })) {
      if (!isThere(id.resourceType, id.resource) && add(id, displayName)) return [...gone.values()];
    }
  }
  if (resourceTypeIds.length > 0) return [...gone.values()];
  for (const { entitlement, principal } of view.grants()) {
    if (isGranted(entitlement.id, principal.resourceType, principal.resource)) continue;
    if (add(principal, view.getResource(principal)?.displayName)) break;
  }
  return [...gone.values()];
}
