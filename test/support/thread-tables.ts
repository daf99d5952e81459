/** Tables over a scratch database of their own, by themselves or written by a thread: what the thread's tests share. */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { migrate } from "../../src/sdk/c1z/scratch/migrate.ts";
import { createIndexes } from "../../src/sdk/c1z/scratch/schema.ts";
import { claimScratch, findScratch } from "../../src/sdk/c1z/scratch/scratch.ts";
import { ScratchDatabase } from "../../src/sdk/c1z/scratch/scratch-database.ts";
import { GrantTable } from "../../src/sdk/c1z/write/grant-table.ts";
import { RowTables, SqliteSessionStore } from "../../src/sdk/c1z/write/row-tables.ts";
import type { Resource } from "../../src/sdk/contracts/model.ts";
import { user } from "./sample-c1z.ts";

const syncId = "sync";
const key = "0".repeat(24);
/** So many that a thread is worth it. */
export const many: readonly Resource[] = Array.from({ length: 20_100 }, (_, index) => user(`early${index}`));

/** The tables of one sync. */
export interface Tables {
  readonly database: ScratchDatabase;
  readonly file: string;
  readonly rows: RowTables;
  readonly grants: GrantTable;
  readonly session: SqliteSessionStore;
}

/** Opens the tables in a directory; empty ones where it is new. */
export function openTables(directory: string): Tables {
  mkdirSync(directory, { recursive: true });
  const scratch = findScratch(directory, key) ?? claimScratch(directory, key, "sync.c1z");
  const database = new ScratchDatabase(join(directory, "sync.c1z"), scratch);
  database.read(() => {
    migrate(database.db);
    createIndexes(database.db, (index) => index.table !== "v1_grants");
  });
  return {
    database,
    file: scratch.database,
    rows: new RowTables(database, syncId, "2026-11-25"),
    grants: new GrantTable(database, syncId, "2026-11-25"),
    session: new SqliteSessionStore(database, syncId),
  };
}

/** Opens tables and writes until the thread has taken over. */
export async function threadTables(directory: string): Promise<Tables> {
  const tables = openTables(directory);
  tables.rows.putResources(many);
  while (!tables.database.isHandedOver) {
    tables.database.commit();
    await setImmediate();
  }
  return tables;
}
