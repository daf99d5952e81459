/** Reads a c1z with nothing of ours: zstd, SQLite and SQL. What tests hold the writer against. */
import { readFileSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { zstdDecompressSync } from "node:zlib";

/** One row as SQLite gives it. */
export type PlainRow = Readonly<Record<string, unknown>>;

const magicBytes = 5;
/** Columns that differ between two runs over the same data. */
const volatile = new Set(["id", "sync_id", "discovered_at"]);
const dataTables = ["v1_resource_types", "v1_resources", "v1_entitlements", "v1_grants"] as const;

/** The database inside the file, unpacked into memory. */
export function openPlainC1z(path: string): DatabaseSync {
  const database = new DatabaseSync(":memory:");
  database.deserialize(zstdDecompressSync(readFileSync(path).subarray(magicBytes)));
  return database;
}

/** Runs `query` on the database inside the file. */
export function queryC1z(path: string, query: string): PlainRow[] {
  using database = openPlainC1z(path);
  return database.prepare(query).all();
}

/** All sync runs, oldest first. */
export function syncRunsOf(path: string): PlainRow[] {
  return queryC1z(path, "select * from v1_sync_runs order by id");
}

/** The rows of one sync, table by table in order, without what changes from run to run; blobs as hex. */
export function rowsOf(path: string, syncId: string): Readonly<Record<string, readonly PlainRow[]>> {
  using database = openPlainC1z(path);
  const of = (table: string): PlainRow[] =>
    database.prepare(`select * from ${table} where sync_id = ? order by id`).all(syncId).map(stable);
  return Object.fromEntries(dataTables.map((table) => [table, of(table)]));
}

function stable(row: PlainRow): PlainRow {
  const kept = Object.entries(row).filter(([name]) => !volatile.has(name));
  return Object.fromEntries(
    kept.map(([name, value]) => [name, value instanceof Uint8Array ? Buffer.from(value).toString("hex") : value]),
  );
}
