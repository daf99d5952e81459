/** Counts the grants of each entitlement of a sync, from the index alone: a million rows take a fraction of a second. */
import type { DatabaseSync } from "node:sqlite";
import { columnsOf } from "../scratch/schema.ts";

/** Grants by entitlement id; entitlements without a grant are absent. @param syncId undefined: of all syncs. */
export function countGrantsByEntitlement(db: DatabaseSync, syncId: string | undefined): ReadonlyMap<string, number> {
  if (columnsOf(db, "v1_grants").size === 0) return new Map();
  const where = syncId === undefined ? "" : "where sync_id = ?";
  const query = `select entitlement_id, count(*) as n from v1_grants ${where} group by entitlement_id`;
  const rows = db.prepare(query).all(...(syncId === undefined ? [] : [syncId]));
  return new Map(rows.map((row) => [String(row["entitlement_id"]), Number(row["n"])]));
}
