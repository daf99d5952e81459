/**
 * Bad input files by the thousand: whatever a file holds, reading, inspecting and writing it end with a BatonError or
 * with all rows, never with another error, a hang or a changed file. FUZZ_MUTATIONS sets how many databases are damaged.
 */
import assert from "node:assert/strict";
import { appendFileSync, readdirSync, readFileSync, renameSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { constants, createZstdCompress, zstdCompressSync, zstdDecompressSync } from "node:zlib";
import { unpackDatabase } from "../../src/sdk/c1z/container/container.ts";
import { decoderLimits } from "../../src/sdk/c1z/container/decoder-limits.ts";
import { inspectC1z } from "../../src/sdk/c1z/inspect/inspect.ts";
import { openStoreFiles } from "../../src/sdk/c1z/read/pebble/store-files.ts";
import { openC1z } from "../../src/sdk/c1z/read/reader.ts";
import { createScratch } from "../../src/sdk/c1z/scratch/scratch.ts";
import { BatonError } from "../../src/sdk/errors.ts";
import { plainV3 } from "../support/plain-v3.ts";
import { goldenDirectory, openWriter, temporaryDirectory } from "../support/sample-c1z.ts";

const mutations = Number(process.env["FUZZ_MUTATIONS"] ?? 200);
const magic = Buffer.from("C1ZF\0");
const whole = readFileSync(join(goldenDirectory, "minimal-v1.c1z"));
const grantsInWhole = 18;

/** Reads every row of every sync; the number of grants, or the error's code. */
async function readAll(path: string, tempDir: string): Promise<number | string> {
  try {
    using reader = await openC1z(path, { tempDir });
    const view = reader.view();
    const rows = [...view.resourceTypes(), ...view.resources(), ...view.entitlements()];
    assert.ok(rows.length >= 0);
    view.stats();
    return [...view.grants()].length;
  } catch (caught) {
    return codeOf(caught);
  }
}

function codeOf(caught: unknown): string {
  if (caught instanceof BatonError) return caught.code;
  throw caught;
}

interface Place {
  readonly path: string;
  readonly scratch: string;
}

function place(context: TestContext): Place {
  return { path: join(temporaryDirectory(context), "bad.c1z"), scratch: temporaryDirectory(context) };
}

/** A small generator of numbers that are the same in each run. */
function numbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

function flip(bytes: Buffer, bit: number): Buffer {
  const copy = Buffer.from(bytes);
  copy.writeUInt8(copy.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
  return copy;
}

const changes: readonly (readonly [what: string, change: (path: string) => void])[] = [
  ["grows", (path) => appendFileSync(path, "more")],
  ["is cut", (path) => truncateSync(path, 100)],
  ["is written over by another", (path) => writeFileSync(path, readFileSync(join(goldenDirectory, "minimal-v3.c1z")))],
];

for (const [what, change] of changes) {
  test(`a file that ${what} while it is read is no damage and no answer`, async (context) => {
    const { path, scratch } = place(context);
    writeFileSync(path, whole);
    const database = join(scratch, "db");
    const unpacking = unpackDatabase(path, database, decoderLimits({}), () => change(path));
    await assert.rejects(unpacking, { code: "FILE-READ-CHANGED" });
    for (const name of ["peer26-default.c1z", "hand-indexed.c1z", "tar"]) {
      const bytes = name === "tar" ? plainV3({ tables: [] }) : readFileSync(join(goldenDirectory, "v3", name));
      writeFileSync(path, bytes);
      const temporary = createScratch(scratch);
      const { files, close } = await openStoreFiles(path, temporary, decoderLimits({}));
      change(path);
      const first = files.get("MANIFEST-000001") ?? [...files.values()][0];
      assert.throws(() => first?.read(0, first.size), { code: "FILE-READ-CHANGED" });
      close();
      temporary.remove();
    }
  });
}

for (const name of ["minimal-v1.c1z", "v3/peer26-default.c1z"]) {
  test(`${name} that another file takes the place of, or that is removed, is read to its end`, async (context) => {
    const { path, scratch } = place(context);
    writeFileSync(path, readFileSync(join(goldenDirectory, name)));
    const expected = await readAll(path, scratch);
    for (const change of [() => renameSync(`${path}.new`, path), () => rmSync(path)]) {
      writeFileSync(`${path}.new`, "something else");
      writeFileSync(path, readFileSync(join(goldenDirectory, name)));
      using reader = await openC1z(path, { tempDir: scratch });
      change();
      assert.equal([...reader.view().grants()].length, expected);
    }
  });
}

test("T-12: each of 1,000 single flipped bits is refused, as the checksum says", async (context) => {
  const { path, scratch } = place(context);
  const random = numbers(1);
  const outcomes = new Map<number | string, number>();
  for (let i = 0; i < 1000; i++) {
    writeFileSync(path, flip(whole, random(whole.length * 8)));
    const outcome = await readAll(path, scratch);
    outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
  }
  // A flipped bit that no decoder looks at changes nothing; a frame header may ask for more than is allowed.
  const known = new Set<number | string>(["FILE-CORRUPT", "FILE-V3", "FILE-DECODER-LIMIT", grantsInWhole]);
  for (const outcome of outcomes.keys()) assert.ok(known.has(outcome), `${outcome}`);
  assert.ok((outcomes.get("FILE-CORRUPT") ?? 0) > 950, JSON.stringify([...outcomes]));
  assert.deepEqual(readdirSync(scratch), []);
});

/** Where a part of a file begins or ends: header, zstd frames, blocks of a tar, index, footer; and some places between. */
function boundariesOf(bytes: Buffer): readonly number[] {
  const found = Array.from({ length: 20 }, (_, index) => Math.floor((bytes.length * (index + 1)) / 21));
  found.push(4, magic.length, magic.length + 4, bytes.length);
  const frame = Buffer.from("28b52ffd", "hex");
  for (let at = bytes.indexOf(frame); at !== -1; at = bytes.indexOf(frame, at + 1)) found.push(at);
  if (bytes.toString("latin1", 0, 4) !== "C1Z3") return found;
  const payload = 9 + bytes.readUInt32BE(5);
  found.push(payload);
  const footer = bytes.length - 28;
  if (bytes.toString("latin1", footer + 20) === "C1ZIDX1\0")
    found.push(footer, footer + 20, Number(bytes.readBigUInt64BE(footer)));
  if (bytes.indexOf(frame) === -1) for (let at = payload; at < bytes.length; at += 512) found.push(at);
  return found;
}

for (const [name, bytes] of [
  ["minimal-v1.c1z", whole],
  ["two-syncs-v1.c1z", readFileSync(join(goldenDirectory, "two-syncs-v1.c1z"))],
  ["v3/hand-indexed.c1z", readFileSync(join(goldenDirectory, "v3/hand-indexed.c1z"))],
  ["v3/hand-tar-zstd-nodigest.c1z", readFileSync(join(goldenDirectory, "v3/hand-tar-zstd-nodigest.c1z"))],
  ["a tar without compression", plainV3({ tables: [{ entries: [[Buffer.from("a"), Buffer.from("1")]] }] })],
] as const) {
  test(`T-12: ${name} cut off where a part of it begins or ends, or a byte off that, is refused as damaged`, async (context) => {
    const { path, scratch } = place(context);
    const cuts = new Set(boundariesOf(bytes).flatMap((at) => [at - 1, at, at + 1]));
    for (const length of cuts) {
      if (length >= bytes.length) continue;
      writeFileSync(path, bytes.subarray(0, length));
      await assert.rejects(openC1z(path, { tempDir: scratch }), {
        code: "FILE-CORRUPT",
        message: /end|begin|empty|cut/,
      });
      assert.equal((await inspectC1z(path, { tempDir: scratch })).sound, false);
    }
    assert.deepEqual(readdirSync(scratch), []);
  });
}

test(`T-12: ${mutations} databases with damaged bytes behind a good checksum end in an error or in rows`, async (context) => {
  const { path, scratch } = place(context);
  const database = zstdDecompressSync(whole.subarray(magic.length));
  const random = numbers(2);
  const outcomes = { refused: 0, read: 0, unsound: 0 };
  for (let i = 0; i < mutations; i++) {
    const damaged = Buffer.from(database);
    for (let n = random(8); n >= 0; n--) damaged.writeUInt8(random(256), random(damaged.length));
    writeFileSync(path, Buffer.concat([magic, zstdCompressSync(damaged)]));
    const outcome = await readAll(path, scratch);
    outcomes[typeof outcome === "string" ? "refused" : "read"]++;
    if (!(await inspectC1z(path, { tempDir: scratch })).sound) outcomes.unsound++;
  }
  assert.ok(outcomes.refused > mutations / 20, JSON.stringify(outcomes));
  assert.ok(outcomes.unsound > outcomes.refused, "inspection sees more than reading");
  assert.deepEqual(readdirSync(scratch), []);
});

test("T-12: 200 damaged databases are written to whole or not at all", async (context) => {
  const { path, scratch } = place(context);
  const database = zstdDecompressSync(whole.subarray(magic.length));
  const random = numbers(3);
  let refused = 0;
  for (let i = 0; i < 200; i++) {
    const damaged = Buffer.from(database);
    for (let n = random(40); n >= 0; n--) damaged.writeUInt8(random(256), random(damaged.length));
    const bytes = Buffer.concat([magic, zstdCompressSync(damaged)]);
    writeFileSync(path, bytes);
    try {
      using writer = await openWriter(path, scratch);
      writer.startSync("full");
      writer.endSync();
      await writer.save();
    } catch (caught) {
      assert.match(codeOf(caught), /^FILE-/);
      assert.deepEqual(readFileSync(path), bytes);
      refused++;
    }
  }
  assert.ok(refused > 20, `${refused} refused`);
  assert.deepEqual(readdirSync(scratch), []);
});

for (const [what, bytes, code] of [
  ["an empty file", Buffer.alloc(0), "FILE-NOT-FOUND"],
  ["one byte", Buffer.from("C"), "FILE-CORRUPT"],
  ["the magic alone", magic, "FILE-CORRUPT"],
  ["a later format", Buffer.from("C1Z4\0aaaaaaaaaaaa"), "FILE-CORRUPT"],
  ["a later format's engine", Buffer.from("C1Z3\0\0\0\0\x05\x0a\x03abc"), "FILE-V3"],
  ["a version 3 file that is cut off", Buffer.from("C1Z3\0\0\0"), "FILE-CORRUPT"],
  ["a zip archive", Buffer.from("PK\x03\x04aaaaaaaaaaaaaaaa"), "FILE-CORRUPT"],
  ["no SQLite inside", Buffer.concat([magic, zstdCompressSync(Buffer.from("not a database"))]), "FILE-CORRUPT"],
  ["nothing inside", Buffer.concat([magic, zstdCompressSync(Buffer.alloc(0))]), "FILE-CORRUPT"],
  ["bytes after the end", Buffer.concat([whole, Buffer.from("more")]), "FILE-CORRUPT"],
  ["random bytes", Buffer.from(Array.from({ length: 5000 }, (_, i) => (i * 7919) % 251)), "FILE-CORRUPT"],
] as const) {
  test(`T-12: ${what} ends with ${code} for reader and writer alike, and stays as it is`, async (context) => {
    const { path, scratch } = place(context);
    writeFileSync(path, bytes);
    assert.equal(await readAll(path, scratch), code);
    const isNew = bytes.length === 0;
    const opening = openWriter(path, scratch);
    if (isNew) (await opening).close();
    else await assert.rejects(opening, { code });
    assert.deepEqual(readFileSync(path), Buffer.from(bytes));
    assert.deepEqual(readdirSync(scratch), []);
  });
}

test("T-12: a bomb of 11 GB in under 2 MB is refused without unpacking it", async (context) => {
  const { path, scratch } = place(context);
  const eleven = 11 * 1024 ** 3;
  // A frame that says how much it holds is refused by that; no byte of it has to be made.
  const declared = Buffer.alloc(18);
  declared.writeUInt32LE(0xfd2fb528);
  declared.writeUInt8(0b1100_0000, 4);
  declared.writeUInt8(0x38, 5);
  declared.writeBigUInt64LE(BigInt(eleven), 6);
  declared.writeUIntLE(0b001, 14, 3);
  writeFileSync(path, Buffer.concat([magic, declared.subarray(0, 17)]));
  assert.equal(await readAll(path, scratch), "FILE-DECODER-LIMIT");
});

test("T-12: a bomb that does not say its size is stopped at the limit", async (context) => {
  const { path, scratch } = place(context);
  const compress = createZstdCompress({ params: { [constants.ZSTD_c_compressionLevel]: 1 } });
  const chunks: Buffer[] = [];
  compress.on("data", (chunk: Buffer) => chunks.push(chunk));
  const block = Buffer.alloc(4 * 1024 * 1024);
  for (let i = 0; i < 16; i++) compress.write(block);
  await new Promise<void>((resolve) => compress.end(resolve));
  writeFileSync(path, Buffer.concat([magic, ...chunks]));
  process.env["BATON_DECODER_MAX_DECODED_SIZE_MB"] = "8";
  try {
    assert.equal(await readAll(path, scratch), "FILE-DECODER-LIMIT");
  } finally {
    delete process.env["BATON_DECODER_MAX_DECODED_SIZE_MB"];
  }
  assert.deepEqual(readdirSync(scratch), []);
});
