import assert from "node:assert/strict";
import { copyFileSync, existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { zstdDecompressSync } from "node:zlib";
import { queryC1z, syncRunsOf } from "../../../../test/support/plain-c1z.ts";
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
import type { Grant } from "../../contracts/model.ts";
import { BatonError } from "../../errors.ts";
import { ksuidSeconds } from "../container/ksuid.ts";

const dayMs = 24 * 60 * 60 * 1000;

function place(context: TestContext): { directory: string; path: string } {
  const directory = temporaryDirectory(context);
  return { directory, path: join(directory, "sync.c1z") };
}

function grantIds(path: string): unknown[] {
  return queryC1z(path, "select external_id from v1_grants order by id").map((row) => row["external_id"]);
}

test("a finished sync is one row with everything a Go reader expects", async (context) => {
  const { directory, path } = place(context);
  const clock = new VirtualClock(Date.UTC(2026, 0, 2, 3, 4, 5, 120));
  const id = await writeSync(path, directory, { clock });
  const [run, ...others] = syncRunsOf(path);
  assert.deepEqual(others, []);
  assert.equal(ksuidSeconds(id), Date.UTC(2026, 0, 2, 3, 4, 5) / 1000);
  assert.match(String(run?.["started_at"]), /^2026-01-0[123] \d\d:\d\d:05\.12$/);
  assert.equal(run?.["ended_at"], run?.["started_at"]);
  const expected = {
    sync_id: id,
    sync_token: "",
    sync_type: "full",
    parent_sync_id: "",
    linked_sync_id: "",
    supports_diff: 1,
    grants_backfilled: 1,
    ingest_invariant_generation: "1",
    ingest_invariant_coverage: '["I5","I10"]',
    ingest_invariant_mode: "connector",
    stats:
      '{"resource_types":2,"resources":3,"entitlements":1,"grants":2,' +
      '"resources_by_resource_type":{"team":1,"user":2},"grants_by_resource_type":{"team":2},' +
      '"entitlements_by_resource_type":{"team":1}}',
  };
  for (const [column, value] of Object.entries(expected)) assert.equal(run?.[column], value, column);
});

test("columns of a row say what its message says", async (context) => {
  const { directory, path } = place(context);
  await writeSync(path, directory, { users: ["ada"] });
  const [team, ada] = queryC1z(path, "select * from v1_resources order by id");
  assert.equal(team?.["external_id"], "team:core");
  assert.equal(team?.["parent_resource_type_id"], null);
  assert.equal(ada?.["resource_type_id"], "user");
  assert.equal(ada?.["external_id"], "user:ada");
  assert.equal(ada?.["parent_resource_type_id"], "team");
  assert.equal(ada?.["parent_resource_id"], "core");
  const [entitlement] = queryC1z(path, "select * from v1_entitlements");
  assert.equal(entitlement?.["external_id"], "team:core:member");
  assert.equal(entitlement?.["resource_id"], "core");
  const [grant] = queryC1z(path, "select *, typeof(data) as type from v1_grants");
  assert.equal(grant?.["external_id"], "team:core:member:user:ada");
  assert.equal(grant?.["entitlement_id"], "team:core:member");
  assert.equal(grant?.["resource_type_id"], "team");
  assert.equal(grant?.["principal_resource_type_id"], "user");
  assert.equal(grant?.["principal_resource_id"], "ada");
  assert.equal(grant?.["expansion"], null);
  assert.equal(grant?.["needs_expansion"], 0);
  assert.equal(grant?.["type"], "blob");
});

test("an expandable grant keeps its expansion in the column, not in its message", async (context) => {
  const { directory, path } = place(context);
  using writer = await openWriter(path, directory);
  writer.startSync("full");
  const expandable = { entitlementIds: ["team:t-eng:member"], shallow: true, resourceTypeIds: ["user"] };
  const blank = { entitlementIds: [" ", ""], shallow: false, resourceTypeIds: [] };
  writer.grants.put([
    { ...memberGrant("ada"), expandable },
    { ...memberGrant("bob"), expandable: blank },
  ]);
  assert.deepEqual(writer.grants.listExpandable("").items, [{ ...memberGrant("ada"), expandable }]);
  writer.endSync();
  await writer.save();
  const rows = queryC1z(path, "select hex(expansion) as hex, needs_expansion, hex(data) as data from v1_grants");
  assert.equal(rows[0]?.["hex"], "0A117465616D3A742D656E673A6D656D62657210011A0475736572");
  assert.equal(rows[0]?.["needs_expansion"], 1);
  assert.equal(rows[1]?.["hex"], "");
  assert.equal(rows[1]?.["needs_expansion"], 0);
  const name = Buffer.from("GrantExpandable").toString("hex").toUpperCase();
  for (const row of rows) assert.ok(!String(row["data"]).includes(name));
});

test("the last write of an id wins, for every kind of row", async (context) => {
  const { directory, path } = place(context);
  using writer = await openWriter(path, directory);
  writer.startSync("full");
  writer.rows.putResourceTypes([userType, teamType, { ...userType, displayName: "Person" }]);
  writer.rows.putResources([core, user("ada"), { ...user("ada"), displayName: "Ada" }]);
  writer.rows.putEntitlements([member, { ...member, displayName: "Member" }]);
  assert.deepEqual(
    writer.rows.listResourceTypes().map((type) => type.displayName),
    ["Person", "TEAM"],
  );
  assert.equal(writer.rows.getResource({ resourceType: "user", resource: "ada" })?.displayName, "Ada");
  assert.deepEqual(
    writer.rows.listEntitlements("").items.map((entitlement) => entitlement.displayName),
    ["Member"],
  );
  assert.equal(writer.rows.listResources({ pageToken: "" }).items.length, 2);
});

test("grants written twice are one, in their first place with their last content", async (context) => {
  const { directory, path } = place(context);
  using writer = await openWriter(path, directory);
  writer.startSync("full");
  const sources = new Map([["team:core:member", { isDirect: true }]]);
  const expandable = { entitlementIds: ["team:core:member"], shallow: false, resourceTypeIds: [] };
  writer.grants.put([memberGrant("ada"), { ...memberGrant("bob"), expandable }, memberGrant("cyd")]);
  writer.grants.put([{ ...memberGrant("ada"), expandable }, memberGrant("bob"), memberGrant("ada")]);
  writer.grants.put([{ ...memberGrant("ada"), sources, expandable }]);
  const expected = [{ ...memberGrant("ada"), sources, expandable }, memberGrant("bob"), memberGrant("cyd")];
  assert.deepEqual(writer.grants.listOfEntitlement(member.id, "").items, expected);
  // From here on rows are replaced as they come.
  writer.grants.put([{ ...memberGrant("cyd"), sources }, memberGrant("dee"), memberGrant("dee")]);
  assert.equal(writer.endSync().grants, 4);
  await writer.save();
  assert.deepEqual(
    grantIds(path),
    ["ada", "bob", "cyd", "dee"].map((name) => memberGrant(name).id),
  );
  const marks = queryC1z(path, "select needs_expansion as mark, expansion is null as none from v1_grants order by id");
  assert.deepEqual(
    marks.map(({ mark, none }) => [mark, none]),
    [
      [1, 0],
      [0, 1],
      [0, 1],
      [0, 1],
    ],
  );
});

test("a grant is found by entitlement and principal, whatever its id", async (context) => {
  const { directory, path } = place(context);
  using writer = await openWriter(path, directory);
  writer.startSync("full");
  const odd = { ...memberGrant("ada"), id: "something else" };
  writer.grants.put([odd, memberGrant("bob")]);
  assert.deepEqual(writer.grants.get(member.id, odd.principal), odd);
  assert.equal(writer.grants.get("team:core:owner", odd.principal), undefined);
  assert.equal(writer.grants.get(member.id, { resourceType: "user", resource: "nobody" }), undefined);
});

test("look-ups and lists see only the open sync", async (context) => {
  const { directory, path } = place(context);
  await writeSync(path, directory, { users: ["old"] });
  using writer = await openWriter(path, directory);
  writer.startSync("full");
  assert.equal(writer.rows.hasResourceType("user"), false);
  assert.equal(writer.rows.hasEntitlement(member.id), false);
  assert.equal(writer.rows.getResource(core.id), undefined);
  assert.deepEqual(writer.grants.listOfEntitlement(member.id, "").items, []);
  writer.rows.putResourceTypes([userType]);
  writer.rows.putEntitlements([member]);
  assert.equal(writer.rows.hasResourceType("user"), true);
  assert.deepEqual(writer.rows.getEntitlementResource(member.id), core.id);
  assert.equal(writer.rows.getEntitlementResource("team:none:member"), undefined);
});

test("long lists come in pages, of grants of ten thousand, each row once", async (context) => {
  const { directory, path } = place(context);
  using writer = await openWriter(path, directory);
  writer.startSync("full");
  const names = Array.from({ length: 20_001 }, (_, index) => `u${index}`);
  writer.rows.putResources([core, ...names.map(user)]);
  writer.grants.put(names.map(memberGrant));
  const sizes = new Set<number>();
  const listed: string[] = [];
  let pageToken = "";
  do {
    const page = writer.rows.listResources({ resourceTypeIds: ["user"], pageToken });
    sizes.add(page.items.length);
    listed.push(...page.items.map((item) => item.id.resource));
    pageToken = page.nextPageToken;
  } while (pageToken !== "");
  assert.deepEqual(sizes, new Set([250, 1]));
  assert.deepEqual(listed, names);
  const first = writer.grants.listOfEntitlement(member.id, "");
  const second = writer.grants.listOfEntitlement(member.id, first.nextPageToken);
  assert.equal(second.items[0]?.principal.resource, "u10000");
});

test("a list of exactly one page has no next one", async (context) => {
  const { directory, path } = place(context);
  using writer = await openWriter(path, directory);
  writer.startSync("full");
  writer.rows.putResources(Array.from({ length: 250 }, (_, index) => user(`u${index}`)));
  assert.equal(writer.rows.listResources({ pageToken: "" }).nextPageToken, "");
});

/** Begins a sync, stores a token and saves without an end. */
async function leaveUnfinished(path: string, directory: string, clock: VirtualClock): Promise<string> {
  using writer = await openWriter(path, directory, { clock });
  const { id } = writer.startSync("full");
  writer.rows.putResources([core, user("ada")]);
  writer.grants.put([memberGrant("ada")]);
  writer.session.set("seen", Buffer.from("ada"));
  writer.checkpoint("token 1");
  await writer.save();
  return id;
}

test("an unfinished sync is taken up again with its rows, token and session", async (context) => {
  const { directory, path } = place(context);
  const clock = new VirtualClock();
  const id = await leaveUnfinished(path, directory, clock);
  clock.advance(7 * dayMs - 1000);
  using writer = await openWriter(path, directory, { clock });
  assert.deepEqual(writer.startSync("full"), { id, type: "full", token: "token 1", resumed: true });
  assert.equal(Buffer.from(writer.session.get("seen") ?? []).toString(), "ada");
  writer.grants.put([memberGrant("ada"), memberGrant("bob")]);
  writer.endSync();
  await writer.save();
  assert.deepEqual(grantIds(path), [memberGrant("ada").id, memberGrant("bob").id]);
  assert.equal(syncRunsOf(path).length, 1);
  assert.deepEqual(queryC1z(path, "select * from v1_connector_sessions"), []);
});

test("an unfinished sync of another type or of last week is left alone", async (context) => {
  const { directory, path } = place(context);
  const clock = new VirtualClock();
  const id = await leaveUnfinished(path, directory, clock);
  {
    using writer = await openWriter(path, directory, { clock });
    assert.equal(writer.startSync("resources_only").resumed, false);
  }
  clock.advance(7 * dayMs + 1000);
  const later = await writeSync(path, directory, { clock });
  assert.notEqual(later, id);
  assert.deepEqual(
    syncRunsOf(path).map((run) => [run["sync_id"], run["ended_at"] === null]),
    [
      [id, true],
      [later, false],
    ],
  );
});

test("an unfinished file has all indexes and no duplicates", async (context) => {
  const { directory, path } = place(context);
  using writer = await openWriter(path, directory);
  writer.startSync("full");
  writer.grants.put([memberGrant("ada"), memberGrant("ada")]);
  writer.checkpoint("t");
  await writer.save();
  assert.equal(grantIds(path).length, 1);
  assert.equal(queryC1z(path, "select count(*) as n from sqlite_master where type = 'index'")[0]?.["n"], 16);
});

test("session values are kept by key and listed by prefix in byte order", async (context) => {
  const { directory, path } = place(context);
  using writer = await openWriter(path, directory);
  writer.startSync("full", "a scope");
  const { session } = writer;
  for (const key of ["b", "a_2", "a%1", "a_1", "é😀2", "é😀1"]) session.set(key, Buffer.from(key));
  session.set("b", Buffer.from([]));
  assert.deepEqual(session.keys("a_"), ["a_1", "a_2"]);
  assert.deepEqual(session.keys("é😀"), ["é😀1", "é😀2"]);
  assert.deepEqual(session.keys(""), ["a%1", "a_1", "a_2", "b", "é😀1", "é😀2"]);
  assert.equal(session.get("b")?.length, 0);
  assert.equal(session.get("none"), undefined);
});

test("five runs leave the newest two syncs and only their rows", async (context) => {
  const { directory, path } = place(context);
  const clock = new VirtualClock();
  const ids: string[] = [];
  for (const name of ["a", "b", "c", "d", "e"]) {
    ids.push(await writeSync(path, directory, { clock, users: [name] }));
    clock.advance(dayMs);
  }
  assert.deepEqual(
    syncRunsOf(path).map((run) => run["sync_id"]),
    ids.slice(3),
  );
  assert.deepEqual(grantIds(path), [memberGrant("d").id, memberGrant("e").id]);
  for (const table of ["v1_resource_types", "v1_resources", "v1_entitlements"]) {
    const found = queryC1z(path, `select distinct sync_id as id from ${table} order by id`);
    assert.deepEqual(
      found.map((row) => row["id"]),
      ids.slice(3),
      table,
    );
  }
});

test("pruning is off when asked, and keeps as many as asked", async (context) => {
  const { directory, path } = place(context);
  for (let run = 0; run < 4; run++) await writeSync(path, directory, { skipCleanup: true });
  assert.equal(syncRunsOf(path).length, 4);
  await writeSync(path, directory, { keepSyncCount: 3 });
  assert.equal(syncRunsOf(path).length, 3);
  await assert.rejects(openWriter(path, directory, { keepSyncCount: 0 }), { code: "FILE-KEEP-COUNT" });
});

test("nothing of a pruned sync is left in the file's unused space", async (context) => {
  const { directory, path } = place(context);
  const leavers = Array.from({ length: 3000 }, (_, index) => `leaver${index}`);
  await writeSync(path, directory, { users: leavers });
  await writeSync(path, directory, { keepSyncCount: 1, users: ["ada"] });
  const [counts] = queryC1z(
    path,
    "select freelist_count as free, page_count as pages from pragma_freelist_count, pragma_page_count",
  );
  assert.ok(Number(counts?.["free"]) <= Number(counts?.["pages"]) / 4, JSON.stringify(counts));
  assert.ok(!zstdDecompressSync(readFileSync(path).subarray(5)).includes("leaver"));
});

test("broken references are counted with examples, each in its own list", async (context) => {
  const { directory, path } = place(context);
  // With many grants for each entitlement the references are found in another way.
  for (const [crowd, older] of [
    [0, false],
    [200, false],
    [0, true],
    [200, true],
  ] as const) {
    if (older) await writeSync(path, directory, { users: ["ghost"] });
    const names = Array.from({ length: crowd }, (_, index) => `crowd${index}`);
    using writer = await openWriter(path, directory);
    writer.startSync("full");
    writer.rows.putResources([core, user("ada"), ...names.map(user)]);
    writer.grants.put(names.map(memberGrant));
    writer.rows.putEntitlements([
      member,
      { ...member, id: "team:gone:member", resource: { ...core, id: { ...core.id, resource: "gone" } } },
    ]);
    const ghosts = Array.from({ length: 30 }, (_, index) => `ghost${index}`);
    const noSuch = { id: "team:core:none", resource: core.id };
    writer.grants.put([
      memberGrant("ada"),
      memberGrant("ghost"),
      ...ghosts.map(memberGrant),
      { ...memberGrant("ada"), id: "g1", entitlement: noSuch },
      {
        ...memberGrant("ada"),
        id: "g2",
        entitlement: { id: "team:gone:member", resource: { ...core.id, resource: "gone" } },
      },
    ]);
    const report = writer.checkReferences();
    assert.deepEqual(report.entitlementsWithoutResource, { count: 1, examples: ["team:gone:member"] });
    assert.deepEqual(report.grantsWithoutResource, { count: 1, examples: ["g2"] });
    assert.deepEqual(report.grantsWithoutEntitlement, { count: 1, examples: ["g1"] });
    assert.equal(report.grantsWithoutPrincipal.count, 31);
    assert.equal(report.grantsWithoutPrincipal.examples.length, 25);
    assert.equal(report.grantsWithoutPrincipal.examples[0], memberGrant("ghost").id);
  }
});

test("a file of a Go connector is appended to and keeps its sync", async (context) => {
  const { directory, path } = place(context);
  copyFileSync(join(goldenDirectory, "minimal-v1.c1z"), path);
  const before = queryC1z(path, "select id, external_id, hex(data) as data from v1_grants order by id");
  const id = await writeSync(path, directory, { clock: new VirtualClock(Date.UTC(2026, 10, 24)) });
  assert.deepEqual(
    syncRunsOf(path).map((run) => run["sync_id"]),
    ["3MVpFCfmiKKwEjXf4cbW0xcTSOX", id],
  );
  const golden = "sync_id = '3MVpFCfmiKKwEjXf4cbW0xcTSOX'";
  assert.deepEqual(
    queryC1z(path, `select id, external_id, hex(data) as data from v1_grants where ${golden} order by id`),
    before,
  );
});

test("a run that only opens the file leaves it and the scratch space as they were", async (context) => {
  const { directory, path } = place(context);
  {
    using writer = await openWriter(path, directory);
    writer.startSync("full");
    const [scratch, ...others] = readdirSync(directory).filter((name) => !name.startsWith("sync.c1z.lock"));
    assert.match(scratch ?? "", /^c1z-/, "one scratch directory");
    assert.deepEqual(others, []);
  }
  assert.deepEqual(readdirSync(directory), []);
  assert.equal(existsSync(path), false);
});

test("an empty file is taken for a new one", async (context) => {
  const { directory, path } = place(context);
  writeFileSync(path, "");
  await writeSync(path, directory);
  assert.equal(syncRunsOf(path).length, 1);
});

test("a resources-only sync counts no entitlements and grants", async (context) => {
  const { directory, path } = place(context);
  await writeSync(path, directory, { type: "resources_only" });
  assert.deepEqual(JSON.parse(String(syncRunsOf(path)[0]?.["stats"])), {
    resource_types: 2,
    resources: 3,
    resources_by_resource_type: { team: 1, user: 2 },
  });
});

test("after a failure of the database no checkpoint claims rows that are gone", async (context) => {
  const { directory, path } = place(context);
  using writer = await openWriter(path, directory);
  writer.startSync("full");
  writer.grants.put([memberGrant("ada")]);
  const nothing = null as unknown as Uint8Array; // breaks the contract on purpose: SQLite refuses it
  assert.throws(() => writer.session.set("key", nothing), BatonError);
  assert.throws(() => writer.checkpoint("beyond the lost rows"), BatonError);
  await assert.rejects(writer.save(), BatonError);
  assert.equal(existsSync(path), false);
});

test("after a row that cannot be encoded the rest can still be kept", async (context) => {
  const { directory, path } = place(context);
  using writer = await openWriter(path, directory);
  writer.startSync("full");
  const nameless = { ...memberGrant("x"), id: null } as unknown as Grant; // breaks the contract on purpose
  assert.throws(() => writer.grants.put([memberGrant("ada"), nameless]), TypeError);
  writer.checkpoint("here");
  await writer.save();
  assert.deepEqual(grantIds(path), [memberGrant("ada").id]);
});

test("work before a sync was started is refused", async (context) => {
  const { directory, path } = place(context);
  using writer = await openWriter(path, directory);
  assert.throws(() => writer.rows.hasResourceType("user"), { code: "BATON-NO-SYNC" });
});
