/** Writes the newest finished sync of a c1z into a new file of the other format, under the same id and times. */
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { setImmediate } from "node:timers/promises";
import type { Clock } from "../../clock.ts";
import { BatonError, Status } from "../../errors.ts";
import { reportReadingEnded } from "../../file-progress.ts";
import type { Logger } from "../../log.ts";
import { openC1z } from "../read/reader.ts";
import type { StorageEngine } from "./engine.ts";
import { unfinishedPath } from "./files-beside.ts";
import type { SyncStats, SyncType } from "./sync-store.ts";
import { openC1zWriter } from "./writer.ts";

/** Rows that are handed over at once. */
const rowsAtOnce = 5000;
const types: readonly SyncType[] = ["full", "partial", "resources_only"];

/** What is converted. */
export interface Conversion {
  readonly from: string;
  /** Must not exist. */
  readonly to: string;
  readonly engine: StorageEngine;
  readonly tempDir?: string | undefined;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** What came of it. */
export interface Converted {
  readonly syncId: string;
  readonly stats: SyncStats;
  readonly bytes: number;
}

/**
 * Converts.
 * @throws BatonError `FILE-EXISTS`, `FILE-NO-SYNC`, those of `openC1z` and of the writer; then nothing was written.
 */
export async function convertC1z({ from, to, engine, ...common }: Conversion): Promise<Converted> {
  const target = resolve(to);
  // What an unfinished sync of this name has read would be lost.
  for (const path of [target, unfinishedPath(target)]) {
    if (existsSync(path)) throw refused("FILE-EXISTS", `${path} is there already.`, "Name a file that is not there.");
  }
  using file = await openC1z(from, { tempDir: common.tempDir });
  const sync = file.latestFinished();
  const type = types.find((one) => one === sync?.type);
  if (!sync || !type) {
    throw refused("FILE-NO-SYNC", `${file.path} holds no finished sync that can be converted.`, "Sync into it first.");
  }
  const asItIs = { path: target, keepSyncCount: 1, skipCleanup: true, isResumable: false, engine } as const;
  using writer = await openC1zWriter({ ...asItIs, ...common });
  writer.startCopy({ ...sync, type });
  const view = file.view(sync.id);
  await copy(view.resourceTypes(), (rows) => writer.rows.putResourceTypes(rows));
  await copy(view.resources(), (rows) => writer.rows.putResources(rows));
  await copy(view.entitlements(), (rows) => writer.rows.putEntitlements(rows));
  await copy(view.grants(), (rows) => writer.grants.put(rows));
  file.close();
  reportReadingEnded();
  if (sync.supportsDiff) writer.markSupportsDiff();
  // Whether anything was dropped when it was read is not known.
  const stats = writer.endSync({ droppedRows: true });
  const { bytes } = await writer.save();
  return { syncId: sync.id, stats, bytes };
}

/** Stops now and then, so that a signal is heard meanwhile. */
async function copy<T>(rows: Iterable<T>, put: (rows: readonly T[]) => void): Promise<void> {
  let some: T[] = [];
  for (const row of rows) {
    some.push(row);
    if (some.length < rowsAtOnce) continue;
    put(some);
    some = [];
    await setImmediate();
  }
  put(some);
}

function refused(code: string, message: string, hint: string): BatonError {
  return new BatonError({ code, status: Status.failedPrecondition, message, effect: "Nothing was written.", hint });
}
