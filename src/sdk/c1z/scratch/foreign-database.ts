/**
 * Keeps a database that somebody else made from doing anything but hand out the rows that a c1z has: a view can be
 * endless, a computed column can be of any size, and both look like a table to whoever asks.
 */
import type { DatabaseSync } from "node:sqlite";
import { BatonError, Status } from "../../errors.ts";
import type { DecoderLimits } from "../container/decoder-limits.ts";
import { columnsOf, tableNames } from "./schema.ts";
import type { Scratch } from "./scratch.ts";

/** Memory that SQLite takes for all connections of this process beside one row: its cache and its sorting. */
const heapBytes = 96 * 1024 * 1024;
/** Tables, indexes and the rest; a c1z has 23. */
const maxSchemaEntries = 1000;

/**
 * Bounds what reading from `db` takes, and refuses what could be carried out. Call it before anything else is asked.
 * @throws BatonError `FILE-FOREIGN`; errors of SQLite for a damaged database.
 */
export function confine(db: DatabaseSync, path: string, scratch: Scratch, limits: DecoderLimits): void {
  db.enableDefensive(true);
  db.limits.length = limits.maxRowBytes;
  const directory = scratch.parent.replaceAll("'", "''");
  db.exec(`
    pragma temp_store_directory = '${directory}';
    pragma trusted_schema = off;
    pragma cell_size_check = on;
    pragma hard_heap_limit = ${heapBytes + 2 * limits.maxRowBytes};
  `);
  refuseForeign(db, path);
}

/** Neither ours nor the Go SDK's files have views, triggers, virtual tables or computed columns. */
export function refuseForeign(db: DatabaseSync, path: string): void {
  const entries = db.prepare("select type, name, sql from sqlite_schema limit ?").all(maxSchemaEntries + 1);
  if (entries.length > maxSchemaEntries) throw foreign(path, `more than ${maxSchemaEntries} tables and indexes`);
  for (const { type, name, sql } of entries) {
    if (type === "view" || type === "trigger") throw foreign(path, `the ${type} ${quoted(name)}`);
    if (/^\s*create\s+virtual\b/i.test(String(sql))) throw foreign(path, `the virtual table ${quoted(name)}`);
  }
  for (const table of tableNames) {
    if (columnsOf(db, table).size === 0) continue;
    // Zero is an ordinary column, one a hidden one of a virtual table, two and three are computed.
    const column = db.prepare("select name from pragma_table_xinfo(?) where hidden <> 0").get(table);
    if (column) throw foreign(path, `the computed column ${quoted(column["name"])} of ${table}`);
  }
}

function quoted(name: unknown): string {
  return JSON.stringify(String(name).slice(0, 100));
}

function foreign(path: string, what: string): BatonError {
  return new BatonError({
    code: "FILE-FOREIGN",
    status: Status.dataLoss,
    message: `The database in ${path} holds ${what}, which no .c1z file has.`,
    effect: "Nothing was read from it and it was not changed.",
    hint: "Do not trust the file: take it from its source again, or move it away and sync into a new file.",
  });
}
