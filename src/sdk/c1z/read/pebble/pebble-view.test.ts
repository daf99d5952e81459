import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { gunzipSync } from "node:zlib";
import { goListing, goRows, readable } from "../../../../../test/support/go-listing.ts";
import {
  core,
  goldenDirectory,
  member,
  temporaryDirectory,
  writeSync,
} from "../../../../../test/support/sample-c1z.ts";
import type { Resource } from "../../../contracts/model.ts";
import { decoderLimits } from "../../container/decoder-limits.ts";
import { parseGoTime } from "../../container/go-time.ts";
import { inspectC1z } from "../../inspect/inspect.ts";
import { createScratch } from "../../scratch/scratch.ts";
import { compareGrants } from "../compare-views.ts";
import { openC1z } from "../reader.ts";
import type { GrantChange, SyncView } from "../sync-view.ts";
import { PebbleStore } from "./store.ts";
import { openStoreFiles } from "./store-files.ts";

const names = readdirSync(join(goldenDirectory, "v3"))
  .filter((name) => name.endsWith(".c1z") && !name.startsWith("shapes"))
  .map((name) => `v3/${name.slice(0, -4)}`);

async function openView(context: TestContext, name: string): Promise<SyncView> {
  const reader = await openC1z(join(goldenDirectory, `${name}.c1z`), { tempDir: temporaryDirectory(context) });
  context.after(() => reader.close());
  return reader.view();
}

interface GoStats {
  readonly id: string;
  readonly syncToken?: string;
  readonly startedAt: string;
  readonly endedAt: string;
  readonly stats: Readonly<Record<string, string | Readonly<Record<string, string>>>>;
}

for (const name of names) {
  test(`${name}: all rows, in their order, the sync and its counts are what the Go command line printed`, async (context) => {
    const view = await openView(context, name);
    const theirs = goRows(name);
    assert.deepEqual(readable(view.resourceTypes()), readable(theirs.resourceTypes));
    assert.deepEqual(readable(view.resources()), readable(theirs.resources));
    assert.deepEqual(readable(view.entitlements()), readable(theirs.entitlements));
    assert.deepEqual(readable(view.grants()), readable(theirs.grants));
    const { stats, ...sync } = goListing<GoStats>(name, "stats");
    assert.equal(view.sync?.id, sync.id);
    assert.equal(view.sync?.token, sync.syncToken ?? "");
    assert.deepEqual(parseGoTime(view.sync?.startedAt ?? ""), parseGoTime(sync.startedAt));
    assert.deepEqual(parseGoTime(view.sync?.endedAt ?? ""), parseGoTime(sync.endedAt));
    const counts = (value: GoStats["stats"][string] | undefined) =>
      typeof value === "object"
        ? Object.fromEntries(Object.entries(value).map(([k, n]) => [k, Number(n)]))
        : Number(value);
    for (const [key, value] of Object.entries(view.stats())) assert.deepEqual(value, counts(stats[key]), key);
    assert.deepEqual(view.recount(), view.stats(), "counted anew");
  });

  test(`${name}: every question has the answer that the list of grants gives`, async (context) => {
    const view = await openView(context, name);
    const grants = [...view.grants()];
    const entitlements = [...view.entitlements()];
    for (const { id, resource } of entitlements) {
      const own = grants.filter(({ entitlement }) => entitlement.id === id);
      assert.deepEqual([...view.grants({ entitlementId: id })], own);
      assert.deepEqual(
        [...view.holdersOf({ entitlementId: id, resource: resource.id })],
        own.map((one) => one.principal),
      );
      assert.equal(view.grantsPerEntitlement().get(id) ?? 0, own.length);
      assert.equal(view.getEntitlement(id)?.id, id);
    }
    const users = [...view.resources({ resourceTypeId: "user" })];
    const held = new Map([...view.holders("user")].map(({ principal, held: all }) => [principal.resource, all]));
    for (const { id } of users) {
      const own = grants.filter(
        ({ principal }) => principal.resourceType === "user" && principal.resource === id.resource,
      );
      assert.deepEqual(
        [...view.grants({ principal: id })].map((one) => one.id).sort(),
        own.map((one) => one.id).sort(),
      );
      const ids = own.map(({ entitlement }) => entitlement.id);
      assert.deepEqual(new Set(view.heldBy(id).map((one) => one.entitlementId)), new Set(ids));
      assert.deepEqual(held.get(id.resource) ?? [], view.heldBy(id));
    }
    const asked = [...users.map(({ id }) => id).reverse(), { resourceType: "user", resource: "nobody" }];
    assert.deepEqual(
      view.heldByEach(asked),
      asked.map((id) => view.heldBy(id)),
    );
    const children = [...view.resources()].filter(({ parentResourceId }) => parentResourceId !== undefined);
    const parents = new Set(children.map(({ parentResourceId }) => JSON.stringify(parentResourceId)));
    const found = [...parents].flatMap((parent) => [...view.resources({ parent: JSON.parse(parent) })]);
    assert.deepEqual(found.length, children.length);
    for (const [resource, count] of view.countHolders("team")) {
      const own = grants.filter(({ entitlement }) => entitlement.resource.resource === resource);
      assert.equal(count, new Set(own.map(({ principal }) => JSON.stringify(principal))).size);
    }
    assert.deepEqual([...view.grants({}, { offset: 2, limit: 3 })], grants.slice(2, 5));
    assert.equal(view.count("grant", { resourceTypeId: "team" }), view.stats().grantsByResourceType["team"]);
    const keys = [...view.resourcesByKey()].map(({ key }) => key);
    assert.deepEqual(
      keys,
      keys.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))),
    );
    assert.equal(keys.length, view.stats().resources);
    assert.deepEqual([...view.grantChanges(view)], []);
  });
}

test("a write-ahead log, an index of two levels, deletions and ten levels of tables are merged as Pebble merges them", async (context) => {
  const path = join(goldenDirectory, "v3/shapes-wal-twolevel.c1z");
  const scratch = createScratch(temporaryDirectory(context));
  const limits = decoderLimits({});
  const { files, close } = await openStoreFiles(path, scratch, limits);
  context.after(close);
  const store = new PebbleStore(files, limits);
  const lines: string[] = [];
  for (const { key, value } of store.scan(Buffer.alloc(0)))
    lines.push(`${key.toString("hex")} ${value.toString("hex")}`);
  const dump = gunzipSync(readFileSync(path.replace(".c1z", ".dump.txt.gz")))
    .toString()
    .trimEnd()
    .split("\n");
  assert.equal(lines.length, dump.length);
  assert.deepEqual(lines, dump);
  await assert.rejects(openC1z(path), { code: "FILE-V3" });
});

const refusals: ReadonlyMap<string, string> = new Map([
  ["minlz", "blocks packed with MinLZ"],
  ["blob-files", "blob files"],
  ["range-keys", "range keys"],
  ["range-keys-in-log", "log entries of kind 21"],
  ["merges", "entries of kind 2"],
  ["other-checksums", "block checksums of kind 3"],
]);

for (const file of readdirSync(join(goldenDirectory, "pebble")).filter((name) => name.endsWith(".c1z"))) {
  const name = file.slice(0, -4);
  const what = refusals.get(name);
  test(`a store of Pebble's, ${name}: ${what ? `refused by the name ${what}` : "read as the rows it was made of, and sound"}`, async (context) => {
    const [path, tempDir] = [join(goldenDirectory, "pebble", file), temporaryDirectory(context)];
    const all = async (): Promise<unknown> => {
      using reader = await openC1z(path, { tempDir });
      const view = reader.view();
      const [resourceTypes, resources] = [readable(view.resourceTypes()), readable(view.resources())];
      return [resourceTypes, resources, readable(view.entitlements()), readable(view.grants())];
    };
    if (what) {
      await assert.rejects(all(), { code: "FILE-V3", message: new RegExp(` uses ${what}, which is not read here`) });
      return;
    }
    const rows = goRows("v3/hand-indexed");
    const [resourceTypes, resources] = [readable(rows.resourceTypes), readable(rows.resources)];
    assert.deepEqual(await all(), [resourceTypes, resources, readable(rows.entitlements), readable(rows.grants)]);
    const { sound, problems } = await inspectC1z(path, { tempDir });
    assert.equal(sound, true, JSON.stringify(problems));
  });
}

test("a version 1 file and the version 3 file that Go made of it say the same, and so do two of one organization", async (context) => {
  const [v1, v3] = [await openView(context, "minimal-v1"), await openView(context, "minimal-v3")];
  assert.deepEqual([...v3.grantChanges(v1)], []);
  assert.deepEqual([...v1.grantChanges(v3)], []);
  assert.deepEqual(v3.stats(), v1.stats());
  const keyed = (view: SyncView) => [...view.resourcesByKey()].map((one) => ({ key: one.key, ...all(one.resource()) }));
  assert.deepEqual(keyed(v3), keyed(v1));
  assert.deepEqual([...v3.entitlementKeys()], [...v1.entitlementKeys()]);
  const [a, b] = [await openView(context, "v3/peer25-default"), await openView(context, "v3/hand-indexed")];
  const texts = (changes: Iterable<GrantChange>) => [...changes].map((one) => JSON.stringify(one)).toSorted();
  const changes = texts(b.grantChanges(a));
  assert.ok(changes.length > 0);
  assert.deepEqual(changes, texts(compareGrants(a, b)), "found by their digests, and by their rows");
});

test("what is kept of a walk through many blocks stays what it was when it was passed", async (context) => {
  const directory = temporaryDirectory(context);
  const path = join(directory, "sync.c1z");
  const names = Array.from({ length: 2000 }, (_, n) => `user-${String(n).padStart(150, "0")}`);
  await writeSync(path, directory, { engine: "pebble", users: names });
  using reader = await openC1z(path, { tempDir: directory });
  const view = reader.view();
  const keyed = [...view.resourcesByKey("user")].map(({ key }) => key);
  const resources: Resource[] = [];
  for (const one of view.resourcesByKey("user")) resources.push(one.resource());
  const listed = [...view.resources({ resourceTypeId: "user" })];
  assert.deepEqual(
    listed.map(({ id }) => id.resource),
    names,
  );
  assert.deepEqual(resources.map(all), listed.map(all));
  assert.deepEqual(
    keyed,
    names.map((name) => `user:${name}`),
  );
  const holders = [...view.holders("user")].map(({ principal }) => principal.resource);
  assert.deepEqual(holders, names);
  assert.deepEqual(
    [...view.holdersOf({ entitlementId: member.id, resource: core.id })].map(({ resource }) => resource),
    names,
  );
  assert.deepEqual([...view.countHolders("team")], [["core", names.length]]);
});

/** What is read when it is asked for, asked for. */
function all({ id, displayName, annotations, profile, parentResourceId, status, createdAt }: Resource) {
  return { id, displayName, annotations, profile, parentResourceId, status, createdAt };
}
