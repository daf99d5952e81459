/** Reads a c1.storage.v3.SyncStatsRecord, as the header and the store of a version 3 c1z have it. */
import type { FieldReader } from "../../wire/field-reader.ts";
import type { SyncStats } from "../write/sync-store.ts";

/** Counts, with the sync that they are of. */
export interface StatsRecord {
  readonly syncId: string;
  /** Types without rows may be absent from all three maps. */
  readonly stats: SyncStats;
}

/** Nothing counted. */
export const noStats: SyncStats = {
  resourceTypes: 0,
  resources: 0,
  entitlements: 0,
  grants: 0,
  resourcesByResourceType: {},
  entitlementsByResourceType: {},
  grantsByResourceType: {},
};

/** Reads the message that ends at `end`. @throws RangeError when it is damaged. */
export function readStats(reader: FieldReader, end: number): StatsRecord {
  const counts = { resourceTypes: 0, resources: 0, entitlements: 0, grants: 0 };
  const [resources, entitlements, grants] = [emptyCounts(), emptyCounts(), emptyCounts()];
  let syncId = "";
  while (reader.next(end)) {
    if (reader.field === 1) syncId = reader.string();
    else if (reader.field === 2) counts.resourceTypes = reader.int64();
    else if (reader.field === 3) counts.resources = reader.int64();
    else if (reader.field === 4) counts.entitlements = reader.int64();
    else if (reader.field === 5) counts.grants = reader.int64();
    else if (reader.field === 7) readCount(reader, reader.enter(), resources);
    else if (reader.field === 8) readCount(reader, reader.enter(), grants);
    else if (reader.field === 9) readCount(reader, reader.enter(), entitlements);
    else reader.skip();
  }
  return {
    syncId,
    stats: {
      ...counts,
      resourcesByResourceType: Object.fromEntries(resources),
      entitlementsByResourceType: Object.fromEntries(entitlements),
      grantsByResourceType: Object.fromEntries(grants),
    },
  };
}

function emptyCounts(): Map<string, number> {
  return new Map();
}

/** No connector has a tenth of them; each costs more memory than bytes. */
const maxTypes = 10_000;

function readCount(reader: FieldReader, end: number, counts: Map<string, number>): void {
  let [key, count] = ["", 0];
  while (reader.next(end)) {
    if (reader.field === 1) key = reader.string();
    else if (reader.field === 2) count = reader.int64();
    else reader.skip();
  }
  counts.set(key, count);
  if (counts.size > maxTypes) throw new RangeError(`it counts more than ${maxTypes} resource types`);
}
