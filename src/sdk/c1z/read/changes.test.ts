/** What changed between two syncs, as each engine finds it, against the comparison row by row. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import {
  core,
  member,
  memberGrant,
  openWriter,
  teamType,
  temporaryDirectory,
  user,
  userType,
} from "../../../../test/support/sample-c1z.ts";
import type { Grant, Resource } from "../../contracts/model.ts";
import { newGrant } from "../../resources/ids.ts";
import { compareGrants, compareResources } from "./compare-views.ts";
import { openC1z } from "./reader.ts";
import type { GrantChange, ResourcePair } from "./sync-view.ts";

/** One that is never touched, which most or few of all hold something on. */
const other: Resource = { ...core, id: { resourceType: "team", resource: "other" } };
const otherMember = { ...member, id: "team:other:member", resource: other };
const names = Array.from({ length: 12 }, (_, at) => `user-${at}`);

async function write(path: string, directory: string, engine: "sqlite" | "pebble", rows: Rows): Promise<void> {
  using writer = await openWriter(path, directory, { engine });
  writer.startSync("full");
  writer.rows.putResourceTypes([teamType, userType]);
  writer.rows.putResources(rows.resources);
  writer.rows.putEntitlements([member, otherMember]);
  writer.grants.put(rows.grants);
  writer.endSync();
  await writer.save();
}

interface Rows {
  readonly resources: readonly Resource[];
  readonly grants: readonly Grant[];
}

/** One is gone, one is new, one has another name, one lost what it held. @param others who hold the other entitlement. */
function twoSyncs(others: readonly string[]): readonly [Rows, Rows] {
  const held = others.map((name) => newGrant({ id: otherMember.id, resource: other.id }, user(name).id));
  const [gone, lost, renamed] = names;
  const left = names.filter((name) => name !== gone);
  const before = { resources: [core, other, ...names.map(user)], grants: [...names.map(memberGrant), ...held] };
  const users = [...left, "added"].map((name) =>
    name === renamed ? { ...user(name), displayName: "Kim" } : user(name),
  );
  const holders = [...left.filter((name) => name !== lost), "added"];
  return [before, { resources: [core, other, ...users], grants: [...holders.map(memberGrant), ...held] }];
}

async function openBoth(context: TestContext, engine: "sqlite" | "pebble", others: readonly string[]) {
  const directory = temporaryDirectory(context);
  const path = join(directory, "sync.c1z");
  const paths = engine === "sqlite" ? [path, path] : [join(directory, "before.c1z"), path];
  for (const [at, rows] of twoSyncs(others).entries()) await write(paths[at] ?? "", directory, engine, rows);
  const readers = await Promise.all([...new Set(paths)].map(async (one) => await openC1z(one, { tempDir: directory })));
  context.after(() => {
    for (const reader of readers) reader.close();
  });
  const [first, last] = [readers[0], readers.at(-1)];
  if (!first || !last) throw new Error("nothing was opened");
  return [first.view(first.syncs[0]?.id), last.view()] as const;
}

const grantTexts = (changes: Iterable<GrantChange>) => [...changes].map((one) => JSON.stringify(one)).toSorted();

/** In their order. */
function pairTexts(pairs: Iterable<ResourcePair>): readonly string[] {
  const texts: string[] = [];
  for (const { before, after } of pairs) {
    texts.push(`${before?.key}/${before?.resource().displayName} ${after?.key}/${after?.resource().displayName}`);
  }
  return texts;
}

for (const engine of ["sqlite", "pebble"] as const) {
  for (const [share, others] of [
    ["most", []],
    ["few", names.flatMap((name) => [name, `${name}-b`, `${name}-c`])],
  ] as const) {
    test(`${engine}: changes are those of every row, where ${share} grants are of what changed`, async (context) => {
      const [before, after] = await openBoth(context, engine, others);
      const changes = grantTexts(after.grantChanges(before));
      assert.equal(changes.length, 3);
      assert.deepEqual(changes, grantTexts(compareGrants(before, after)));
      const also = new Set(["user:user-7", "user:nobody", "user:user-2"]);
      const pairs = pairTexts(after.resourceChanges(before, also));
      assert.equal(pairs.length, 4);
      assert.deepEqual(pairs, pairTexts(compareResources(before, after, also)));
      assert.deepEqual(pairTexts(after.resourceChanges(after, new Set())), []);
      assert.deepEqual(grantTexts(after.grantChanges(after)), []);
      const backwards = pairTexts(compareResources(after, before, new Set()));
      assert.deepEqual(pairTexts(before.resourceChanges(after, new Set())), backwards);
    });
  }
}
