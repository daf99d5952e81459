/**
 * The SQLite schema of a version 1 c1z: seven tables, sixteen indexes, names and column order exactly as the Go SDK
 * makes them, because it creates by name what is missing. Knows nothing of what rows mean.
 */
import type { DatabaseSync } from "node:sqlite";

/** A column: name, declaration after the name, and whether older writers lack it. */
export interface Column {
  readonly name: string;
  readonly declaration: string;
  readonly late?: boolean;
}

/** Names of the tables. */
export type TableName =
  | "v1_resource_types"
  | "v1_resources"
  | "v1_entitlements"
  | "v1_sync_runs"
  | "v1_grants"
  | "v1_assets"
  | "v1_connector_sessions";

/** An index. `where` makes it partial. */
export interface Index {
  readonly name: string;
  readonly table: TableName;
  readonly columns: readonly string[];
  readonly unique?: boolean;
  readonly where?: string;
}

const text = (name: string): Column => ({ name, declaration: "text not null" });
const blob = (name: string): Column => ({ name, declaration: "blob not null" });
const lateText = (name: string, fallback: string): Column => ({
  name,
  declaration: `text not null default '${fallback}'`,
  late: true,
});
const lateFlag = (name: string): Column => ({ name, declaration: "integer not null default 0", late: true });

const id: Column = { name: "id", declaration: "integer primary key" };
// The Go driver reads a time only from a column declared as one.
const discoveredAt: Column = { name: "discovered_at", declaration: "datetime not null" };
const rowTail: readonly Column[] = [blob("data"), text("sync_id"), discoveredAt];

/** Every table with its columns, in the order of creation. */
export const tables: Readonly<Record<TableName, readonly Column[]>> = {
  v1_resource_types: [id, text("external_id"), ...rowTail],
  v1_resources: [
    id,
    text("resource_type_id"),
    text("external_id"),
    { name: "parent_resource_type_id", declaration: "text" },
    { name: "parent_resource_id", declaration: "text" },
    ...rowTail,
  ],
  v1_entitlements: [id, text("resource_type_id"), text("resource_id"), text("external_id"), ...rowTail],
  v1_sync_runs: [
    id,
    text("sync_id"),
    { name: "started_at", declaration: "datetime not null" },
    { name: "ended_at", declaration: "datetime" },
    text("sync_token"),
    lateText("sync_type", "full"),
    lateText("parent_sync_id", ""),
    lateText("linked_sync_id", ""),
    lateFlag("supports_diff"),
    lateFlag("grants_backfilled"),
    { name: "stats", declaration: "text", late: true },
    lateText("ingest_invariant_generation", ""),
    lateText("ingest_invariant_coverage", ""),
    lateText("ingest_invariant_mode", ""),
  ],
  v1_grants: [
    id,
    text("resource_type_id"),
    text("resource_id"),
    text("entitlement_id"),
    text("principal_resource_type_id"),
    text("principal_resource_id"),
    text("external_id"),
    { name: "expansion", declaration: "blob", late: true },
    lateFlag("needs_expansion"),
    ...rowTail,
  ],
  v1_assets: [id, text("external_id"), text("content_type"), ...rowTail],
  v1_connector_sessions: [id, text("sync_id"), text("key"), blob("value")],
};

const uniqueIds = (name: string, table: TableName): Index => ({
  name,
  table,
  columns: ["external_id", "sync_id"],
  unique: true,
});

/** Every index. The names of the two on v1_resources are swapped in all c1z files; that is their right spelling. */
export const indexes: readonly Index[] = [
  uniqueIds("idx_resource_types_external_sync_v1", "v1_resource_types"),
  { name: "idx_resources_resource_type_id_v1", table: "v1_resources", columns: ["resource_type_id"] },
  {
    name: "idx_resources_external_sync_v1",
    table: "v1_resources",
    columns: ["parent_resource_type_id", "parent_resource_id"],
  },
  uniqueIds("idx_resources_parent_resource_id_v1", "v1_resources"),
  { name: "idx_entitlements_resource_id_v1", table: "v1_entitlements", columns: ["resource_type_id", "resource_id"] },
  uniqueIds("idx_entitlements_external_sync_v1", "v1_entitlements"),
  { name: "idx_sync_runs_sync_id_v1", table: "v1_sync_runs", columns: ["sync_id"], unique: true },
  {
    name: "idx_grants_resource_type_id_resource_id_v1",
    table: "v1_grants",
    columns: ["resource_type_id", "resource_id"],
  },
  {
    name: "idx_grants_principal_id_v1",
    table: "v1_grants",
    columns: ["principal_resource_type_id", "principal_resource_id"],
  },
  {
    name: "idx_grants_entitlement_id_principal_id_v1",
    table: "v1_grants",
    columns: ["entitlement_id", "principal_resource_type_id", "principal_resource_id"],
  },
  uniqueIds("idx_grants_external_sync_v1", "v1_grants"),
  { name: "idx_grants_entitlement_sync_grant_v1", table: "v1_grants", columns: ["entitlement_id", "sync_id", "id"] },
  { name: "idx_grants_sync_expansion_v1", table: "v1_grants", columns: ["sync_id"], where: "expansion is not null" },
  {
    name: "idx_grants_sync_needs_expansion_v1",
    table: "v1_grants",
    columns: ["sync_id"],
    where: "needs_expansion = 1",
  },
  uniqueIds("idx_assets_external_sync_v1", "v1_assets"),
  {
    name: "idx_session_store_sync_key_v1",
    table: "v1_connector_sessions",
    columns: ["sync_id", "key"],
    unique: true,
  },
];

/** Names of the tables, in the order of creation. */
export const tableNames: readonly TableName[] = Object.keys(tables) as TableName[]; // the keys are exactly these

/** Creates the tables that are missing. */
export function createTables(db: DatabaseSync): void {
  for (const name of tableNames) {
    const columns = tables[name].map((column) => `${column.name} ${column.declaration}`);
    db.exec(`create table if not exists ${name} (${columns.join(", ")})`);
  }
}

/** Statements that create the indexes that are missing, of one table or of all. */
export function creatingIndexes(which: (index: Index) => boolean = () => true): readonly string[] {
  return indexes.filter(which).map((index) => {
    const kind = index.unique ? "unique index" : "index";
    const where = index.where === undefined ? "" : ` where ${index.where}`;
    return `create ${kind} if not exists ${index.name} on ${index.table} (${index.columns.join(", ")})${where}`;
  });
}

/** Statements that drop indexes. */
export function droppingIndexes(which: (index: Index) => boolean): readonly string[] {
  return indexes.filter(which).map((index) => `drop index if exists ${index.name}`);
}

/** Creates the indexes that are missing, of one table or of all. */
export function createIndexes(db: DatabaseSync, which?: (index: Index) => boolean): void {
  for (const sql of creatingIndexes(which)) db.exec(sql);
}

/** Drops indexes. */
export function dropIndexes(db: DatabaseSync, which: (index: Index) => boolean): void {
  for (const sql of droppingIndexes(which)) db.exec(sql);
}

/** Names of the columns that `table` really has; none when there is no such table. */
export function columnsOf(db: DatabaseSync, table: TableName): ReadonlySet<string> {
  const rows = db.prepare("select name from pragma_table_info(?)").all(table);
  return new Set(rows.map((row) => String(row["name"])));
}
