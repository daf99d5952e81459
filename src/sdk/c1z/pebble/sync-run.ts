/** The one sync of a Pebble store, and whether its keys are those that are read here. */
import type { Timestamp } from "../../contracts/model.ts";
import { type Mutable, readTimestamp } from "../../proto/read-resource.ts";
import { FieldReader } from "../../wire/field-reader.ts";
import { syncTypeName } from "../container/v3-manifest.ts";
import { PebbleUnsupportedError } from "../read/pebble/byte-cursor.ts";
import type { PebbleStore } from "../read/pebble/store.ts";
import type { SyncRun } from "../write/sync-runs.ts";
import { idFormatVersion, keyspaceVersion, metaKeys, syncRunKey } from "./keys.ts";

/** What is asked of a store to know its sync. */
type KeyedStore = Pick<PebbleStore, "version" | "get">;

/**
 * The one sync of a store.
 * @throws PebbleFormatError, PebbleUnsupportedError for keys of another version, a RangeError for a damaged row.
 */
export function readSyncRun(store: KeyedStore): SyncRun | undefined {
  checkStamps(store);
  const run = store.get(syncRunKey);
  return run && toSyncRun(run);
}

/** A store without anything in it has no stamps. */
function checkStamps(store: KeyedStore): void {
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

/** A `SyncRunRecord`. */
interface SyncRunValue {
  readonly id: string;
  /** c1.storage.v3.SyncType */
  readonly type: number;
  readonly parentSyncId: string;
  readonly startedAt: Timestamp | undefined;
  readonly endedAt: Timestamp | undefined;
  readonly token: string;
  readonly supportsDiff: boolean;
}

/** Reads a `SyncRunRecord`. */
function syncRunOf(value: Uint8Array): SyncRunValue {
  const reader = new FieldReader(value);
  const run: Mutable<SyncRunValue> = {
    id: "",
    type: 0,
    parentSyncId: "",
    startedAt: undefined,
    endedAt: undefined,
    token: "",
    supportsDiff: false,
  };
  while (reader.next(reader.end)) {
    if (reader.field === 1) run.id = reader.string();
    else if (reader.field === 2) run.type = reader.uint();
    else if (reader.field === 3) run.parentSyncId = reader.string();
    else if (reader.field === 4) run.startedAt = readTimestamp(reader, reader.enter());
    else if (reader.field === 5) run.endedAt = readTimestamp(reader, reader.enter());
    else if (reader.field === 6) run.token = reader.string();
    else if (reader.field === 7) run.supportsDiff = reader.bool();
    else reader.skip();
  }
  return run;
}
