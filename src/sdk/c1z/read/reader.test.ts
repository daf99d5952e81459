import assert from "node:assert/strict";
import { copyFileSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { type TestContext, test } from "node:test";
import { zstdCompressSync, zstdDecompressSync } from "node:zlib";
import { goRows, readable } from "../../../../test/support/go-listing.ts";
import {
  core,
  goldenDirectory,
  member,
  memberGrant,
  openWriter,
  teamType,
  temporaryDirectory,
  user,
  userType,
  writeSync,
} from "../../../../test/support/sample-c1z.ts";
import { VirtualClock } from "../../../../test/support/virtual-clock.ts";
import type { Grant, Resource } from "../../contracts/model.ts";
import { parseGoTime } from "../container/go-time.ts";
import { resourceKey } from "../scratch/row-sql.ts";
import { type C1zReader, openC1z } from "./reader.ts";
import type { KeyedResource, SyncView } from "./sync-view.ts";

/** What the Go `baton` printed; the caller says as much of its shape as it uses. */
function golden<T>(name: string): T {
  return JSON.parse(readFileSync(join(goldenDirectory, name), "utf8"));
}

async function open(context: TestContext, path: string, nowMs?: number): Promise<C1zReader> {
  const options = nowMs === undefined ? {} : { clock: new VirtualClock(nowMs) };
  const reader = await openC1z(path, { tempDir: temporaryDirectory(context), ...options });
  context.after(() => reader.close());
  return reader;
}

async function openGolden(context: TestContext, name: string): Promise<C1zReader> {
  return await open(context, join(goldenDirectory, name));
}

function byText(a: unknown, b: unknown): number {
  return JSON.stringify(a) < JSON.stringify(b) ? -1 : 1;
}

/** Go prints the map type rows in random order; the rows are the same. */
function assertSameRows(ours: readonly unknown[], theirs: readonly unknown[]): void {
  assert.deepEqual([...ours].sort(byText), [...theirs].sort(byText));
}

test("T-13: the rows of a Go file are those that the Go command line printed", async (context) => {
  const view = (await openGolden(context, "minimal-v1.c1z")).view();
  const theirs = goRows("minimal-v1");
  assertSameRows(readable(view.resourceTypes()), readable(theirs.resourceTypes));
  assert.deepEqual(readable(view.resources()), readable(theirs.resources));
  assert.deepEqual(readable(view.entitlements()), readable(theirs.entitlements));
  // Go prints of a version 1 grant what its data holds, and the expansion is in a column.
  const grants = [...view.grants()].map(({ expandable: _, ...grant }) => grant);
  assert.deepEqual(readable(grants), readable(theirs.grants));
  for (const grant of grants) assert.ok(view.getEntitlement(grant.entitlement.id) && view.getResource(grant.principal));
});

test("principals of a Go file are those that the Go command line printed", async (context) => {
  const view = (await openGolden(context, "minimal-v1.c1z")).view();
  const holders = new Map<string, Resource>();
  for (const grant of view.grants()) {
    const holder = view.getResource(grant.principal);
    assert.ok(holder);
    holders.set(resourceKey(holder.id), holder);
  }
  const theirs = golden<{ resources: { resource: { displayName: string } }[] }>("minimal-v1.principals.json");
  assertSameRows(
    [...holders.values()].map((holder) => holder.displayName),
    theirs.resources.map(({ resource }) => resource.displayName),
  );
});

interface GoStats {
  readonly id: string;
  readonly startedAt: string;
  readonly endedAt: string;
  readonly syncToken: string;
  readonly syncType: string;
  readonly stats: Readonly<Record<string, string | Readonly<Record<string, string>>>>;
}

test("T-13: syncs and stats of a Go file are what the Go command line printed", async (context) => {
  const reader = await openGolden(context, "minimal-v1.c1z");
  const theirs = golden<GoStats>("minimal-v1.stats.json");
  const [run, ...others] = reader.syncs;
  assert.deepEqual(others, []);
  assert.equal(run?.id, theirs.id);
  assert.equal(run.type, theirs.syncType);
  assert.equal(run.token, theirs.syncToken);
  assert.deepEqual(parseGoTime(run.startedAt), parseGoTime(theirs.startedAt));
  assert.deepEqual(parseGoTime(run.endedAt ?? ""), parseGoTime(theirs.endedAt));
  // Proto JSON prints int64 as text.
  const expected = Object.fromEntries(
    Object.entries(theirs.stats).map(([name, value]) => [
      name,
      typeof value === "string"
        ? Number(value)
        : Object.fromEntries(Object.entries(value).map(([type, count]) => [type, Number(count)])),
    ]),
  );
  assert.deepEqual(reader.view().stats(), expected);
  assert.deepEqual(reader.view().recount(), expected, "counted anew");
});

test("everyone in the Go export is a user with that address", async (context) => {
  const view = (await openGolden(context, "minimal-v1.c1z")).view();
  const csv = readFileSync(join(goldenDirectory, "minimal-v1.export.csv"), "utf8").split("\n");
  const identities = csv.filter((line) => line.startsWith("Identity,"));
  const addresses = new Set(identities.map((line) => line.split(",")[5]));
  const users = [...view.resources({ resourceTypeId: "user" })].map((user) =>
    [...user.annotations.map(({ value }) => Buffer.from(value).toString("latin1"))].join(" "),
  );
  assert.equal(users.length, addresses.size);
  for (const address of addresses)
    assert.ok(
      users.some((text) => text.includes(`${address}`)),
      `${address}`,
    );
});

test("each sync of a file is shown for itself; what differs is what the Go diff named", async (context) => {
  const reader = await openGolden(context, "two-syncs-v1.c1z");
  const [older, newer] = reader.syncs;
  assert.equal(reader.view().sync?.id, newer?.id, "the latest finished one unless another is named");
  const read = (id: string | undefined) => [...reader.view(id).resourcesByKey()];
  const [before, after] = [read(older?.id), read(newer?.id)];
  assert.deepEqual(
    before.map(({ key }) => key),
    after.map(({ key }) => key),
  );
  // Go connectors freeze profiles in random order, and the Go diff compares bytes.
  const bytesOf = (row: KeyedResource | undefined): Buffer => Buffer.concat(row?.content ?? []);
  const changed = after.filter((row, index) => !bytesOf(row).equals(bytesOf(before[index])));
  const theirs = golden<{ resources: { modified: { id: { resource: string } }[] } }>("two-syncs-v1.diff.json");
  assertSameRows(
    changed.map((row) => row.resource().id.resource),
    theirs.resources.modified.map(({ id }) => id.resource),
  );
});

test("a minimal file without stats is counted", async (context) => {
  const reader = await openGolden(context, "handmade-node-v1.c1z");
  assert.equal(reader.syncs[0]?.statsJson, undefined);
  assert.deepEqual(reader.view().stats(), {
    resourceTypes: 2,
    resources: 2,
    entitlements: 1,
    grants: 1,
    resourcesByResourceType: { team: 1, user: 1 },
    entitlementsByResourceType: { team: 1 },
    grantsByResourceType: { team: 1 },
  });
});

test("what was written reads back, by list, by filter and by id", async (context) => {
  const directory = temporaryDirectory(context);
  const path = join(directory, "sync.c1z");
  await writeSync(path, directory, { users: ["ada", "bob"] });
  const view = (await open(context, path)).view();
  assert.deepEqual([...view.resourceTypes()], [teamType, userType]);
  assert.deepEqual([...view.resources()], [core, user("ada"), user("bob")]);
  assert.deepEqual([...view.resources({ resourceTypeId: "team" })], [core]);
  assert.deepEqual([...view.resources({ parent: core.id })], [user("ada"), user("bob")]);
  assert.deepEqual([...view.entitlements({ resource: core.id })], [member]);
  assert.deepEqual([...view.entitlements({ resourceTypeId: "user" })], []);
  assert.deepEqual([...view.grants({ principal: user("bob").id })], [memberGrant("bob")]);
  assert.deepEqual([...view.grants({ entitlementId: member.id, resource: core.id })].length, 2);
  assert.deepEqual(view.getResourceType("user"), userType);
  assert.deepEqual(view.getResource(user("ada").id), user("ada"));
  assert.deepEqual(view.getEntitlement(member.id), member);
  assert.equal(view.getResource({ resourceType: "user", resource: "nobody" }), undefined);
});

for (const engine of ["sqlite", "pebble"] as const) {
  test(`${engine}: what many hold is what each holds, in the order in which they are asked for`, async (context) => {
    const directory = temporaryDirectory(context);
    const path = join(directory, "sync.c1z");
    await writeSync(path, directory, { engine, users: ["zoe", 'a"b', "ada", "a\0b", "\u{1f600}", "é"] });
    const view = (await open(context, path)).view();
    const users = [...view.resources({ resourceTypeId: "user" })].map(({ id }) => id);
    const asked = [...users.toReversed(), user("nobody").id, core.id, user("ada").id];
    const each = asked.map((id) => view.heldBy(id));
    assert.equal(each.filter(({ length }) => length === 1).length, users.length + 1);
    assert.deepEqual(view.heldByEach(asked), each);
    assert.deepEqual(view.heldByEach([]), []);
    const keys = [...view.resourcesAsStored("user")].map(({ key }) => key);
    assert.deepEqual(keys.toSorted(), [...view.resourcesByKey("user")].map(({ key }) => key).toSorted());
  });
}

test("a list can be left early and another begun meanwhile", async (context) => {
  const view = (await openGolden(context, "minimal-v1.c1z")).view();
  const seen: string[] = [];
  for (const type of view.resourceTypes()) {
    for (const resource of view.resources({ resourceTypeId: type.id })) {
      seen.push(resource.id.resourceType);
      break;
    }
  }
  assert.deepEqual(seen.sort(), ["org", "team", "user"]);
});

test("expandable grants come with their expansion", async (context) => {
  const view = (await openGolden(context, "minimal-v1.c1z")).view();
  const expandable = [...view.grants()].filter((grant) => grant.expandable);
  assert.equal(expandable.length, 3);
  assert.deepEqual(grantOf(view, "org:acme-widgets:member:team:t-eng")?.expandable, {
    entitlementIds: ["team:t-eng:member"],
    shallow: true,
    resourceTypeIds: ["user"],
  });
});

function grantOf(view: SyncView, id: string): Grant | undefined {
  return [...view.grants()].find((grant) => grant.id === id);
}

/** Writes a copy of the golden file after changing its database with `sql`. */
function altered(context: TestContext, sql: string): string {
  const directory = temporaryDirectory(context);
  const [path, database] = [join(directory, "altered.c1z"), join(directory, "db")];
  const source = readFileSync(join(goldenDirectory, "two-syncs-v1.c1z"));
  writeFileSync(database, zstdDecompressSync(source.subarray(5)));
  using db = new DatabaseSync(database);
  db.exec(sql);
  db.close();
  writeFileSync(path, Buffer.concat([source.subarray(0, 5), zstdCompressSync(readFileSync(database))]));
  return path;
}

test("slim grants are whole again", async (context) => {
  // Field 3, 21 bytes: the id is all that this row holds.
  const id = "team:t-eng:member:user:u-ada";
  const slim = `update v1_grants set data = x'1a1c' || cast('${id}' as blob) where external_id = '${id}'`;
  const view = (await open(context, altered(context, slim))).view();
  assert.deepEqual(grantOf(view, id), {
    id,
    entitlement: { id: "team:t-eng:member", resource: { resourceType: "team", resource: "t-eng" } },
    principal: { resourceType: "user", resource: "u-ada" },
  });
});

for (const [what, sql] of [
  ["as they were written", ""],
  ["far apart", "update v1_grants set id = (id - 20) * 1000000007"],
  ["of entitlements of one id on two resources", "update v1_grants set resource_id = 'other' where id % 3 = 0"],
  ["that no index finds", "drop index idx_grants_principal_id_v1; drop index idx_grants_entitlement_sync_grant_v1"],
] as const) {
  test(`who holds what is told of everybody as of each, with rows ${what}`, async (context) => {
    const view = (await open(context, altered(context, sql))).view();
    const people = [...view.resources({ resourceTypeId: "user" })].map(({ id }) => ({
      principal: id,
      held: view.heldBy(id),
    }));
    const holders = people.filter(({ held }) => held.length > 0);
    assert.ok(holders.length > 3);
    assert.deepEqual(
      [...view.holders("user")],
      holders.toSorted((a, b) => (a.principal.resource < b.principal.resource ? -1 : 1)),
    );
  });
}

test("without indexes, late columns and whole tables the rest still reads", async (context) => {
  const sql = `
    drop index idx_grants_sync_needs_expansion_v1; drop index idx_grants_sync_expansion_v1;
    drop index idx_grants_external_sync_v1; drop table v1_assets; drop table v1_entitlements;
    alter table v1_grants drop column needs_expansion; alter table v1_grants drop column expansion;
    alter table v1_sync_runs drop column stats; alter table v1_sync_runs drop column sync_type;`;
  const view = (await open(context, altered(context, sql))).view();
  assert.equal(view.sync?.type, "full");
  assert.equal([...view.grants()].length, 18);
  assert.deepEqual([...view.entitlements()], []);
  assert.equal(view.stats().grants, 18);
});

test("the latest finished sync of any type is shown, as by the Go command line", async (context) => {
  const partial = "update v1_sync_runs set sync_type = 'partial' where id = 5";
  const reader = await open(context, altered(context, partial));
  assert.equal(reader.view().sync?.type, "partial");
  assert.equal(reader.latestFinished("full")?.id, "3MVpQiBT4VEOm4GsXOg2SuaHh27");
});

test("of syncs of one type the one that was begun later is the latest, whatever the clock said", async (context) => {
  for (const ended of ["2026-11-23 15:00:00", "2030-01-01 00:00:00"]) {
    const ahead = `update v1_sync_runs set ended_at = '${ended}' where sync_id = '3MVpQiBT4VEOm4GsXOg2SuaHh27'`;
    assert.equal((await open(context, altered(context, ahead))).view().sync?.id, "3MVpQgWW5iW4taqWZmT6b2VV5pM");
  }
});

test("a sync that lay within one of another type is not the latest, unless a clock was wrong", async (context) => {
  const inner = "update v1_sync_runs set sync_type = 'partial', ended_at = '2026-11-23 01:00:00' where id = 5;";
  const whole =
    "update v1_sync_runs set started_at = '2026-11-23 00:00:00', ended_at = '2026-11-23 02:00:00' where id <> 5;";
  const times = "update v1_sync_runs set started_at = '2026-11-23 00:30:00' where id = 5;";
  assert.equal((await open(context, altered(context, inner + whole + times))).view().sync?.type, "full");
  const wrong =
    "update v1_sync_runs set started_at = '2026-11-24 00:00:00', ended_at = '2026-11-24 01:00:00' where id <> 5;";
  assert.equal((await open(context, altered(context, inner + times + wrong))).view().sync?.type, "partial");
});

test("without a finished sync the newest unfinished of the last seven days is shown, else all rows", async (context) => {
  const unfinished = altered(context, "update v1_sync_runs set ended_at = null");
  const soon = await open(context, unfinished, Date.UTC(2026, 10, 24));
  assert.equal(soon.view().sync?.id, "3MVpQgWW5iW4taqWZmT6b2VV5pM");
  const late = await open(context, unfinished, Date.UTC(2026, 11, 24));
  assert.equal(late.view().sync, undefined);
  assert.equal([...late.view().grants()].length, 36);
  const none = await open(context, altered(context, "delete from v1_sync_runs"));
  assert.equal([...none.view().grants()].length, 36);
});

test("a sync that the file does not hold is refused, and those that it holds are named", async (context) => {
  const reader = await openGolden(context, "two-syncs-v1.c1z");
  assert.throws(() => reader.view("3MVpFCfmiKKwEjXf4cbW0xcTSOX"), {
    code: "FILE-SYNC-NOT-FOUND",
    hint: /3MVpQiBT4VEOm4GsXOg2SuaHh27, 3MVpQgWW5iW4taqWZmT6b2VV5pM/,
  });
});

test("wrong stats are shown as they are until somebody counts; broken ones are counted at once", async (context) => {
  const wrong = altered(context, `update v1_sync_runs set stats = '{"resource_types":3,"grants":7}'`);
  const view = (await open(context, wrong)).view();
  assert.equal(view.stats().grants, 7);
  assert.equal(view.recount().grants, 18);
  for (const stats of ["null", "'{}'", "'not json'", "'[1]'"]) {
    const file = altered(context, `update v1_sync_runs set stats = ${stats}`);
    assert.equal((await open(context, file)).view().stats().grants, 18, stats);
  }
});

test("a row that is no message fails its list with the file's error, not the others", async (context) => {
  const corrupt = "update v1_grants set data = x'ffffff' where id = (select max(id) from v1_grants)";
  const view = (await open(context, altered(context, corrupt))).view();
  assert.throws(() => [...view.grants()], { code: "BATON-DECODE" });
  assert.equal([...view.resources()].length, 9);
});

test("while a file is read it can be replaced; the reader goes on with what it opened", async (context) => {
  const directory = temporaryDirectory(context);
  const path = join(directory, "sync.c1z");
  copyFileSync(join(goldenDirectory, "minimal-v1.c1z"), path);
  const view = (await open(context, path)).view();
  using writer = await openWriter(path, directory);
  writer.startSync("full");
  writer.endSync();
  await writer.save();
  assert.equal([...view.grants()].length, 18);
  assert.equal((await open(context, path)).syncs.length, 2);
});
