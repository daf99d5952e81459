/**
 * The scratch database of a file that is written: unpacked from it, or taken over from a run that was killed while
 * it read. Taking over is only for a database that is surely whole and surely belongs to the file as it is now; on any
 * doubt it is thrown away. The caller holds the file's lock.
 */
import { createHash } from "node:crypto";
import { lstatSync, statSync } from "node:fs";
import { dirname } from "node:path";
import type { Clock } from "../../clock.ts";
import type { Logger } from "../../log.ts";
import { unpackDatabase } from "../container/container.ts";
import { decoderLimits } from "../container/decoder-limits.ts";
import { corruptFile } from "../container/file-errors.ts";
import { sameBoot, thisProcess } from "../container/process-identity.ts";
import { checkSchemaPages, refuseForeign } from "../scratch/foreign-database.ts";
import { migrate } from "../scratch/migrate.ts";
import { createIndexes } from "../scratch/schema.ts";
import {
  claimScratch,
  createScratch,
  findScratch,
  livenessOfOwner,
  readOwner,
  type Scratch,
  scratchParent,
  sweepScratch,
  writeOwner,
} from "../scratch/scratch.ts";
import { ScratchDatabase } from "../scratch/scratch-database.ts";
import type { StorageEngine } from "./engine.ts";
import { latestUnfinished, listSyncRuns, type SyncRun } from "./sync-runs.ts";

/** What `openTargetDatabase` needs. */
export interface TargetDatabaseOptions {
  /** The file, without symbolic links; its lock is held. */
  readonly target: string;
  /** The version 1 file that is unpacked, which may be another; undefined begins empty. */
  readonly base: string | undefined;
  /** A scratch database of one is of no use to the other. */
  readonly engine: StorageEngine;
  readonly tempDir: string | undefined;
  /** False: neither is anything taken up, nor left for a later run. */
  readonly isResumable: boolean;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** An open database with the present schema, and the directory it lies in. */
export interface TargetDatabase {
  readonly scratch: Scratch;
  readonly database: ScratchDatabase;
}

/**
 * Opens the scratch database for `target`.
 * @throws BatonError with a FILE- code; then nothing is left behind.
 */
export async function openTargetDatabase(options: TargetDatabaseOptions): Promise<TargetDatabase> {
  const { target, tempDir, logger } = options;
  if (!options.isResumable) return await unpack(createScratch(tempDir), options);
  const parent = scratchParent(tempDir);
  const key = scratchKey(target);
  const left = findScratch(parent, key);
  const adopted = left && adopt(left, options);
  if (adopted) logger.info("a run on this file was killed; going on with what it had read", { path: target });
  // Also then: the killed run may have had another, to read the file before.
  const swept = sweepScratch(parent);
  if (swept > 0) logger.info("removed scratch directories that killed runs had left", { parent, count: swept });
  return adopted ?? (await unpack(claimScratch(parent, key, target), options));
}

/** What tells this state of a file from every other one it had or will have; "absent" when it is not there. */
export function fileState(path: string): string {
  const found = statSync(path, { bigint: true, throwIfNoEntry: false });
  if (!found) return "absent";
  const { dev, ino, size, mtimeNs, ctimeNs } = found;
  return [dev, ino, size, mtimeNs, ctimeNs].join(":");
}

/** The same for its content alone: a changed mode or owner is no other file. */
export function contentState(path: string): string {
  const found = lstatSync(path, { bigint: true, throwIfNoEntry: false });
  return found ? [found.dev, found.ino, found.size, found.mtimeNs].join(":") : "absent";
}

/** The same for the same user, path and directory: the holder of the lock beside the file is alone with it. */
function scratchKey(target: string): string {
  const { dev, ino } = statSync(dirname(target), { bigint: true });
  const parts = [process.getuid?.() ?? "", target, String(dev), String(ino)];
  return createHash("sha256").update(JSON.stringify(parts)).digest("hex").slice(0, 24);
}

/** What tells the state of everything that the scratch database was made from. */
function sourceOf({ target, base, engine }: TargetDatabaseOptions): string {
  return [engine, fileState(target), ...(base === undefined ? [] : [fileState(base)])].join(" ");
}

async function unpack(scratch: Scratch, options: TargetDatabaseOptions): Promise<TargetDatabase> {
  const { target, base } = options;
  let database: ScratchDatabase | undefined;
  try {
    // Before it is read: a file replaced meanwhile must not pass for the one that was unpacked.
    const source = sourceOf(options);
    if (base !== undefined) {
      await unpackDatabase(base, scratch.database, decoderLimits(process.env));
      checkSchemaPages(scratch.database, base);
    }
    database = new ScratchDatabase(target, scratch);
    if (base !== undefined) confineTarget(database, target, scratch);
    prepareSchema(database, target);
    writeOwner(scratch, { process: thisProcess(), source, target });
    return { scratch, database };
  } catch (caught) {
    database?.close();
    scratch.remove();
    throw caught;
  }
}

/** Takes over what is in `scratch`, or gets it out of the way unless a living process uses it. */
function adopt(scratch: Scratch, options: TargetDatabaseOptions): TargetDatabase | undefined {
  const { target, clock, logger } = options;
  const owner = readOwner(scratch);
  const self = thisProcess();
  if (owner && livenessOfOwner(scratch, owner) === "alive") return undefined;
  // Nothing is synced to the device on the way: after a restart of the machine anything may be missing.
  const isOurs = owner !== undefined && sameBoot(owner.process, self) && owner.source === sourceOf(options);
  const database = isOurs ? openWhole(scratch, target, clock.nowMs()) : undefined;
  if (database) {
    scratch.hold();
    writeOwner(scratch, { ...owner, process: self });
    return { scratch, database };
  }
  logger.debug("what a killed run left is of no use and was removed", { scratch: scratch.directory });
  scratch.remove();
  return undefined;
}

/** The database, when it is sound and holds an unfinished sync to go on with. */
function openWhole(scratch: Scratch, target: string, nowMs: number): ScratchDatabase | undefined {
  if (!statSync(scratch.database, { throwIfNoEntry: false })) return undefined;
  let database: ScratchDatabase | undefined;
  try {
    database = new ScratchDatabase(target, scratch);
    const { db } = database;
    // Alone with it for good, as the locking mode is exclusive; what was not committed is rolled back here.
    database.write(() => undefined);
    database.commit();
    const sound = db.prepare("pragma quick_check(1)").get()?.["quick_check"] === "ok";
    if (sound && canGoOn(listSyncRuns(db), nowMs)) {
      prepareSchema(database, target);
      return database;
    }
  } catch {
    // Not whole. The file itself is, and the sync begins anew from it.
  }
  database?.close();
  return undefined;
}

/** The killed run's own sync is the last one that was begun. A partial one is never taken up, and must not get stuck. */
function canGoOn(runs: readonly SyncRun[], nowMs: number): boolean {
  const last = runs.at(-1);
  return last !== undefined && last.type !== "partial" && latestUnfinished(runs, nowMs)?.id === last.id;
}

/**
 * The target may come from elsewhere. It is read in this process all the same: nothing of it is carried out, no page of
 * it leads back to another, and no row is larger than the bound, so that there is nothing to be ended.
 */
function confineTarget(database: ScratchDatabase, path: string, scratch: Scratch): void {
  database.read(() => {
    database.db.limits.length = decoderLimits(process.env).maxRowBytes;
    refuseForeign(database.db, path, scratch.database);
  });
}

function prepareSchema(database: ScratchDatabase, path: string): void {
  database.read(() => {
    const { db } = database;
    try {
      migrate(db);
    } catch (caught) {
      throw caught instanceof RangeError ? corruptFile(path, caught.message, caught) : caught;
    }
    createIndexes(db, (index) => index.table !== "v1_grants");
  });
}
