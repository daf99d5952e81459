/** Row counts of one sync: counted, written as the JSON of v1_sync_runs.stats, and read back. */
import type { DatabaseSync } from "node:sqlite";
import { isJsonObject, type JsonObject, parseJsonObject } from "../../json-object.ts";
import { columnsOf, type TableName } from "../scratch/schema.ts";
import type { SyncStats, SyncType } from "./sync-store.ts";

/**
 * Counts the rows of a sync.
 * @param syncId undefined counts the rows of all syncs.
 * @param type `resources_only` leaves entitlements and grants out, as the Go SDK does.
 */
export function countRows(db: DatabaseSync, syncId: string | undefined, type: SyncType | string): SyncStats {
  return countRowsOf(db, isAlone(db) ? undefined : syncId, type);
}

/** True when there is no other sync: then the index on the type answers without a look at the rows. */
function isAlone(db: DatabaseSync): boolean {
  if (columnsOf(db, "v1_sync_runs").size === 0) return false;
  return Number(db.prepare("select count(*) as n from v1_sync_runs").get()?.["n"]) === 1;
}

function countRowsOf(db: DatabaseSync, syncId: string | undefined, type: SyncType | string): SyncStats {
  const typeIds = externalIds(db, syncId);
  const inTypes = groupByType(db, "v1_resources", syncId);
  const resourcesByResourceType = Object.fromEntries(typeIds.map((id) => [id, inTypes.get(id) ?? 0]));
  const withGrants = type !== "resources_only";
  const entitlements = withGrants ? groupByType(db, "v1_entitlements", syncId) : new Map<string, number>();
  const grants = withGrants ? groupByType(db, "v1_grants", syncId) : new Map<string, number>();
  return {
    resourceTypes: typeIds.length,
    resources: sum(Object.values(resourcesByResourceType)),
    entitlements: sum(entitlements.values()),
    grants: sum(grants.values()),
    resourcesByResourceType,
    entitlementsByResourceType: Object.fromEntries(entitlements),
    grantsByResourceType: Object.fromEntries(grants),
  };
}

function externalIds(db: DatabaseSync, syncId: string | undefined): string[] {
  if (columnsOf(db, "v1_resource_types").size === 0) return [];
  const query = `select external_id from v1_resource_types ${filter(syncId)} order by external_id`;
  return db
    .prepare(query)
    .all(...params(syncId))
    .map((row) => String(row["external_id"]));
}

function groupByType(db: DatabaseSync, table: TableName, syncId: string | undefined): Map<string, number> {
  if (columnsOf(db, table).size === 0) return new Map();
  // By the index on the type every row would be looked up for its sync: ten times as long as reading the table.
  const source = syncId === undefined ? table : `${table} not indexed ${filter(syncId)}`;
  const query = `select resource_type_id, count(*) as n from ${source} group by resource_type_id order by 1`;
  const rows = db.prepare(query).all(...params(syncId));
  return new Map(rows.map((row) => [String(row["resource_type_id"]), Number(row["n"])]));
}

function filter(syncId: string | undefined): string {
  return syncId === undefined ? "" : "where sync_id = ?";
}

function params(syncId: string | undefined): string[] {
  return syncId === undefined ? [] : [syncId];
}

function sum(values: Iterable<number>): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}

const jsonKeys = {
  resource_types: "resourceTypes",
  resources: "resources",
  entitlements: "entitlements",
  grants: "grants",
} as const;
const jsonMaps = {
  resources_by_resource_type: "resourcesByResourceType",
  grants_by_resource_type: "grantsByResourceType",
  entitlements_by_resource_type: "entitlementsByResourceType",
} as const;

/** JSON of v1_sync_runs.stats: snake_case, numbers as numbers, zeros and empty maps left out, map keys sorted. */
export function statsToJson(stats: SyncStats): string {
  const out: Record<string, unknown> = {};
  for (const [key, name] of Object.entries(jsonKeys)) if (stats[name] !== 0) out[key] = stats[name];
  for (const [key, name] of Object.entries(jsonMaps)) {
    const entries = Object.entries(stats[name]).sort(([a], [b]) => (a < b ? -1 : 1));
    if (entries.length > 0) out[key] = Object.fromEntries(entries);
  }
  return JSON.stringify(out);
}

/** Reads v1_sync_runs.stats; undefined when they are absent, broken, empty or no counts, and must be counted. */
export function statsFromJson(text: unknown): SyncStats | undefined {
  const found = typeof text === "string" ? parseJsonObject(text) : undefined;
  if (found === undefined || !holdsCounts(found) || numberAt(found, "resource_types") === 0) return undefined;
  return {
    resourceTypes: numberAt(found, "resource_types"),
    resources: numberAt(found, "resources"),
    entitlements: numberAt(found, "entitlements"),
    grants: numberAt(found, "grants"),
    resourcesByResourceType: mapAt(found, "resources_by_resource_type"),
    entitlementsByResourceType: mapAt(found, "entitlements_by_resource_type"),
    grantsByResourceType: mapAt(found, "grants_by_resource_type"),
  };
}

/** One that is no count makes all of them doubtful. */
function holdsCounts(found: JsonObject): boolean {
  const maps = Object.keys(jsonMaps).map((key) => found[key] ?? {});
  const numbers = Object.keys(jsonKeys).map((key) => found[key] ?? 0);
  return maps.every((map) => isJsonObject(map) && Object.values(map).every(isCount)) && numbers.every(isCount);
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}

function numberAt(object: JsonObject, key: string): number {
  const value = object[key];
  return typeof value === "number" ? value : 0;
}

function mapAt(object: JsonObject, key: string): Record<string, number> {
  const value = object[key];
  if (!isJsonObject(value)) return {};
  return Object.fromEntries(Object.keys(value).map((name) => [name, numberAt(value, name)]));
}
