/** Which of the two formats a file is written in, and what differs between them while it is written. */

import type { Clock } from "../../clock.ts";
import type { Grant, ResourceId } from "../../contracts/model.ts";
import type { Logger } from "../../log.ts";
import type { C1zFormat } from "../container/container.ts";
import type { PackedFile } from "../container/pack.ts";
import type { Scratch } from "../scratch/scratch.ts";
import type { ScratchDatabase } from "../scratch/scratch-database.ts";
import type { GoneResource, GoneRows, NamedResource } from "./gone-rows.ts";
import type { OpenSync, ReferenceReport, StorePage, SyncStats } from "./sync-store.ts";

/** Names of the engines, as the Go connectors have them: version 1 files and version 3 files. */
export const storageEngines = ["sqlite", "pebble"] as const;
/** One of these. */
export type StorageEngine = (typeof storageEngines)[number];

/** What writes a file that is not there yet and of which nobody said what it should be. */
export const defaultEngine: StorageEngine = "pebble";

/** What writes a file of this format. */
export function engineFor(format: C1zFormat, asked: StorageEngine | undefined, logger: Logger): StorageEngine {
  if (format === "v1") return asked ?? "sqlite";
  if (format !== "v3") return asked ?? defaultEngine;
  if (asked === "sqlite") logger.warn("the file is of version 3 and stays so; sqlite writes new files only");
  return "pebble";
}

/** What every engine works on. */
export interface EngineContext {
  /** The file that is written, without symbolic links. */
  readonly target: string;
  readonly scratch: Scratch;
  readonly database: ScratchDatabase;
  readonly clock: Clock;
  /** Finished full syncs that are kept, the new one included. */
  readonly keepSyncCount: number;
  /** True: all are kept. */
  readonly skipCleanup: boolean;
  /** Where scratch directories are made; undefined: where they are made by default. */
  readonly tempDir: string | undefined;
  /** Called right before the new file takes its place. @throws BatonError when it must not. */
  onReady(): Promise<void>;
}

/** The grants of the open sync. */
export interface GrantStore {
  /** Adds or replaces grants; the last write of one counts. */
  put(grants: readonly Grant[]): void;
  /** Notes where the rows end, with the next commit. */
  mark(): void;
  /** Removes what was committed after the last mark. */
  removeUnmarked(): void;
  /** Grants that carry GrantExpandable, by page. */
  listExpandable(pageToken: string): StorePage<Grant>;
  /** Grants of one entitlement, by page. */
  listOfEntitlement(entitlementId: string, pageToken: string): StorePage<Grant>;
  /** The first grant of `principal` on an entitlement. */
  get(entitlementId: string, principal: ResourceId): Grant | undefined;
}

/** How a sync ended, as far as its file tells of it. */
export interface SyncEnd {
  /** True when rows were dropped because they named what is not part of the sync. */
  readonly droppedRows: boolean;
}

/** What one format does its own way. Everything is of the sync that `begin` was last called for. */
export interface WriteEngine {
  /** Opens the grants of a sync. @param discoveredAt for all rows, see `goTime`. */
  begin(sync: OpenSync, discoveredAt: string): GrantStore;
  checkReferences(): ReferenceReport;
  /** Counts of the latest finished full sync before this one; undefined when there is none. */
  countsBefore(): Promise<SyncStats | undefined>;
  countsNow(): SyncStats;
  /** What the sync before holds and the open one does not, see `GoneRows`. */
  goneSince(rows: Omit<GoneRows, "before" | "now">): Promise<readonly GoneResource[]>;
  /** Resources of one type in the newest finished sync before this one; undefined when there is none. */
  resourcesOfLast(resourceTypeId: string): Promise<readonly NamedResource[] | undefined>;
  /** Seals the sync. */
  finish(end: SyncEnd): SyncStats;
  /** Puts what is there, finished or not, where it belongs. */
  save(): Promise<PackedFile>;
  /** Forgets the open sync, and what an earlier run kept of it. */
  discard(): Promise<void>;
}
