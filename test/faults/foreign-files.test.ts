// Version 3 files that are damaged, and ones that were made to hurt: each is refused or found, and none brings anything
// down. FUZZ_MUTATIONS sets how many mutations of each golden file are read.
import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { decoderLimits } from "../../src/sdk/c1z/container/decoder-limits.ts";
import { inspectC1z } from "../../src/sdk/c1z/inspect/inspect.ts";
import type { InspectCheck } from "../../src/sdk/c1z/inspect/inspect-problems.ts";
import { PebbleStore } from "../../src/sdk/c1z/read/pebble/store.ts";
import { openStoreFiles } from "../../src/sdk/c1z/read/pebble/store-files.ts";
import { openC1z } from "../../src/sdk/c1z/read/reader.ts";
import { createScratch } from "../../src/sdk/c1z/scratch/scratch.ts";
import { BatonError } from "../../src/sdk/errors.ts";
import { framedV3, type PlainEntry, type PlainStore, plainV3, tar } from "../support/plain-v3.ts";
import { goldenDirectory } from "../support/sample-c1z.ts";

const mutations = Number(process.env["FUZZ_MUTATIONS"] ?? 40);
const directory = mkdtempSync(join(tmpdir(), "v3-faults-"));
after(() => rmSync(directory, { recursive: true, force: true }));
const path = join(directory, "file.c1z");

/** Rows of a golden file, with its digests. */
async function rowsOf(name: string): Promise<PlainEntry[]> {
  const scratch = createScratch(directory);
  const limits = decoderLimits({});
  const { files, close } = await openStoreFiles(join(goldenDirectory, name), scratch, limits);
  const entries = new PebbleStore(files, limits).scan(Buffer.alloc(0));
  const rows = Array.from(entries, ({ key, value }): PlainEntry => [Buffer.from(key), Buffer.from(value)]);
  close();
  scratch.remove();
  return rows;
}

const rows = await rowsOf("v3/hand-indexed.c1z");
const begins = ([key]: PlainEntry, ...bytes: number[]): boolean => bytes.every((byte, index) => key[index] === byte);
const without = (...prefix: number[]): PlainEntry[] => {
  const index = rows.findIndex((row) => begins(row, ...prefix));
  assert.ok(index >= 0);
  return rows.toSpliced(index, 1);
};
const changed = (change: (value: Buffer) => Buffer, ...prefix: number[]): PlainEntry[] => {
  const index = rows.findIndex((row) => begins(row, ...prefix));
  const [key, value] = rows[index] ?? assert.fail();
  return rows.with(index, [key, change(Buffer.from(value))]);
};
const flip = (value: Buffer): Buffer => value.fill((value.at(-1) ?? 0) ^ 1, value.length - 1);
const one = (entries: readonly PlainEntry[]): PlainStore => ({ tables: [{ entries }] });
const swapped = [rows[1], rows[0], ...rows.slice(2)] as PlainEntry[]; // there are more than two
const half = rows.length >> 1;
const firstKey = rows[0]?.[0] ?? Buffer.alloc(0);
const lastKey = rows.at(-1)?.[0] ?? Buffer.alloc(0);
const stats = Buffer.from("stats\0");

test("the rows as they are, packed anew in the plainest way, are sound", async () => {
  writeFileSync(path, plainV3(one(rows)));
  const found = await inspectC1z(path, { tempDir: directory });
  assert.deepEqual(
    found.problems.filter(({ severity }) => severity === "fail"),
    [],
  );
});

const damages: readonly (readonly [what: string, store: PlainStore, check: InspectCheck, severity?: "warn"])[] = [
  ["keys that are not sorted", one(swapped), "database"],
  ["a key twice in a table", one([rows[0] ?? assert.fail(), ...rows]), "database"],
  [
    "tables of one level that overlap",
    { tables: [{ entries: rows }, { entries: rows.slice(half, half + 3) }] },
    "database",
  ],
  ["a key outside of the bounds", { tables: [{ entries: rows, largest: rows[half]?.[0] ?? firstKey }] }, "database"],
  ["bounds beyond the keys", { tables: [{ entries: rows, largest: Buffer.concat([lastKey, lastKey]) }] }, "database"],
  ["rows above the last sequence number", { tables: [{ entries: rows, sequence: 101 }] }, "database"],
  ["a table that is missing", { ...one(rows), change: (files) => files.delete("000004.sst") }, "database"],
  [
    "a table that is too long",
    { ...one(rows), change: (files) => files.set("000004.sst", Buffer.alloc(99)) },
    "database",
  ],
  [
    "no MANIFEST marker",
    { ...one(rows), change: (files) => files.delete("marker.manifest.000001.MANIFEST-000001") },
    "database",
  ],
  [
    "no format marker",
    { ...one(rows), change: (files) => files.delete("marker.format-version.000001.024") },
    "database",
  ],
  [
    "a MANIFEST that is damaged",
    { ...one(rows), change: (files) => void flip(files.get("MANIFEST-000001") ?? assert.fail()) },
    "database",
  ],
  [
    "a block that is damaged",
    { ...one(rows), change: (files) => void files.get("000004.sst")?.fill(7, 40, 41) },
    "database",
  ],
  ["a missing index by parent", one(without(3, 7, 1)), "indexes"],
  ["a missing index by principal", one(without(3, 7, 4)), "indexes"],
  ["a missing index of grants to expand", one(without(3, 7, 5)), "indexes"],
  [
    "an index key without a grant",
    one(
      [...rows, [Buffer.from("030704007800790061006200310063", "hex"), Buffer.alloc(0)] as const].toSorted((a, b) =>
        Buffer.compare(a[0], b[0]),
      ),
    ),
    "indexes",
  ],
  ["a missing key of the index by hash", one(without(3, 7, 8)), "digests"],
  ["another hash of a grant", one(changed(flip, 3, 7, 8)), "digests"],
  ["a wrong digest", one(changed(flip, 3, 10, 8)), "digests"],
  ["a missing digest", one(without(3, 10, 8, 0, 0x6f)), "digests"],
  ["a missing grant", one(without(3, 4)), "stats"],
  ["a missing resource", one(without(3, 2)), "stats"],
  ["an entitlement that grants name and that is not there", one(without(3, 3)), "references", "warn"],
  ["a type of resources that is not there", one(without(3, 1)), "references", "warn"],
  [
    "a row under another key",
    one(changed((value) => Buffer.from(value.toString("latin1").replaceAll("u00", "u99"), "latin1"), 3, 4)),
    "columns",
  ],
  ["a row that is no message", one(changed(() => Buffer.from([0x0a, 0xff]), 3, 2)), "rows"],
  [
    "wrong counts",
    one(
      rows.map((row) =>
        row[0].subarray(2).equals(stats) ? [row[0], Buffer.concat([row[1], Buffer.from([0x28, 99])])] : row,
      ),
    ),
    "stats",
  ],
  [
    "a digest in the header that is not true",
    { ...one(rows), header: Buffer.from("da020e0a08000000000000000010161801", "hex") },
    "digests",
  ],
  ["a header of another sync", { ...one(rows), header: Buffer.from("c202050a03616263", "hex") }, "syncs"],
];

for (const [what, store, check, severity = "fail"] of damages) {
  test(`T-12: ${what}: found by the check ${check}`, async () => {
    writeFileSync(path, plainV3(store));
    const found = await inspectC1z(path, { tempDir: directory });
    const own = found.problems.filter((problem) => problem.check === check && problem.severity === severity);
    assert.ok(own.length > 0, JSON.stringify(found.problems));
    if (severity === "fail") assert.equal(found.sound, false);
  });
}

const header = plainV3(one([])).subarray(0, 9 + 16);
const inTar = (files: ReadonlyMap<string, Buffer>): Buffer => Buffer.concat([header, tar(files)]);

for (const [what, bytes, code] of [
  ["a name that leaves the directory", inTar(new Map([["../x", Buffer.alloc(1)]])), "FILE-CORRUPT"],
  [
    "a length without end",
    Buffer.concat([header, tar(new Map([["x", Buffer.alloc(1)]])).fill("7", 124, 135)]),
    "FILE-CORRUPT",
  ],
  ["a tar without an end", inTar(new Map()).subarray(0, -1024), "FILE-CORRUPT"],
  [
    "another engine",
    Buffer.from(plainV3(one(rows)).toString("latin1").replace("pebble3", "pebble9"), "latin1"),
    "FILE-V3",
  ],
  ["a newer Pebble format", inTar(new Map([["marker.format-version.000001.025", Buffer.alloc(0)]])), "FILE-V3"],
  [
    "keys of another version",
    plainV3(one(rows.map((row) => (row[0].includes("keyspace") ? [row[0], Buffer.from([0, 0, 0, 3])] : row)))),
    "FILE-V3",
  ],
] as const) {
  test(`T-12: ${what} is refused with ${code}`, async () => {
    writeFileSync(path, bytes);
    await assert.rejects(openC1z(path, { tempDir: directory }), { code });
  });
}

/** A table in the MANIFEST, in the newer form, with a field of its own behind it. */
const tableWith = (field: number): Buffer =>
  Buffer.from([103, 6, 9, 1, 8, ...Buffer.alloc(8), 8, ...Buffer.alloc(8), 0, 0, field, 1]);
const table = (more: Omit<PlainStore["tables"][number], "entries">): PlainStore => ({
  tables: [{ entries: rows, ...more }],
});

for (const [what, store] of [
  ["blocks packed by method 6", table({ packing: 6 })],
  ["blob files", { ...one(rows), edit: tableWith(69) }],
  ["tables whose keys get a prefix or suffix", { ...one(rows), edit: tableWith(67) }],
  ["range keys", { ...one(rows), edit: Buffer.from([104]) }],
  ["tables with a field 90", { ...one(rows), edit: tableWith(90) }],
  ["MANIFEST entries of kind 99", { ...one(rows), edit: Buffer.from([99]) }],
  ["tables of version 8", table({ version: 8 })],
] as const) {
  test(`a file that uses ${what} is refused by that name, and inspected no further`, async () => {
    writeFileSync(path, plainV3(store));
    const refusal = { code: "FILE-V3", message: new RegExp(`uses ${what}, which is not read here`) };
    await assert.rejects(grantIds(), refusal);
    await assert.rejects(inspectC1z(path, { tempDir: directory }), refusal);
  });
}

async function grantIds(): Promise<readonly string[]> {
  using reader = await openC1z(path, { tempDir: directory });
  return Array.from(reader.view().grants(), ({ id }) => id);
}

test("a file in one frame for each file, in several, and in none holds the same", async () => {
  writeFileSync(path, plainV3(one(rows)));
  const expected = await grantIds();
  assert.ok(expected.length > 3);
  for (const pieceBytes of [100, 1000, 1_000_000]) {
    writeFileSync(path, framedV3(one(rows), pieceBytes));
    assert.deepEqual(await grantIds(), expected);
    assert.equal((await inspectC1z(path, { tempDir: directory })).sound, true);
  }
  writeFileSync(path, framedV3(one(rows), 1));
  await assert.rejects(grantIds(), { code: "FILE-DECODER-LIMIT", message: /more zstd frames than the limit of 10000/ });
});

test("what a higher level says of a key counts, be it another value or that the key is gone", async () => {
  const [grant] = rows.filter((row) => begins(row, 3, 4));
  assert.ok(grant);
  writeFileSync(path, plainV3({ tables: [{ entries: rows, sequence: 5 }] }));
  const all = await grantIds();
  const above = { entries: [grant], level: 5, sequence: 9 };
  writeFileSync(path, plainV3({ tables: [{ entries: rows, sequence: 5 }, above] }));
  assert.deepEqual(await grantIds(), all);
  writeFileSync(
    path,
    plainV3({
      tables: [
        { entries: rows, sequence: 5 },
        { ...above, kind: 0 },
      ],
    }),
  );
  assert.equal((await grantIds()).length, all.length - 1);
  writeFileSync(
    path,
    plainV3({
      tables: [
        { entries: rows, sequence: 9 },
        { ...above, kind: 0, sequence: 5 },
      ],
    }),
  );
  assert.deepEqual(await grantIds(), all);
});

test("rows that are not sorted are refused where they are read", async () => {
  const first = rows.findIndex((row) => begins(row, 3, 4));
  const [a, b] = [rows[first] ?? assert.fail(), rows[first + 1] ?? assert.fail()];
  writeFileSync(path, plainV3(one(rows.with(first, b).with(first + 1, a))));
  await assert.rejects(grantIds(), { code: "FILE-CORRUPT", message: /not sorted/ });
});

/** Numbers by chance, the same each time. */
function numbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

const goldenFiles = ["v3", "."].flatMap((folder) =>
  readdirSync(join(goldenDirectory, folder))
    .filter((name) => name.endsWith(".c1z"))
    .map((name) => join(folder, name)),
);

for (const name of goldenFiles) {
  test(`T-12: ${name} with bytes changed, cut out or put in by chance is read, or refused with words`, async () => {
    const whole = readFileSync(join(goldenDirectory, name));
    const random = numbers(whole.length);
    for (let count = 0; count < mutations; count++) {
      const at = random(whole.length);
      const noise = Buffer.from(Array.from({ length: 1 + random(8) }, () => random(256)));
      const removed = random(3) === 0 ? 0 : noise.length;
      writeFileSync(path, Buffer.concat([whole.subarray(0, at), noise, whole.subarray(at + removed)]));
      await readEverything();
    }
  });
}

async function readEverything(): Promise<void> {
  try {
    await inspectC1z(path, { tempDir: directory });
    using reader = await openC1z(path, { tempDir: directory });
    const view = reader.view();
    for (const list of [
      view.resourceTypes(),
      view.resources(),
      view.entitlements(),
      view.grants(),
      view.holders("user"),
    ]) {
      for (const _ of list);
    }
  } catch (caught) {
    assert.ok(caught instanceof BatonError && caught.code !== "BATON-UNEXPECTED", String(caught));
  }
}
