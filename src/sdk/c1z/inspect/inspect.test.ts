import assert from "node:assert/strict";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { type TestContext, test } from "node:test";
import { zstdCompressSync, zstdDecompressSync } from "node:zlib";
import { goldenDirectory, openWriter, temporaryDirectory, writeSync } from "../../../../test/support/sample-c1z.ts";
import { inspectC1z } from "./inspect.ts";
import type { InspectCheck } from "./inspect-problems.ts";

const golden = [goldenDirectory, join(goldenDirectory, "v3")]
  .flatMap((directory) => readdirSync(directory).map((name) => join(directory, name)))
  .filter((path) => path.endsWith(".c1z") && !path.includes("shapes"));

for (const path of golden) {
  test(`T-13: ${basename(path)}, written elsewhere, is sound without a warning`, async () => {
    const found = await inspectC1z(path);
    assert.equal(found.sound, true);
    assert.deepEqual(found.problems, []);
    assert.equal(found.format, path.includes("v3") ? "v3" : "v1");
  });
}

test("of a version 3 file the syncs of its header are told, and every check but that of tables is made", async () => {
  const { manifest, checks } = await inspectC1z(join(goldenDirectory, "minimal-v3.c1z"));
  assert.equal(manifest?.engine, "pebble3");
  assert.equal(manifest.syncs[0]?.stats.grants, 18);
  assert.ok(checks.every(({ id, outcome }) => outcome === (id === "schema" ? "skip" : "pass")));
});

test("what this program writes is sound without a warning", async (context) => {
  const directory = temporaryDirectory(context);
  const path = join(directory, "sync.c1z");
  await writeSync(path, directory);
  await writeSync(path, directory, { users: ["eve"] });
  const found = await inspectC1z(path, { tempDir: directory });
  assert.deepEqual(found.problems, []);
  assert.ok(found.checks.every(({ id, outcome }) => outcome === (id === "digests" ? "skip" : "pass")));
  assert.equal(found.syncs.length, 2);
  assert.deepEqual(readdirSync(directory), ["sync.c1z"], "nothing is left in the scratch directory");
});

/** A file of this program whose database was changed by `sql`. */
async function altered(context: TestContext, sql: string): Promise<string> {
  const directory = temporaryDirectory(context);
  const path = join(directory, "sync.c1z");
  await writeSync(path, directory);
  const scratch = join(directory, "scratch");
  mkdirSync(scratch);
  const database = join(scratch, "db");
  writeFileSync(database, zstdDecompressSync(readFileSync(path).subarray(5)));
  const db = new DatabaseSync(database);
  db.enableDefensive(false);
  db.exec(sql);
  db.close();
  writeFileSync(path, Buffer.concat([Buffer.from("C1ZF\0"), zstdCompressSync(readFileSync(database))]));
  return path;
}

/** The text of a table is changed: what its rows hold stays. */
function declaredAnew(table: string, before: string, after: string): string {
  return `pragma writable_schema = on;
    update sqlite_schema set sql = replace(sql, '${before}', '${after}') where name = '${table}'`;
}

const damages: readonly (readonly [
  what: string,
  sql: string,
  check: InspectCheck,
  where: string,
  severity?: "warn",
])[] = [
  ["a row that is no message", "update v1_resources set data = x'0aff' where id = 2", "rows", "v1_resources"],
  ["a row without a message", "update v1_grants set data = 7 where id = 1", "rows", "v1_grants"],
  [
    "a resource under another id",
    "update v1_resources set external_id = 'user:x' where id = 2",
    "columns",
    "v1_resources",
  ],
  [
    "a resource under another parent",
    "update v1_resources set parent_resource_id = 'x' where id = 2",
    "columns",
    "v1_resources",
  ],
  ["an entitlement of another resource", "update v1_entitlements set resource_id = 'x'", "columns", "v1_entitlements"],
  [
    "a grant to another principal",
    "update v1_grants set principal_resource_id = 'x' where id = 1",
    "columns",
    "v1_grants",
  ],
  ["a grant of another entitlement", "update v1_grants set entitlement_id = 'x' where id = 1", "columns", "v1_grants"],
  [
    "a resource type under another id",
    "update v1_resource_types set external_id = 'x' where id = 1",
    "columns",
    "v1_resource_types",
  ],
  ["a missing row", "delete from v1_grants where id = 1", "stats", "sync"],
  ["a missing principal", "delete from v1_resources where id = 2", "references", "sync", "warn"],
  ["a missing resource type", "delete from v1_resource_types where id = 2", "references", "sync", "warn"],
  ["a missing entitlement", "delete from v1_entitlements", "references", "sync", "warn"],
  ["rows of a sync that is gone", "update v1_grants set sync_id = 'gone' where id = 1", "syncs", "v1_grants"],
  ["a start that is no time", "update v1_sync_runs set started_at = 'soon'", "syncs", "sync"],
  ["an end before the start", "update v1_sync_runs set ended_at = '1999-01-01 00:00:00'", "syncs", "sync", "warn"],
  ["no finished sync", "update v1_sync_runs set ended_at = null", "syncs", "v1_sync_runs", "warn"],
  [
    "counts that are not true",
    `update v1_sync_runs set stats = replace(stats, '"grants":2', '"grants":3')`,
    "stats",
    "sync",
  ],
  ["an index that is missing", "drop index idx_grants_principal_id_v1", "indexes", "v1_grants", "warn"],
  [
    "an index of other columns",
    "drop index idx_grants_principal_id_v1; create index idx_grants_principal_id_v1 on v1_grants (id)",
    "indexes",
    "v1_grants",
  ],
  [
    "rows that share an id",
    "drop index idx_grants_external_sync_v1; update v1_grants set external_id = 'x'",
    "indexes",
    "v1_grants",
  ],
  ["a missing table", "drop table v1_assets", "schema", "v1_assets", "warn"],
  ["a missing column", "alter table v1_assets drop column content_type", "schema", "v1_assets"],
  ["a further column", "alter table v1_assets add column x", "schema", "v1_assets", "warn"],
  ["a trigger", "create trigger t after insert on v1_assets begin select 1; end", "schema", "database"],
  [
    "a time column of another type",
    declaredAnew("v1_sync_runs", "started_at datetime", "started_at text"),
    "schema",
    "v1_sync_runs",
  ],
  [
    "a time column of another type where nobody lists by it",
    declaredAnew("v1_grants", "discovered_at datetime", "discovered_at text"),
    "schema",
    "v1_grants",
    "warn",
  ],
  [
    "a row of a table without row ids that is no message",
    `alter table v1_resources rename to old; create table v1_resources (id integer primary key, resource_type_id text,
      external_id text, parent_resource_type_id text, parent_resource_id text, data blob, sync_id text,
      discovered_at datetime) without rowid; insert into v1_resources select * from old; drop table old;
      update v1_resources set data = x'0aff' where id = 2`,
    "rows",
    "v1_resources",
  ],
  [
    "counts that are none",
    `update v1_sync_runs set stats = replace(stats, '"grants":2', '"grants":-2')`,
    "stats",
    "sync",
    "warn",
  ],
  [
    "counts that nobody could count",
    `update v1_sync_runs set stats = replace(stats, '"resources":3', '"resources":1e300')`,
    "stats",
    "sync",
    "warn",
  ],

  ["a number out of range", "update v1_sync_runs set supports_diff = 9223372036854775807", "syncs", "database"],
];

for (const [what, sql, check, where, severity = "fail"] of damages) {
  test(`${what} is found, told where it is, and ${severity === "fail" ? "not sound" : "a warning"}`, async (context) => {
    const found = await inspectC1z(await altered(context, sql));
    const here = found.problems.filter((one) => one.check === check && one.where.startsWith(where));
    assert.ok(
      here.some((problem) => problem.severity === severity),
      JSON.stringify(found.problems),
    );
    if (severity === "fail") assert.equal(found.sound, false);
    assert.ok(found.checks.some(({ id, outcome }) => id === check && outcome === severity));
  });
}

test("a page of the database that was overwritten is found", async (context) => {
  const path = await altered(context, "");
  const database = zstdDecompressSync(readFileSync(path).subarray(5));
  database.fill(0xff, 16 * 1024 * 3, 16 * 1024 * 3 + 200);
  writeFileSync(path, Buffer.concat([Buffer.from("C1ZF\0"), zstdCompressSync(database)]));
  const found = await inspectC1z(path);
  assert.equal(found.sound, false);
  assert.ok(found.problems.some(({ check }) => check === "database"));
});

test("a database that is marked for a later SQLite than any reader's is no sound one", async (context) => {
  const path = await altered(context, "");
  const database = zstdDecompressSync(readFileSync(path).subarray(5));
  database.fill(9, 18, 20);
  writeFileSync(path, Buffer.concat([Buffer.from("C1ZF\0"), zstdCompressSync(database)]));
  assert.equal((await inspectC1z(path)).sound, false);
});

test("an unfinished sync is told as such and is no damage", async (context) => {
  const directory = temporaryDirectory(context);
  const path = join(directory, "sync.c1z");
  {
    using writer = await openWriter(path, directory);
    writer.startSync("full");
    writer.checkpoint("token");
    await writer.save();
  }
  const found = await inspectC1z(path);
  assert.equal(found.sound, true);
  assert.equal(found.syncs[0]?.endedAt, undefined);
  assert.match(found.problems[0]?.what ?? "", /no sync is finished/);
});

test("a file that is cut off or begins differently fails at its envelope, and one that is not there is an error", async (context) => {
  const path = await altered(context, "");
  const whole = readFileSync(path);
  for (const bytes of [
    whole.subarray(0, 3),
    whole.subarray(0, 5),
    whole.subarray(0, -1),
    Buffer.from("hello, world"),
  ]) {
    writeFileSync(path, bytes);
    const found = await inspectC1z(path);
    assert.equal(found.sound, false);
    assert.deepEqual(
      found.checks.filter(({ outcome }) => outcome !== "skip"),
      [{ id: "envelope", title: "First bytes and compressed frame", outcome: "fail" }],
    );
    assert.match(found.problems[0]?.what ?? "", new RegExp(basename(path)));
  }
  writeFileSync(path, "");
  await assert.rejects(inspectC1z(path), { code: "FILE-NOT-FOUND" });
});
