// Whatever a writer might do wrong is found in what it wrote: the new file does not take the old one's place.
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { fill, oddGrants } from "../../../../../test/support/odd-content.ts";
import { filesOf, type PlainStore, type PlainTable } from "../../../../../test/support/plain-v3.ts";
import { memberGrant, openWriter, user } from "../../../../../test/support/sample-c1z.ts";
import { decoderLimits } from "../../container/decoder-limits.ts";
import { replaceFile } from "../../container/save.ts";
import { inspectC1z } from "../../inspect/inspect.ts";
import { InspectionThread } from "../../inspect/inspection-thread.ts";
import { WrittenFileInspection, type WrittenInspection } from "../../inspect/written-file.ts";
import { digestKinds, metaKeys, prefixes, syncRunKey } from "../../pebble/keys.ts";
import type { FrameEntry } from "../../read/pebble/frame-index.ts";
import { PebbleStore } from "../../read/pebble/store.ts";
import { openStoreFiles } from "../../read/pebble/store-files.ts";
import { createScratch } from "../../scratch/scratch.ts";
import { type DigestRoot, type RunToWrite, statsRecord } from "./envelope.ts";
import { writeInspected } from "./write-store.ts";

const directory = mkdtempSync(join(tmpdir(), "unsound-"));
after(() => rmSync(directory, { recursive: true, force: true }));
const target = join(directory, "target", "sync.c1z");
mkdirSync(join(directory, "target"));

type Row = [key: Buffer, value: Buffer];
type Store = PlainStore & { readonly tables: (PlainTable & { entries: Row[] })[] };

/** A file, taken apart: its store, and what its header says. */
interface Parts {
  readonly store: Store;
  readonly run: RunToWrite;
  readonly root: DigestRoot;
}

/** What is done to the parts, and to the index of the file, before they are written. */
interface Damage {
  readonly change?: (parts: Parts) => void;
  readonly replace?: (parts: Parts) => Partial<Parts>;
  readonly frames?: (frames: FrameEntry[]) => void;
}

/** A sound one, with more grants of one entitlement than a leaf of its digest has, an expansion, sources and odd ids. */
async function takeApart(): Promise<Parts> {
  const path = join(directory, "sound.c1z");
  const names = Array.from({ length: 600 }, (_, number) => `u${number}`);
  {
    using writer = await openWriter(path, directory, { engine: "pebble" });
    writer.startSync("full");
    fill(writer, oddGrants());
    writer.rows.putResources(names.map(user));
    writer.grants.put(names.map(memberGrant));
    writer.endSync();
    await writer.save();
  }
  const { manifest = assert.fail() } = await inspectC1z(path);
  const { syncs, digestRoot = assert.fail() } = manifest;
  const { id, startedAt = assert.fail(), endedAt = assert.fail(), stats } = syncs[0] ?? assert.fail();
  const scratch = createScratch(directory);
  const opened = await openStoreFiles(path, scratch, decoderLimits({}));
  const store = new PebbleStore(opened.files, opened.limits);
  const tables = store.version.tables.map(({ smallest, largest }) => {
    const rows = store.scan(smallest.key, Buffer.concat([largest.key, Buffer.alloc(1)]));
    return { entries: Array.from(rows, ({ key, value }): Row => [Buffer.from(key), Buffer.from(value)]) };
  });
  opened.close();
  scratch.remove();
  const run = { id, type: "full", parentId: "", startedAt, endedAt, supportsDiff: true, stats, isClean: true } as const;
  return { store: { tables }, run, root: { xor: Buffer.from(digestRoot.xor, "hex"), count: digestRoot.count } };
}

const sound = await takeApart();

function copyOf({ store, run, root }: Parts): Parts {
  const tables = store.tables.map(({ entries }) => ({
    entries: entries.map(([key, value]): Row => [Buffer.from(key), Buffer.from(value)]),
  }));
  return { store: { tables }, run, root };
}

/** Writes the parts as the file `target`, in the way of a sync. */
async function write(inspection: WrittenInspection, { change, replace, frames }: Damage = {}): Promise<void> {
  const parts = copyOf(sound);
  change?.(parts);
  const { store, run, root } = { ...parts, ...replace?.(parts) };
  await replaceFile(target, (file) =>
    writeInspected(file, { run, grants: root.count, inspection }, async (files) => {
      for (const [name, content] of filesOf(store)) {
        files.append(content);
        files.endFile(name);
      }
      await files.finish();
      frames?.(files.frames);
      return root;
    }),
  );
}

/** The table and the rows of it that begin with `prefix`. */
function family({ store }: Parts, prefix: Buffer): { readonly rows: Row[]; readonly at: number } {
  for (const { entries } of store.tables) {
    const at = entries.findIndex(([key]) => key.subarray(0, prefix.length).equals(prefix));
    if (at >= 0) return { rows: entries, at };
  }
  return assert.fail("no such rows");
}

const without = (prefix: Buffer): Damage => ({
  change: (parts) => {
    const { rows, at } = family(parts, prefix);
    rows.splice(at, 1);
    if (rows.length === 0)
      parts.store.tables.splice(
        parts.store.tables.findIndex(({ entries }) => entries === rows),
        1,
      );
  },
});
const withOneMore = (prefix: Buffer): Damage => ({
  change: (parts) => {
    const { rows, at } = family(parts, prefix);
    const [key, value] = rows[at] ?? assert.fail();
    rows.splice(at + 1, 0, [Buffer.concat([key, Buffer.from("!")]), value]);
  },
});
/** The first two rows of the family have each other's values. */
const swapped = (prefix: Buffer): Damage => ({
  change: (parts) => {
    const { rows, at } = family(parts, prefix);
    const [first, second] = [rows[at] ?? assert.fail(), rows[at + 1] ?? assert.fail()];
    [first[1], second[1]] = [second[1], first[1]];
  },
});
const changed = (prefix: Buffer, change: (value: Buffer) => Buffer): Damage => ({
  change: (parts) => {
    const { rows, at } = family(parts, prefix);
    const row = rows[at] ?? assert.fail();
    row[1] = change(row[1]);
  },
});
const flipped = (value: Buffer): Buffer => {
  const last = value.length - 1;
  value[last] = (value[last] ?? 0) ^ 1;
  return value;
};
/** The table that begins with rows of this family is changed. */
const table = (prefix: Buffer, change: (entries: Row[]) => Partial<PlainTable>): Damage => ({
  replace: (parts) => {
    const { rows } = family(parts, prefix);
    const tables = parts.store.tables.map((one) =>
      one.entries === rows ? { ...one, ...change(rows) } : one,
    ) as Store["tables"]; // the changes below give rows
    return { store: { tables } };
  },
});
const files = (change: (files: Map<string, Buffer>) => void): Damage => ({
  replace: ({ store }) => ({ store: { ...store, change } }),
});
const inFile = (name: RegExp, change: (bytes: Buffer) => Buffer): Damage =>
  files((all) => {
    const found = [...all.keys()].find((one) => name.test(one)) ?? assert.fail();
    all.set(found, change(all.get(found) ?? assert.fail()));
  });
const frame = (change: Partial<FrameEntry>): Damage => ({
  frames: (frames) => {
    const last = frames.pop() ?? assert.fail();
    frames.push({ ...last, ...change });
  },
});
const digest = (kind: number): Buffer => {
  for (const { entries } of sound.store.tables) {
    for (const [key] of entries) {
      const isIt = key.subarray(0, prefixes.digest.length).equals(prefixes.digest);
      const at = kind === digestKinds.leaf ? key.length - 3 : key.length - 1;
      if (isIt && key[at] === kind && key[at - 1] === 0) return key;
    }
  }
  return assert.fail("no such digest");
};
const otherStats = { ...sound.run.stats, grants: sound.run.stats.grants + 1 };

const damages: readonly (readonly [what: string, damage: Damage, found: RegExp])[] = [
  ["a key of the index by parent is missing", without(prefixes.resourceByParent), /index of resources by parent/],
  ["a key of the index by principal is missing", without(prefixes.grantByPrincipal), /index of grants by principal/],
  ["a key of the index of grants to expand is missing", without(prefixes.grantToExpand), /index of grants to expand/],
  ["a key of the index by hash is missing", without(prefixes.grantByHash), /index of grants by hash/],
  ["a key of the index by parent is too much", withOneMore(prefixes.resourceByParent), /index of resources by parent/],
  ["a key of the index by principal is too much", withOneMore(prefixes.grantByPrincipal), /by principal/],
  ["a key of the index of grants to expand is too much", withOneMore(prefixes.grantToExpand), /to expand/],
  ["a key of the index by hash is too much", withOneMore(prefixes.grantByHash), /index of grants by hash/],
  ["a grant has another's hash", swapped(prefixes.grantByHash), /index of grants by hash/],
  ["a hash is wrong", changed(prefixes.grantByHash, flipped), /index of grants by hash/],
  ["the digest of all grants is wrong", changed(digest(digestKinds.whole), flipped), /digests/],
  ["the digest of an entitlement is wrong", changed(digest(digestKinds.root), flipped), /digests/],
  ["a leaf of a digest is wrong", changed(digest(digestKinds.leaf), flipped), /digests/],
  ["the digest of an entitlement is missing", without(digest(digestKinds.root)), /digests/],
  ["a leaf of a digest is missing", without(digest(digestKinds.leaf)), /digests/],
  [
    "the digest in the header is of other grants",
    { replace: () => ({ root: { ...sound.root, xor: Buffer.alloc(8, 7) } }) },
    /digests, header/,
  ],
  ["a resource type is missing", without(prefixes.resourceType), /stats/],
  ["a resource is missing", without(prefixes.resource), /stats|index of resources/],
  ["an entitlement is missing", without(prefixes.entitlement), /stats|digests/],
  ["a grant is missing", without(prefixes.grant), /index of grants/],
  ["a type's row is another's", swapped(prefixes.resourceType), /resource types: a key differs/],
  ["a resource's row is another's", swapped(prefixes.resource), /resources: a key differs/],
  ["an entitlement's row is another's", swapped(prefixes.entitlement), /entitlements: a key differs/],
  ["a grant's row is another's", swapped(prefixes.grant), /grants: a key differs/],
  ["a type is no message", changed(prefixes.resourceType, () => Buffer.from("0aff", "hex")), /cannot be decoded/],
  ["a resource is no message", changed(prefixes.resource, () => Buffer.from("12ff", "hex")), /cannot be decoded/],
  [
    "a resource's text is no text",
    changed(prefixes.resource, (value) => Buffer.concat([value, Buffer.from("2201ff", "hex")])),
    /cannot be decoded/,
  ],
  [
    "a resource's profile is cut",
    changed(prefixes.resource, (value) => Buffer.concat([value, Buffer.from("4a020aff", "hex")])),
    /cannot be decoded/,
  ],
  ["a grant is no message", changed(prefixes.grant, () => Buffer.from("1aff", "hex")), /cannot be decoded/],
  [
    "counts in the store are wrong",
    changed(metaKeys.stats, () => Buffer.from(statsRecord({ ...sound.run, stats: otherStats }))),
    /stats, store/,
  ],
  [
    "counts in the header are wrong",
    { replace: ({ run }) => ({ run: { ...run, stats: otherStats } }) },
    /stats, header/,
  ],
  [
    "the header names another sync",
    { replace: ({ run }) => ({ run: { ...run, id: "2abcdefghijklmnopqrstuvwxyz" } }) },
    /names another sync/,
  ],
  ["the store has no sync", without(syncRunKey), /the store does not have/],
  ["the version of the keys is missing", without(metaKeys.keyspaceVersion), /keyspace version/],
  ["the version of the ids is missing", without(metaKeys.idFormat), /id format/],
  ["rows are not sorted", table(prefixes.grant, (rows) => ({ entries: rows.toReversed() })), /not sorted/],
  [
    "a row stands there twice",
    table(prefixes.grant, (rows) => ({ entries: [rows[0] ?? assert.fail(), ...rows] })),
    /twice/,
  ],
  [
    "two tables overlap",
    {
      change: (parts) => {
        const { rows } = family(parts, prefixes.grant);
        parts.store.tables.push({ entries: rows.splice(1, 1) });
      },
    },
    /tables overlap/,
  ],
  [
    "a row lies outside of its table's bounds",
    table(prefixes.grant, (rows) => ({ smallest: rows[1]?.[0] ?? assert.fail() })),
    /outside of the bounds/,
  ],
  [
    "a table's bounds are wider than it",
    table(prefixes.grant, () => ({ largest: prefixes.asset })),
    /bounds in the MANIFEST/,
  ],
  ["the last sequence number is too low", table(prefixes.grant, () => ({ sequence: 200 })), /last sequence number/],
  ["a table lies on another level", table(prefixes.grant, () => ({ level: 0 })), /level of the others/],
  ["rows are deleted", table(prefixes.grant, () => ({ kind: 0 })), /index of grants/],
  ["rows are of an unknown kind", table(prefixes.grant, () => ({ kind: 99 })), /kind/],
  ["a block is packed in a way that it is not", table(prefixes.grant, () => ({ packing: 1 })), /database/],
  [
    "a byte of a block is another",
    inFile(/4[.]sst$/, (bytes) => {
      bytes[8] = (bytes[8] ?? 0) ^ 1;
      return bytes;
    }),
    /checksum/,
  ],
  ["a table does not end as one", inFile(/4[.]sst$/, flipped), /does not end as one/],
  [
    "a table is longer than the MANIFEST says",
    inFile(/4[.]sst$/, (bytes) => Buffer.concat([Buffer.alloc(1), bytes])),
    /database/,
  ],
  ["a table is missing", files((all) => void all.delete("000004.sst")), /000004[.]sst/],
  [
    "the MANIFEST does not name a table",
    files((all) => void all.set("000099.sst", all.get("000004.sst") ?? assert.fail())),
    /000099[.]sst/,
  ],
  ["a byte of the MANIFEST is another", inFile(/^MANIFEST/, flipped), /database, directory/],
  [
    "the marker of the MANIFEST is missing",
    files((all) => void all.delete("marker.manifest.000001.MANIFEST-000001")),
    /MANIFEST is missing/,
  ],
  [
    "the marker of the format is missing",
    files((all) => void all.delete("marker.format-version.000001.024")),
    /format marker/,
  ],
  ["a SHA-256 in the index is wrong", frame({ rawSha256: Buffer.alloc(32) }), /not what the index says/],
  ["an XXH64 in the index is wrong", frame({ rawXxh64: Buffer.alloc(8) }), /not what the index says/],
  ["a size in the index is wrong", frame({ rawBytes: 7 }), /not what the index says/],
  ["a place in the index is wrong", frame({ packedBytes: 1 }), /not what the index says/],
  ["a name in the index is wrong", frame({ name: "another" }), /not what the index says/],
  ["the index lacks a file", { frames: (frames) => void frames.pop() }, /number of files/],
];

let before: Buffer = Buffer.alloc(0);

test("a sound file takes the old one's place, on either thread", async () => {
  for (const inspection of [new WrittenFileInspection(), new InspectionThread()]) {
    using used = inspection;
    await write(used);
    const { problems } = await inspectC1z(target);
    assert.deepEqual(problems, []);
  }
  before = readFileSync(target);
});

for (const [what, damage, found] of damages) {
  test(`${what}: the old file stays, and the error says what is wrong`, async () => {
    await assert.rejects(write(new WrittenFileInspection(), damage), (error: Error & { readonly code: string }) => {
      assert.match(error.message, found);
      assert.equal(error.code, "FILE-UNSOUND");
      return true;
    });
    assert.deepEqual(readFileSync(target), before);
    assert.deepEqual(readdirSync(join(target, "..")), ["sync.c1z"]);
  });
}

test("a thread finds the same, and one that fails ends the save", async () => {
  {
    using inspection = new InspectionThread();
    await assert.rejects(write(inspection, without(prefixes.grantByPrincipal)), { code: "FILE-UNSOUND" });
  }
  const ended = new InspectionThread();
  ended[Symbol.dispose]();
  await assert.rejects(write(ended), { code: "FILE-IO" });
  assert.deepEqual(readFileSync(target), before);
});
