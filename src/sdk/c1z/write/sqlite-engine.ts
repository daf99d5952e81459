/** Version 1 files: the scratch database is the file, with the syncs before and with an unfinished one. */
import { type PackedFile, packDatabase } from "../container/pack.ts";
import { replaceFile } from "../container/save.ts";
import { createIndexes } from "../scratch/schema.ts";
import type { EngineContext, GrantStore, WriteEngine } from "./engine.ts";
import { type GoneResource, type GoneRows, goneOf, type NamedResource, namedResources } from "./gone-rows.ts";
import { GrantTable } from "./grant-table.ts";
import { checkReferences } from "./references.ts";
import { countRows, statsFromJson } from "./stats.ts";
import { deleteSyncs, finishSyncRun, latestFinished, listSyncRuns, syncsToPrune } from "./sync-runs.ts";
import type { OpenSync, ReferenceReport, SyncStats } from "./sync-store.ts";

/** Writes version 1 files. */
export class SqliteEngine implements WriteEngine {
  readonly #context: EngineContext;
  #open: { readonly sync: OpenSync; readonly grants: GrantTable } | undefined;

  constructor(context: EngineContext) {
    this.#context = context;
  }

  begin(sync: OpenSync, discoveredAt: string): GrantStore {
    const grants = new GrantTable(this.#context.database, sync.id, discoveredAt);
    this.#open = { sync, grants };
    return grants;
  }

  checkReferences(): ReferenceReport {
    const { database } = this.#context;
    return database.write(() => {
      // Where old syncs are about to be pruned, indexes built now would have to be built again.
      if (this.#prunable().length === 0) this.#open?.grants.seal();
      return checkReferences(database.db, this.#syncId);
    });
  }

  async countsBefore(): Promise<SyncStats | undefined> {
    const { database } = this.#context;
    return database.read(() => {
      const last = latestFinished(listSyncRuns(database.db), "full");
      return last && (statsFromJson(last.statsJson) ?? countRows(database.db, last.id, last.type));
    });
  }

  countsNow(): SyncStats {
    const { database } = this.#context;
    return database.read(() => countRows(database.db, this.#syncId, this.#open?.sync.type ?? "full"));
  }

  async goneSince(rows: Omit<GoneRows, "before" | "now">): Promise<readonly GoneResource[]> {
    const { database } = this.#context;
    return database.read(() => {
      const last = latestFinished(listSyncRuns(database.db), "full");
      return last ? goneOf(database.db, { ...rows, before: last.id, now: this.#syncId }) : [];
    });
  }

  async resourcesOfLast(resourceTypeId: string): Promise<readonly NamedResource[] | undefined> {
    const { database } = this.#context;
    return database.read(() => {
      const last = latestFinished(listSyncRuns(database.db));
      return last && namedResources(database.db, last.id, resourceTypeId);
    });
  }

  finish(): SyncStats {
    const { database, clock } = this.#context;
    return database.write(() => {
      deleteSyncs(database.db, this.#prunable());
      this.#open?.grants.seal();
      const counted = this.countsNow();
      finishSyncRun(database.db, this.#syncId, counted, clock.nowMs());
      return counted;
    });
  }

  /**
   * Packs the database and puts it in the place of the file, finished sync or not. Before it takes that place, the new
   * file is read back and compared with the database, so that what was counted there is what the file holds.
   */
  async save(): Promise<PackedFile> {
    const { database, scratch, target, onReady } = this.#context;
    database.write(() => {
      this.#open?.grants.seal();
      createIndexes(database.db);
    });
    database.reclaim();
    return await replaceFile(target, (file) => packDatabase(scratch.database, file), { onReady });
  }

  async discard(): Promise<void> {
    const { database } = this.#context;
    const wasResumed = this.#open?.sync.resumed ?? false;
    database.write(() => deleteSyncs(database.db, [this.#syncId]));
    this.#open = undefined;
    // A sync that this run began is in no file yet.
    if (wasResumed) await this.save();
  }

  get #syncId(): string {
    return this.#open?.sync.id ?? "";
  }

  #prunable(): string[] {
    const { database, keepSyncCount, skipCleanup } = this.#context;
    return skipCleanup ? [] : syncsToPrune(listSyncRuns(database.db), keepSyncCount, this.#syncId);
  }
}
