/**
 * Brings the database of an older or foreign file to the present schema before rows are added to it. Files that are
 * only read are never migrated; the reader copes with what is missing.
 */
import type { DatabaseSync } from "node:sqlite";
import { splitExpansion } from "./grant-expansion-split.ts";
import { columnsOf, createTables, tableNames, tables } from "./schema.ts";

const backfillPage = 1000;

/**
 * Creates missing tables and late columns, and moves GrantExpandable annotations into their column.
 * @throws RangeError when a grant's bytes are not a protobuf message; SQLite's errors otherwise.
 */
export function migrate(db: DatabaseSync): void {
  db.exec("begin immediate");
  try {
    createTables(db);
    for (const table of tableNames) {
      const present = columnsOf(db, table);
      for (const column of tables[table]) {
        if (column.late && !present.has(column.name)) {
          db.exec(`alter table ${table} add column ${column.name} ${column.declaration}`);
        }
      }
    }
    backfillExpansion(db);
    db.exec("commit");
  } catch (caught) {
    if (db.isTransaction) db.exec("rollback");
    throw caught;
  }
}

function backfillExpansion(db: DatabaseSync): void {
  const syncs = db.prepare("select sync_id from v1_sync_runs where grants_backfilled = 0").all();
  for (const { sync_id: syncId } of syncs) backfillSync(db, String(syncId));
  db.exec("update v1_sync_runs set grants_backfilled = 1 where grants_backfilled = 0");
}

function backfillSync(db: DatabaseSync, syncId: string): void {
  const page = db.prepare(
    `select id, data from v1_grants where sync_id = ? and expansion is null and id > ? order by id limit ${backfillPage}`,
  );
  const update = db.prepare("update v1_grants set expansion = ?, needs_expansion = ?, data = ? where id = ?");
  let last = 0;
  for (;;) {
    const rows = page.all(syncId, last);
    if (rows.length === 0) return;
    for (const { id, data } of rows) {
      last = Number(id);
      if (!(data instanceof Uint8Array)) continue;
      const split = splitExpansion(data);
      if (split.data === data) continue;
      update.run(split.expansion ?? null, split.expansion ? 1 : 0, split.data, last);
    }
  }
}
