// Files that were made to hurt their reader. Each is refused with words, or read in a moment; nothing in one is carried
// out, and none makes work or memory without end. That a process which reads one is ended when it must be is tested
// where it is watched.
import assert from "node:assert/strict";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { type TestContext, test } from "node:test";
import { zstdCompressSync, zstdDecompressSync } from "node:zlib";
import { inspectC1z } from "../../src/sdk/c1z/inspect/inspect.ts";
import { openC1z } from "../../src/sdk/c1z/read/reader.ts";
import type { BatonError } from "../../src/sdk/errors.ts";
import { writeEndless } from "../support/endless-c1z.ts";
import { goldenDirectory, openWriter, temporaryDirectory } from "../support/sample-c1z.ts";

const golden = join(goldenDirectory, "minimal-v1.c1z");
const magic = Buffer.from("C1ZF\0");

/** The golden file after some statements on its database; the page that a table or index begins on can be another's. */
function changedBy(context: TestContext, ...statements: readonly string[]): string {
  const directory = temporaryDirectory(context);
  const [database, path] = [join(directory, "db"), join(directory, "hostile.c1z")];
  writeFileSync(database, zstdDecompressSync(readFileSync(golden).subarray(magic.length)));
  const db = new DatabaseSync(database);
  db.enableDefensive(false);
  for (const statement of statements) db.exec(statement);
  db.close();
  writeFileSync(path, Buffer.concat([magic, zstdCompressSync(readFileSync(database))]));
  return path;
}

/** Reads every list; the number of grants. */
async function readAll(path: string, tempDir: string): Promise<number> {
  using reader = await openC1z(path, { tempDir });
  const view = reader.view();
  for (const list of [view.resourceTypes(), view.resources(), view.entitlements()]) for (const _ of list);
  return [...view.grants()].length;
}

const endless = `create view v1_resources as
  with recursive r(n) as (select 1 union all select n + 1 from r) select other.* from other, r`;
const rootOf = (name: string): string => `(select rootpage from sqlite_schema where name = '${name}')`;
const shares = (name: string, other: string): string =>
  `pragma writable_schema = on; update sqlite_schema set rootpage = ${rootOf(other)} where name = '${name}'`;

for (const [what, code, ...statements] of [
  ["a view that never ends", "FILE-FOREIGN", "alter table v1_resources rename to other", endless],
  ["a trigger", "FILE-FOREIGN", "create trigger t after insert on v1_grants begin delete from v1_grants; end"],
  ["a virtual table", "FILE-FOREIGN", "create virtual table found using fts5(text)"],
  [
    "a computed column",
    "FILE-FOREIGN",
    "alter table v1_resources add column more blob generated always as (zeroblob(900000000)) virtual",
  ],
  ["a check of each row", "FILE-FOREIGN", "create table checked (a, check (length(hex(zeroblob(400000000))) > 0))"],
  ["a value that is computed for each row", "FILE-FOREIGN", "create table d (a default (hex(zeroblob(400000000))))"],
  [
    "an index of what is computed for each row",
    "FILE-FOREIGN",
    "create index computed on v1_grants (length(hex(zeroblob(1000))))",
  ],
  [
    "an index of rows that are chosen by what is computed",
    "FILE-FOREIGN",
    "create index chosen on v1_grants (id) where length(hex(zeroblob(1000))) > 0",
  ],
  ["a table that lies on another's pages", "FILE-CORRUPT", shares("v1_grants", "v1_resources")],
  ["an index that lies on a table's pages", "FILE-CORRUPT", shares("idx_grants_external_sync_v1", "v1_grants")],
  [
    "a table that lies on the list of tables",
    "FILE-CORRUPT",
    "pragma writable_schema = on; update sqlite_schema set rootpage = 1 where name = 'v1_grants'",
  ],
  [
    "a table beyond the last page",
    "FILE-CORRUPT",
    "pragma writable_schema = on; update sqlite_schema set rootpage = 9999 where name = 'v1_grants'",
  ],
] as const) {
  test(`${what} is refused with ${code}, by reader and writer alike`, async (context) => {
    const path = changedBy(context, ...statements);
    const tempDir = temporaryDirectory(context);
    await assert.rejects(readAll(path, tempDir), { code });
    await assert.rejects(openWriter(path, tempDir), { code });
    assert.equal((await inspectC1z(path, { tempDir })).sound, false);
    assert.deepEqual(readdirSync(tempDir), []);
  });
}

for (const table of ["v1_resource_types", "v1_resources", "v1_entitlements", "v1_grants", "v1_sync_runs"]) {
  test(`${table} with more rows than anybody could count is refused, by reader and writer alike`, async (context) => {
    const tempDir = temporaryDirectory(context);
    const path = join(temporaryDirectory(context), "endless.c1z");
    writeEndless(golden, path, table);
    await assert.rejects(readAll(path, tempDir), { code: "FILE-CORRUPT", message: /a page in two places/ });
    await assert.rejects(openWriter(path, tempDir), { code: "FILE-CORRUPT" });
    assert.equal((await inspectC1z(path, { tempDir })).sound, false);
  });
}

for (const [what, ...statements] of [
  ["an application id, and a version of its user's", "pragma application_id = 1234567; pragma user_version = 99"],
  ["the mark of a write-ahead log", "pragma journal_mode = wal; pragma wal_checkpoint(truncate)"],
  ["pages of 64 KiB", "pragma page_size = 65536; vacuum"],
  ["pages of 512 bytes", "pragma page_size = 512; vacuum"],
  ["pages that move to where there is room", "pragma auto_vacuum = 1; vacuum"],
  ["a table and an index of another program", "create table t (a text default 'check (x)'); create index i on t (a)"],
] as const) {
  test(`a file with ${what} is read`, async (context) => {
    assert.equal(await readAll(changedBy(context, ...statements), temporaryDirectory(context)), 18);
  });
}

/** Runs `action` with a variable set. */
async function withSetting(name: string, value: string, action: () => Promise<void>): Promise<void> {
  process.env[name] = value;
  try {
    await action();
  } finally {
    delete process.env[name];
  }
}

for (const name of ["minimal-v1.c1z", "v3/peer26-default.c1z"]) {
  test(`${name}: a list of more rows than the bound is refused, and the error names the setting`, async (context) => {
    const [path, tempDir] = [join(goldenDirectory, name), temporaryDirectory(context)];
    await withSetting("BATON_DECODER_MAX_ROWS", "5", async () => {
      await assert.rejects(readAll(path, tempDir), (caught: BatonError) => {
        assert.equal(caught.code, "FILE-DECODER-LIMIT");
        assert.match(caught.message, /more rows than the limit of 5/);
        assert.match(caught.hint ?? "", /BATON_DECODER_MAX_ROWS/);
        return true;
      });
    });
    assert.ok((await readAll(path, tempDir)) > 5);
  });
}

test("rows that are larger than the bound are refused, and the error names the setting", async (context) => {
  const huge = "update v1_resources set data = zeroblob(40000000) where rowid = (select max(rowid) from v1_resources)";
  await assert.rejects(readAll(changedBy(context, huge), temporaryDirectory(context)), (caught: BatonError) => {
    assert.equal(caught.code, "FILE-DECODER-LIMIT");
    assert.match(caught.hint ?? "", /BATON_DECODER_MAX_ROW_MB/);
    return true;
  });
});

/** `google.protobuf.Struct` fields around each other, so deep, as bytes of a resource (field 9: its profile). */
function deepResource(depth: number): Buffer {
  const sized = (field: number, bytes: Buffer): Buffer => {
    const length: number[] = [];
    for (let rest = bytes.length; ; rest >>>= 7) {
      if (rest < 128) return Buffer.concat([Buffer.from([(field << 3) | 2, ...length, rest]), bytes]);
      length.push((rest & 127) | 128);
    }
  };
  let struct: Buffer = Buffer.alloc(0);
  // An entry of the Struct, its value, and the Struct that this is.
  for (let level = 0; level < depth; level++) struct = sized(1, sized(2, sized(5, struct)));
  return sized(9, struct);
}

for (const [what, bytes] of [
  ["a profile that nests 10,000 deep", deepResource(10_000)],
  ["groups that nest 1,000,000 deep", Buffer.alloc(1_000_000, 0x0b)],
] as const) {
  test(`${what} is refused, and brings nothing down`, async (context) => {
    const path = changedBy(context, `update v1_resources set data = x'${bytes.toString("hex")}' where id = 1`);
    const tempDir = temporaryDirectory(context);
    await assert.rejects(readAll(path, tempDir), { code: "BATON-DECODE" });
    assert.equal((await inspectC1z(path, { tempDir })).sound, false);
  });
}
