/** Opens a version 3 c1z: the one sync of its Pebble store. */
import type { Timestamp } from "../../../contracts/model.ts";
import type { DecoderLimits } from "../../container/decoder-limits.ts";
import { syncTypeName } from "../../container/v3-manifest.ts";
import { idFormatVersion, keyspaceVersion, metaKeys, syncRunKey } from "../../pebble/keys.ts";
import type { Scratch } from "../../scratch/scratch.ts";
import type { SyncRun } from "../../write/sync-runs.ts";
import type { ReadEngine } from "../sync-view.ts";
import { PebbleUnsupportedError } from "./byte-cursor.ts";
import { PebbleView } from "./pebble-view.ts";
import { syncRunOf } from "./records.ts";
import { PebbleStore } from "./store.ts";
import { openStoreFiles, storeError } from "./store-files.ts";

/** @throws BatonError `FILE-CORRUPT`, `FILE-V3`, `FILE-DECODER-LIMIT`, or what the system refused. */
export async function openPebble(path: string, scratch: Scratch, limits: DecoderLimits): Promise<ReadEngine> {
  const { files, close, limits: suited } = await openStoreFiles(path, scratch, limits);
  try {
    const store = new PebbleStore(files, suited);
    const sync = readSyncRun(store);
    return { syncs: sync ? [sync] : [], view: (one) => new PebbleView(store, path, one), close };
  } catch (caught) {
    close();
    throw storeError(caught, path);
  }
}

/**
 * The one sync of a store.
 * @throws PebbleFormatError, PebbleUnsupportedError for keys of another version, a RangeError for a damaged row.
 */
export function readSyncRun(store: PebbleStore): SyncRun | undefined {
  checkStamps(store);
  const run = store.get(syncRunKey);
  return run && toSyncRun(run);
}

/** A store without anything in it has no stamps. */
function checkStamps(store: PebbleStore): void {
  if (store.version.tables.length === 0) return;
  const stamp = (key: Buffer): number => {
    const value = store.get(key);
    return value?.length === 4 ? value.readUInt32BE() : 0;
  };
  const [keyspace, ids] = [stamp(metaKeys.keyspaceVersion), stamp(metaKeys.idFormat)];
  if (keyspace !== keyspaceVersion) throw new PebbleUnsupportedError(`the keyspace version ${keyspace}`);
  if (ids !== idFormatVersion) throw new PebbleUnsupportedError(`the id format ${ids}`);
}

function toSyncRun(value: Buffer): SyncRun {
  const run = syncRunOf(value);
  return {
    row: 1,
    id: run.id,
    type: syncTypeName(run.type),
    startedAt: timeText(run.startedAt) ?? "",
    endedAt: timeText(run.endedAt),
    token: run.token,
    parentSyncId: run.parentSyncId,
    linkedSyncId: "",
    supportsDiff: run.supportsDiff,
    grantsBackfilled: true,
    statsJson: undefined,
  };
}

/** As version 1 files have times, in UTC. */
function timeText(time: Timestamp | undefined): string | undefined {
  if (time === undefined || Math.abs(time.seconds) > 8.64e12) return undefined;
  const seconds = new Date(time.seconds * 1000).toISOString().slice(0, 19).replace("T", " ");
  const fraction = String(time.nanos).padStart(9, "0").replace(/0+$/, "");
  return fraction === "" ? seconds : `${seconds}.${fraction}`;
}
