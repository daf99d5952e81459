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
import { maskedCrc32c } from "../../src/sdk/c1z/pebble/checksums.ts";
import { metaKeys } from "../../src/sdk/c1z/pebble/keys.ts";
import { openC1z } from "../../src/sdk/c1z/read/reader.ts";
import type { BatonError } from "../../src/sdk/errors.ts";
import { writeEndless } from "../support/endless-c1z.ts";
import { framedV3, plainV3 } from "../support/plain-v3.ts";
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
  ["a check behind a comment", "FILE-FOREIGN", "create table k (a, check/**/(length(hex(zeroblob(400000000))) > 0))"],
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

test("a table whose text has a million beginnings of a name, and the end of none, is read in a moment", async (context) => {
  const brackets = `'(/*' || printf('%.*c', 1000000, '[') || '*/'`;
  const inText = `update sqlite_schema set sql = replace(sql, '(', ${brackets}) where name = 'v1_grants'`;
  const path = changedBy(context, "pragma writable_schema = on", inText);
  assert.equal(await readAll(path, temporaryDirectory(context)), 18);
});

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

test("a large file of nothing but repetition is refused as early as a small one", async (context) => {
  const [path, tempDir] = [join(temporaryDirectory(context), "hostile.c1z"), temporaryDirectory(context)];
  // A frame that does not say what it comes to, of half a million blocks of 128 KiB: four bytes each, the last one marked.
  const [head, block, last] = ["28b52ffd0058", "02001000", "03001000"].map((hex) => Buffer.from(hex, "hex"));
  const blocks = Buffer.alloc(2 << 20, block);
  writeFileSync(path, Buffer.concat([magic, head ?? assert.fail(), blocks, last ?? assert.fail()]));
  await assert.rejects(readAll(path, tempDir), { code: "FILE-DECODER-LIMIT", message: /limit of 256 MiB/ });
  assert.deepEqual(readdirSync(tempDir), []);
});

test("rows that are larger than the bound are refused, and the error names the setting", async (context) => {
  const huge = "update v1_resources set data = zeroblob(40000000) where rowid = (select max(rowid) from v1_resources)";
  await assert.rejects(readAll(changedBy(context, huge), temporaryDirectory(context)), (caught: BatonError) => {
    assert.equal(caught.code, "FILE-DECODER-LIMIT");
    assert.match(caught.hint ?? "", /BATON_DECODER_MAX_ROW_MB/);
    return true;
  });
});

test("version 3: rows that are larger than the bound are refused, and the error names the setting", async (context) => {
  const two = Buffer.from([0, 0, 0, 2]);
  const stamps = [metaKeys.idFormat, metaKeys.keyspaceVersion].map((key) => [key, two] as const);
  const entries = [[Buffer.from([3, 2, 0, 97, 0, 97]), Buffer.alloc(3 << 20)] as const, ...stamps];
  const path = join(temporaryDirectory(context), "hostile.c1z");
  writeFileSync(path, framedV3({ tables: [{ entries }] }, 1e9));
  await withSetting("BATON_DECODER_MAX_ROW_MB", "1", async () => {
    await assert.rejects(readAll(path, temporaryDirectory(context)), (caught: BatonError) => {
      assert.equal(caught.code, "FILE-DECODER-LIMIT");
      assert.match(caught.hint ?? "", /BATON_DECODER_MAX_ROW_MB/);
      return true;
    });
  });
});

/** The same byte or few again and again, as one edit of the list of tables behind what the edit says otherwise. */
function manyOf(bytes: readonly number[], count: number): Buffer {
  return Buffer.alloc(bytes.length * count, Buffer.from(bytes));
}

/** A number in groups of seven bits, of four bytes whatever it is. */
function fourBytes(number: number): readonly number[] {
  return [number | 128, (number >>> 7) | 128, (number >>> 14) | 128, number >>> 21].map((byte) => byte & 255);
}

/** A chunk of a log. @param type 5 to 8 of a write-ahead log, else of a MANIFEST. */
function chunk(type: number, body: Buffer): Buffer {
  const head = Buffer.alloc(7);
  head.writeUInt16LE(body.length, 4);
  head.writeUInt8(type, 6);
  head.writeUInt32LE(maskedCrc32c(Buffer.concat([head.subarray(6), body])));
  return Buffer.concat([head, body]);
}

/** A record of any length as chunks. */
function logOf(record: Buffer): Buffer {
  const most = 32 * 1024 - 7;
  const chunks: Buffer[] = [];
  for (let at = 0; at < record.length; at += most) {
    const isLast = at + most >= record.length;
    const type = at === 0 ? (isLast ? 1 : 2) : isLast ? 4 : 3;
    chunks.push(chunk(type, record.subarray(at, at + most)));
  }
  return Buffer.concat(chunks);
}

/** A store of nothing but its stamps, and of what makes it hostile. */
function storeWith(change: (files: Map<string, Buffer>, edit: Buffer) => void): Buffer {
  const two = Buffer.from([0, 0, 0, 2]);
  const entries = [metaKeys.idFormat, metaKeys.keyspaceVersion].map((key) => [key, two] as const);
  const changed = (files: Map<string, Buffer>): void => {
    change(files, files.get("MANIFEST-000001")?.subarray(7) ?? assert.fail());
  };
  return framedV3({ tables: [{ entries }], change: changed }, 1e9);
}

const editWith = (more: () => Buffer) => (files: Map<string, Buffer>, edit: Buffer) =>
  void files.set("MANIFEST-000001", logOf(Buffer.concat([edit, more()])));
/** @param count of entries, as the head of the batch says it. */
const logWith =
  (count: number, entries: (count: number) => Buffer, said = count) =>
  (files: Map<string, Buffer>) => {
    const head = Buffer.alloc(12);
    head.writeUInt32LE(said, 8);
    files.set("000050.log", logOf(Buffer.concat([head, entries(count)])));
  };
const setAgain = (count: number): Buffer => manyOf([1, 1, 9, 0], count);
/** A table of the MANIFEST from one key to another. */
const tableFrom = (first: number, last: number): Buffer =>
  Buffer.from([100, 5, 90, 1, 9, first, ...Buffer.alloc(8), 9, last, ...Buffer.alloc(8), 0, 0]);
/** Each range is in the one before. */
const nested = (count: number): Buffer =>
  Buffer.concat(
    Array.from({ length: count }, (_, at) => {
      const [start, end] = [at, 2 * count - at].map((number) => Buffer.from([3, 1, number >>> 8, number & 255]));
      return Buffer.from([15, 4, ...(start ?? []), 4, ...(end ?? [])]);
    }),
  );

for (const [what, message, bytes] of [
  ["an edit that adds tables without end", /10,000 tables/, storeWith(editWith(() => addedTables(11_000)))],
  ["an edit that removes tables without end", /10,000 tables/, storeWith(editWith(() => manyOf([6, 6, 1], 11_000)))],
  ["an edit that names files without end", /10,000 tables/, storeWith(editWith(() => namedFiles(11_000)))],
  ["a list of tables that is larger than its tables", /larger than 32 MiB/, storeWith(listOf(Buffer.alloc(33 << 20)))],
  [
    "a list with a table that ends before it begins",
    /ends before it begins/,
    storeWith(editWith(() => tableFrom(7, 3))),
  ],
  ["a list with a table that is not there", /a table is missing/, storeWith(editWith(() => tableFrom(3, 7)))],
  ["a log that sets keys without end", /more rows than the limit/, storeWith(logWith(201_000, setAgain))],
  ["a log that says that it has more than it has", /log is not whole/, storeWith(logWith(3, setAgain, 2 ** 32 - 1))],
  ["a header whose sync ended when no calendar can say", /no calendar/, withHeader(endedAt(2 ** 48))],
  ["a log that is larger than its tables", /larger than 32 MiB/, storeWith(logNamed(Buffer.alloc(33 << 20)))],
  ["a header that names syncs without end", /more than 100 syncs/, withHeader(manyOf([0xc2, 2, 0], 1000))],
  ["a header that counts types without end", /more than 10000 resource types/, withHeader(countedTypes(10_001))],
] as const) {
  test(`version 3: ${what} is refused`, async (context) => {
    const [path, tempDir] = [join(temporaryDirectory(context), "hostile.c1z"), temporaryDirectory(context)];
    writeFileSync(path, bytes);
    await assert.rejects(readAll(path, tempDir), { message });
    assert.deepEqual(readdirSync(tempDir), []);
  });
}

for (const [what, bytes] of [
  ["a list of tables in four million empty pieces", storeWith(listInPieces(4_000_000))],
  ["10,000 deleted ranges, each inside the one before", storeWith(logWith(10_000, nested))],
] as const) {
  test(`version 3: a file with ${what} is read in a moment`, { timeout: 20_000 }, async (context) => {
    const path = join(temporaryDirectory(context), "hostile.c1z");
    writeFileSync(path, bytes);
    assert.equal(await readAll(path, temporaryDirectory(context)), 0);
  });
}

function addedTables(count: number): Buffer {
  const bound = [9, 9, 0, 0, 0, 0, 0, 0, 0, 0];
  return Buffer.concat(
    Array.from({ length: count }, (_, at) =>
      Buffer.from([100, 6, ...fourBytes(1000 + at), 1, ...bound, ...bound, 0, 0]),
    ),
  );
}

function namedFiles(count: number): Buffer {
  return Buffer.concat(Array.from({ length: count }, (_, at) => Buffer.from([105, ...fourBytes(at), 1])));
}

function listOf(bytes: Buffer) {
  return (files: Map<string, Buffer>) => void files.set("MANIFEST-000001", bytes);
}

function logNamed(bytes: Buffer) {
  return (files: Map<string, Buffer>) => void files.set("000050.log", bytes);
}

/** The record's first chunk, then empty ones, then the last. */
function listInPieces(count: number) {
  const [first, middle, last] = [chunk(2, Buffer.alloc(0)), chunk(3, Buffer.alloc(0)), chunk(4, Buffer.alloc(0))];
  return (files: Map<string, Buffer>, edit: Buffer): void => {
    const blockBytes = 32 * 1024;
    // A block takes 4,681 chunks, and one byte that none fits in.
    const block = Buffer.alloc(blockBytes);
    for (let at = 0; at + 7 <= blockBytes; at += 7) middle.copy(block, at);
    const begun = Buffer.from(block);
    Buffer.concat([first, chunk(3, edit)]).copy(begun);
    // Zeros fill the block up.
    begun.fill(0, 14 + edit.length);
    const blocks = Array.from({ length: Math.ceil(count / 4681) }, () => block);
    files.set("MANIFEST-000001", Buffer.concat([begun, ...blocks, last]));
  };
}

function withHeader(header: Buffer): Buffer {
  return plainV3({ tables: [], header });
}

/** The summary of a sync (field 40) that ended (field 4) so many seconds after 1970. */
function endedAt(seconds: number): Buffer {
  const bytes = Buffer.alloc(7, 128);
  for (let index = 0; index < 7; index++)
    bytes.writeUInt8((Math.floor(seconds / 128 ** index) % 128) | (index < 6 ? 128 : 0), index);
  return Buffer.from([0xc2, 2, 10, 0x22, 8, 8, ...bytes]);
}

/** The summary of a sync (field 40) whose counts (field 6) name so many types (field 7). */
function countedTypes(count: number): Buffer {
  const one = (at: number): Buffer =>
    Buffer.from([0x3a, 8, 0x0a, 4, ...Buffer.from(at.toString(36).padStart(4, "0")), 0x10, 1]);
  const counts = Buffer.concat(Array.from({ length: count }, (_, at) => one(at)));
  const stats = Buffer.concat([Buffer.from([0x32, ...fourBytes(counts.length)]), counts]);
  return Buffer.concat([Buffer.from([0xc2, 2, ...fourBytes(stats.length)]), stats]);
}

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
