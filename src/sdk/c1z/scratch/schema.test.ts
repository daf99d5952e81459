import assert from "node:assert/strict";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { test } from "node:test";
import { goldenDirectory, temporaryDirectory } from "../../../../test/support/sample-c1z.ts";
import { unpackDatabase } from "../container/container.ts";
import { decoderLimits } from "../container/decoder-limits.ts";
import { createIndexes, createTables } from "./schema.ts";

/** SQL text differs between writers; what SQLite makes of it must not. */
function shapeOf(db: DatabaseSync): unknown {
  const all = (query: string, ...params: string[]): unknown[] =>
    db
      .prepare(query)
      .all(...params)
      .map((row) => ({ ...row }));
  const tables = db.prepare("select name from sqlite_master where type = 'table' order by rowid").all();
  return tables.map(({ name }) => {
    const table = String(name);
    const indexes = db
      .prepare('select name, "unique", origin, partial from pragma_index_list(?) order by name')
      .all(table);
    return {
      table,
      // COMPAT: SQLite compares declared types without regard to case, and so do the Go readers.
      columns: all('select cid, name, lower(type) as type, "notnull", dflt_value, pk from pragma_table_info(?)', table),
      indexes: indexes.map((index) => ({
        ...index,
        columns: all("select seqno, name from pragma_index_info(?)", String(index["name"])),
        where: conditionOf(db, String(index["name"])),
      })),
    };
  });
}

function conditionOf(db: DatabaseSync, index: string): string | undefined {
  const sql = db.prepare("select sql from sqlite_master where name = ?").get(index)?.["sql"];
  return / where (.*)$/i.exec(String(sql))?.[1];
}

test("tables, columns and indexes are those of a file that a Go connector wrote", async (context) => {
  const database = join(temporaryDirectory(context), "db");
  await unpackDatabase(join(goldenDirectory, "minimal-v1.c1z"), database, decoderLimits({}));
  using golden = new DatabaseSync(database, { readOnly: true });
  using ours = new DatabaseSync(":memory:");
  createTables(ours);
  createIndexes(ours);
  assert.deepEqual(shapeOf(ours), shapeOf(golden));
});

test("there are seven tables and sixteen indexes", () => {
  using db = new DatabaseSync(":memory:");
  createTables(db);
  createIndexes(db);
  const count = (type: string): unknown =>
    db.prepare("select count(*) as n from sqlite_master where type = ?").get(type)?.["n"];
  assert.equal(count("table"), 7);
  assert.equal(count("index"), 16);
});
