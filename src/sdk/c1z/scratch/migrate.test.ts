import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { test } from "node:test";
import { zstdCompressSync, zstdDecompressSync } from "node:zlib";
import { queryC1z, syncRunsOf } from "../../../../test/support/plain-c1z.ts";
import {
  core,
  member,
  memberGrant,
  openWriter,
  temporaryDirectory,
  user,
  writeSync,
} from "../../../../test/support/sample-c1z.ts";
import { encodeGrant, encodeGrantExpandable } from "../../wire/encode.ts";
import { openC1z } from "../read/reader.ts";
import { splitExpansion } from "./migrate.ts";

const expandable = { entitlementIds: ["team:core:member"], shallow: true, resourceTypeIds: ["user"] };
const expandableAny = {
  typeUrl: "type.googleapis.com/c1.connector.v2.GrantExpandable",
  value: encodeGrantExpandable(expandable),
};
const immutableAny = { typeUrl: "type.googleapis.com/c1.connector.v2.GrantImmutable", value: new Uint8Array(0) };
const sources = new Map([["team:core:member", { isDirect: true }]]);

/** A file as an early Go connector wrote it: five columns in sync_runs, annotations inside the grants. */
function writeOldFile(path: string, directory: string): void {
  const database = join(directory, "old.db");
  using db = new DatabaseSync(database);
  db.exec(`
    create table v1_sync_runs (id integer primary key, sync_id text not null, started_at datetime not null,
      ended_at datetime, sync_token text not null);
    create table v1_grants (id integer primary key, resource_type_id text not null, resource_id text not null,
      entitlement_id text not null, principal_resource_type_id text not null, principal_resource_id text not null,
      external_id text not null, data blob not null, sync_id text not null, discovered_at datetime not null);
    insert into v1_sync_runs values (1, '3MVpFCfmiKKwEjXf4cbW0xcTSOX', '2026-01-01 00:00:00', '2026-01-01 00:00:01', '');
  `);
  const insert = db.prepare(
    `insert into v1_grants values (null, 'team', 'core', 'team:core:member', 'user', ?, ?, ?,
      '3MVpFCfmiKKwEjXf4cbW0xcTSOX', '2026-01-01 00:00:00')`,
  );
  const grants = [
    memberGrant("ada"),
    { ...memberGrant("bob"), annotations: [immutableAny, expandableAny, immutableAny], sources },
    { ...memberGrant("cyd"), annotations: [{ ...expandableAny, value: new Uint8Array(0) }] },
  ];
  for (const grant of grants) insert.run(grant.principal.resource, grant.id, encodeGrant(grant));
  db.close();
  writeFileSync(path, Buffer.concat([Buffer.from("C1ZF\0"), zstdCompressSync(readFileSync(database))]));
}

test("T-13: an old file is read without being migrated, expansions included", async (context) => {
  const directory = temporaryDirectory(context);
  const path = join(directory, "old.c1z");
  writeOldFile(path, directory);
  using reader = await openC1z(path, { tempDir: directory });
  const view = reader.view();
  assert.equal(view.sync?.type, "full");
  assert.deepEqual([...view.resources()], []);
  const bob = [...view.grants()][1];
  assert.deepEqual(bob?.expandable, expandable);
  assert.deepEqual(bob?.annotations?.length, 2);
});

test("T-13: appending to an old file adds its columns and moves the expansions there", async (context) => {
  const directory = temporaryDirectory(context);
  const path = join(directory, "old.c1z");
  writeOldFile(path, directory);
  await writeSync(path, directory);
  const [old] = syncRunsOf(path);
  assert.equal(old?.["sync_type"], "full");
  assert.equal(old?.["grants_backfilled"], 1);
  assert.equal(old?.["stats"], null);
  const rows = queryC1z(path, "select data, expansion, needs_expansion from v1_grants order by id limit 3");
  const plainBob = { ...memberGrant("bob"), annotations: [immutableAny, immutableAny], sources };
  assert.deepEqual(
    rows.map((row) => [Buffer.from(row["data"] as Uint8Array).toString("hex"), row["needs_expansion"]]), // a blob column
    [
      [hexOf(memberGrant("ada")), 0],
      [hexOf(plainBob), 1],
      [hexOf(memberGrant("cyd")), 0],
    ],
  );
  assert.deepEqual(rows[1]?.["expansion"], new Uint8Array(expandableAny.value));
  assert.equal(rows[0]?.["expansion"], null);
  assert.equal(rows[2]?.["expansion"], null, "an expansion that names nothing is dropped");
});

function hexOf(grant: Parameters<typeof encodeGrant>[0]): string {
  return Buffer.from(encodeGrant(grant)).toString("hex");
}

test("a grant without expansion is split into itself", () => {
  const data = encodeGrant({ ...memberGrant("ada"), annotations: [immutableAny] });
  const split = splitExpansion(data);
  assert.equal(split.data, data);
  assert.equal(split.expansion, undefined);
});

test("a file whose database runs code is not appended to", async (context) => {
  const directory = temporaryDirectory(context);
  const path = join(directory, "sync.c1z");
  await writeSync(path, directory);
  const database = join(directory, "db");
  writeFileSync(database, zstdDecompressSync(readFileSync(path).subarray(5)));
  using db = new DatabaseSync(database);
  db.exec("create trigger surprise after insert on v1_grants begin delete from v1_grants; end");
  db.close();
  writeFileSync(path, Buffer.concat([Buffer.from("C1ZF\0"), zstdCompressSync(readFileSync(database))]));
  await assert.rejects(openWriter(path, directory), { code: "FILE-FOREIGN", message: /the trigger "surprise"/ });
});

test("rows of a table that a foreign writer left out are simply not there", async (context) => {
  const directory = temporaryDirectory(context);
  const path = join(directory, "old.c1z");
  writeOldFile(path, directory);
  using writer = await openWriter(path, directory);
  writer.startSync("full");
  writer.rows.putResources([core, user("ada")]);
  writer.rows.putEntitlements([member]);
  writer.grants.put([memberGrant("ada")]);
  assert.equal(writer.endSync().grants, 1);
  await writer.save();
  assert.equal(queryC1z(path, "select count(*) as n from sqlite_master where type = 'index'")[0]?.["n"], 16);
});
