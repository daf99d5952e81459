// Version 3 files as they are written, read back by the reader and checked key by key by the inspection.
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { fill, odd, oddGrants } from "../../../../test/support/odd-content.ts";
import {
  core,
  member,
  memberGrant,
  openWriter,
  teamType,
  temporaryDirectory,
  user,
  userType,
  writeSync,
} from "../../../../test/support/sample-c1z.ts";
import { systemClock } from "../../clock.ts";
import type { Entitlement, Grant } from "../../contracts/model.ts";
import { silentLogger } from "../../log.ts";
import { formatOf } from "../container/container.ts";
import { inspectC1z } from "../inspect/inspect.ts";
import { openC1z } from "../read/reader.ts";
import { convertC1z } from "./convert.ts";
import { previousFiles, unfinishedPath } from "./files-beside.ts";

const pebble = { engine: "pebble" } as const;
const notSaid = { engine: undefined } as const;

function place(context: TestContext): { readonly directory: string; readonly path: string } {
  const directory = temporaryDirectory(context);
  return { directory, path: join(directory, "sync.c1z") };
}

interface Content {
  readonly id: string | undefined;
  readonly types: readonly unknown[];
  readonly resources: readonly unknown[];
  readonly entitlements: readonly unknown[];
  readonly grants: readonly unknown[];
}

/** Everything in the latest sync, in an order that does not depend on the format. */
async function contentOf(path: string): Promise<Content> {
  using file = await openC1z(path);
  const view = file.view();
  const sorted = (rows: Iterable<{ readonly id: unknown }>): readonly unknown[] =>
    [...rows].toSorted((a, b) => (JSON.stringify(a.id) < JSON.stringify(b.id) ? -1 : 1));
  return {
    id: view.sync?.id,
    types: sorted(view.resourceTypes()),
    resources: sorted(view.resources()),
    // A version 3 file names what an entitlement is on and for whom it is, and holds no copy.
    entitlements: sorted(view.entitlements()).map((row) => {
      const { resource, grantableTo, ...rest } = row as Entitlement;
      return { ...rest, resource: resource.id, grantableTo: grantableTo.map(({ id }) => id) };
    }),
    grants: sorted(view.grants()),
  };
}

async function assertSound(path: string): Promise<void> {
  const { problems } = await inspectC1z(path);
  assert.deepEqual(problems, []);
}

test("ids of any characters, sources, expansions and ids of their own are as in a version 1 file", async (context) => {
  const { directory, path } = place(context);
  const other = join(directory, "v1.c1z");
  for (const [file, engine] of [
    [path, "pebble"],
    [other, "sqlite"],
  ] as const) {
    using writer = await openWriter(file, directory, { engine });
    writer.startSync("full");
    fill(writer, oddGrants());
    assert.equal(writer.checkReferences().grantsWithoutPrincipal.count, 0);
    writer.endSync();
    await writer.save();
  }
  await assertSound(path);
  const [v3, v1] = [await contentOf(path), await contentOf(other)];
  assert.deepEqual({ ...v3, id: "" }, { ...v1, id: "" });
  assert.equal(v3.grants.length, odd.length + 1);
});

test("of grants of one entitlement and principal the last counts, also after a question for one", async (context) => {
  for (const asks of [false, true]) {
    const { directory, path } = place(context);
    using writer = await openWriter(path, directory, pebble);
    writer.startSync("full");
    fill(writer, oddGrants());
    writer.grants.put([{ ...memberGrant("ada"), id: "the second" }]);
    if (asks) assert.equal(writer.grants.listExpandable("").items.length, 1);
    if (asks)
      assert.equal(
        writer.grants.get(member.id, { resourceType: "user", resource: "a:b:c" })?.id,
        memberGrant("a:b:c").id,
      );
    writer.grants.put([{ ...memberGrant("a:b:c"), id: "the third" }]);
    const stats = writer.endSync();
    await writer.save();
    await assertSound(path);
    const ids = (await contentOf(path)).grants.map((grant) => (grant as Grant).id);
    assert.ok(ids.includes("the second"));
    assert.ok(ids.includes("the third"));
    assert.equal(stats.grants, odd.length + 1);
    assert.equal(ids.length, odd.length + 1);
  }
});

test("broken references are found, with examples", async (context) => {
  const { directory, path } = place(context);
  using writer = await openWriter(path, directory, pebble);
  writer.startSync("full");
  writer.rows.putResourceTypes([teamType, userType]);
  writer.rows.putResources([core, user("ada")]);
  writer.rows.putEntitlements([
    member,
    { ...member, id: "team:gone:member", resource: { ...core, id: { ...core.id, resource: "gone" } } },
  ]);
  const elsewhere = { id: "team:none:member", resource: { resourceType: "team", resource: "none" } };
  writer.grants.put([
    memberGrant("ada"),
    memberGrant("nobody"),
    { ...memberGrant("ada"), id: "x", entitlement: elsewhere },
  ]);
  const report = writer.checkReferences();
  assert.deepEqual(report.entitlementsWithoutResource, { count: 1, examples: ["team:gone:member"] });
  assert.deepEqual(report.grantsWithoutPrincipal, { count: 1, examples: [memberGrant("nobody").id] });
  assert.deepEqual(report.grantsWithoutEntitlement, { count: 1, examples: ["x"] });
  assert.deepEqual(report.grantsWithoutResource, { count: 1, examples: ["x"] });
});

test("a sync that is stopped lies beside the file, and the next run goes on with it", async (context) => {
  const { directory, path } = place(context);
  const first = await writeSync(path, directory, pebble);
  const before = readFileSync(path);
  let id = "";
  {
    using writer = await openWriter(path, directory, pebble);
    id = writer.startSync("full").id;
    fill(writer, oddGrants());
    writer.checkpoint("half");
    await writer.save();
  }
  assert.deepEqual(readFileSync(path), before);
  assert.equal(await formatOf(unfinishedPath(path)), "v1");
  {
    using writer = await openWriter(path, directory, pebble);
    assert.deepEqual(writer.startSync("full"), { id, type: "full", token: "half", resumed: true });
    writer.rows.putResources([user("late")]);
    writer.grants.put([memberGrant("late"), memberGrant("ada")]);
    writer.endSync();
    await writer.save();
  }
  assert.equal(existsSync(unfinishedPath(path)), false);
  await assertSound(path);
  const { grants, id: now } = await contentOf(path);
  assert.equal(now, id);
  assert.equal(grants.length, odd.length + 2);
  const ada = grants.find((grant) => (grant as Grant).principal.resource === "ada") as Grant;
  assert.equal(ada.expandable, undefined, "it was put again");
  assert.deepEqual((await contentOf(previousFiles(path)[0] ?? "")).id, first);
});

test("a sync that is given up leaves file and surroundings as they were", async (context) => {
  const { directory, path } = place(context);
  await writeSync(path, directory, pebble);
  const before = readFileSync(path);
  for (const isResumed of [false, true]) {
    using writer = await openWriter(path, directory, pebble);
    assert.equal(writer.startSync("full").resumed, isResumed);
    fill(writer, oddGrants());
    writer.checkpoint("half");
    if (isResumed) await writer.discardSync();
    else await writer.save();
  }
  assert.deepEqual(readFileSync(path), before);
  assert.deepEqual(
    readdirSync(directory).filter((name) => name.startsWith("sync.c1z")),
    ["sync.c1z"],
  );
});

test("as many files as syncs are to be kept lie beside the file, and each tells what went", async (context) => {
  const { directory, path } = place(context);
  const ids: string[] = [];
  for (const users of [["ada", "bob"], ["ada"], ["bob"], ["ada", "bob"]]) {
    ids.unshift(await writeSync(path, directory, { ...pebble, keepSyncCount: 3, users }));
  }
  const kept = await Promise.all([path, ...previousFiles(path)].map(async (file) => (await contentOf(file)).id));
  assert.deepEqual(kept, ids.slice(0, 3));
  using writer = await openWriter(path, directory, pebble);
  writer.startSync("full");
  writer.rows.putResourceTypes([teamType, userType]);
  writer.rows.putResources([core, user("ada")]);
  const both = await writer.compareWithLast();
  assert.equal(both?.before.resourcesByResourceType["user"], 2);
  assert.equal(both?.now.resourcesByResourceType["user"], 1);
  assert.deepEqual(
    (await writer.goneSince(["user"], 20)).map(({ name }) => name),
    [user("bob").displayName],
  );
  assert.deepEqual(
    (await writer.resourcesOfLast("user"))?.map(({ id }) => id),
    ["ada", "bob"],
  );
  writer.endSync();
  await writer.save();
  assert.equal(previousFiles(path).length, 1);
});

test("with one sync to keep nothing lies beside the file; without cleanup all do", async (context) => {
  const { directory, path } = place(context);
  for (let run = 0; run < 3; run++) await writeSync(path, directory, { ...pebble, keepSyncCount: 1 });
  assert.deepEqual(previousFiles(path), []);
  for (let run = 0; run < 3; run++)
    await writeSync(path, directory, { ...pebble, keepSyncCount: 1, skipCleanup: true });
  assert.equal(previousFiles(path).length, 3);
});

test("a new file is of version 3, an empty one too", async (context) => {
  const { directory, path } = place(context);
  const empty = join(directory, "empty.c1z");
  writeFileSync(empty, "");
  for (const file of [path, empty]) {
    await writeSync(file, directory, notSaid);
    assert.equal(await formatOf(file), "v3");
    await assertSound(file);
  }
});

test("a partial sync names the full one before, which lies beside it", async (context) => {
  const { directory, path } = place(context);
  const full = await writeSync(path, directory, pebble);
  for (const users of [["ada"], ["bob"]]) {
    await writeSync(path, directory, { ...pebble, type: "partial", users, skipCleanup: true });
    using file = await openC1z(path);
    assert.deepEqual(
      file.syncs.map(({ type, parentSyncId }) => [type, parentSyncId]),
      [["partial", full]],
    );
    await assertSound(path);
  }
});

test("an existing file keeps its format, sqlite over version 3 warns, and pebble converts", async (context) => {
  const { directory, path } = place(context);
  await writeSync(path, directory, { engine: "sqlite" });
  await writeSync(path, directory, notSaid);
  assert.equal(await formatOf(path), "v1");
  await writeSync(path, directory, pebble);
  assert.equal(await formatOf(path), "v3");
  assert.equal(await formatOf(previousFiles(path)[0] ?? ""), "v1");
  const warnings: string[] = [];
  const nothing = (): void => {};
  const logger = { debug: nothing, info: nothing, warn: (text: string) => warnings.push(text), error: nothing };
  await writeSync(path, directory, { engine: "sqlite", logger });
  assert.equal(await formatOf(path), "v3");
  assert.equal(warnings.length, 1);
  await writeSync(path, directory, notSaid);
  assert.equal(await formatOf(path), "v3");
  await assertSound(path);
});

test("a sync without grants, and one of nothing, are sound", async (context) => {
  const { directory, path } = place(context);
  await writeSync(path, directory, { ...pebble, users: [] });
  await assertSound(path);
  using writer = await openWriter(path, directory, pebble);
  writer.startSync("full");
  writer.endSync();
  await writer.save();
  await assertSound(path);
});

test("a file converted there and back holds the same sync, with the same rows", async (context) => {
  const { directory, path } = place(context);
  {
    using writer = await openWriter(path, directory, pebble);
    writer.startSync("full");
    fill(writer, oddGrants());
    writer.endSync();
    await writer.save();
  }
  const [v1, v3] = [join(directory, "v1.c1z"), join(directory, "v3.c1z")];
  const common = { tempDir: directory, clock: systemClock, logger: silentLogger };
  await convertC1z({ from: path, to: v1, engine: "sqlite", ...common });
  await convertC1z({ from: v1, to: v3, engine: "pebble", ...common });
  assert.equal(await formatOf(v1), "v1");
  await assertSound(v1);
  await assertSound(v3);
  const before = await contentOf(path);
  assert.deepEqual(await contentOf(v1), before);
  assert.deepEqual(await contentOf(v3), before);
  await assert.rejects(convertC1z({ from: path, to: v1, engine: "sqlite", ...common }), { code: "FILE-EXISTS" });
});
