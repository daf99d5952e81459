import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { type TestContext, test } from "node:test";
import { constants, zstdCompressSync, zstdDecompressSync } from "node:zlib";
import { goldenDirectory, openWriter, temporaryDirectory } from "../../../../test/support/sample-c1z.ts";
import { BatonError } from "../../errors.ts";
import { openC1z } from "../read/reader.ts";
import { unpackDatabase, v1Magic } from "./container.ts";
import { decoderLimits, unpackedLimit } from "./decoder-limits.ts";

const golden = readFileSync(join(goldenDirectory, "minimal-v1.c1z"));
const goldenDatabase = zstdDecompressSync(golden.subarray(v1Magic.length));
const checksum = { params: { [constants.ZSTD_c_checksumFlag]: 1 } };

/** Writes `bytes` as a file and reads all its rows; the error, when there is one, must be a BatonError. */
async function readAll(context: TestContext, bytes: Uint8Array): Promise<readonly string[] | BatonError> {
  const directory = temporaryDirectory(context);
  const path = join(directory, "file.c1z");
  writeFileSync(path, bytes);
  try {
    using reader = await openC1z(path, { tempDir: directory });
    const view = reader.view();
    view.stats();
    return [
      ...[...view.resourceTypes()].map((type) => type.id),
      ...[...view.resources()].map((resource) => resource.displayName),
      ...[...view.entitlements()].map((entitlement) => entitlement.id),
      ...[...view.grants()].map((grant) => grant.id),
    ];
  } catch (caught) {
    assert.ok(caught instanceof BatonError, String(caught));
    return caught;
  } finally {
    assert.deepEqual(readdirSync(directory), ["file.c1z"], "scratch space is given back");
    assert.deepEqual(readFileSync(path), Buffer.from(bytes), "the file is not changed");
  }
}

async function errorOf(context: TestContext, bytes: Uint8Array): Promise<BatonError> {
  const result = await readAll(context, bytes);
  assert.ok(result instanceof BatonError, `read ${String(result)}`);
  assert.ok(result.hint, "an error says what to do");
  return result;
}

test("T-12: a file cut off at any point is said to be damaged", async (context) => {
  for (let size = 1; size < golden.length; size += 61) {
    const { code } = await errorOf(context, golden.subarray(0, size));
    assert.equal(code, "FILE-CORRUPT", `${size} bytes`);
  }
  assert.equal((await errorOf(context, golden.subarray(0, golden.length - 1))).code, "FILE-CORRUPT");
});

test("no file and an empty file are nothing to read", async (context) => {
  assert.equal((await errorOf(context, new Uint8Array(0))).code, "FILE-NOT-FOUND");
  await assert.rejects(openC1z(join(temporaryDirectory(context), "none.c1z")), { code: "FILE-NOT-FOUND" });
});

test("T-12: a flipped bit is found out, or changes nothing of what is read", async (context) => {
  const whole = await readAll(context, golden);
  assert.ok(!(whole instanceof BatonError));
  let refused = 0;
  for (let bit = 0; bit < golden.length * 8; bit += 113) {
    const bytes = Buffer.from(golden);
    bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    const result = await readAll(context, bytes);
    if (result instanceof BatonError) refused++;
    else assert.deepEqual(result, whole, `bit ${bit}`);
  }
  assert.ok(refused > 300, `${refused} refused`);
});

test("T-12: a damaged database behind a good envelope is a plain error, or reads", async (context) => {
  // Without a checksum over the content SQLite and protobuf are the only guards; they must not bring the process down.
  let refused = 0;
  for (let at = 16; at < goldenDatabase.length; at += 401) {
    const bytes = Buffer.from(goldenDatabase);
    bytes[at] = (bytes[at] ?? 0) ^ 0xff;
    const result = await readAll(context, Buffer.concat([v1Magic, zstdCompressSync(bytes)]));
    if (result instanceof BatonError) refused++;
  }
  assert.ok(refused > 10, `${refused} refused`);
});

const refusals: readonly (readonly [string, Uint8Array, RegExp])[] = [
  ["other magic bytes", Buffer.concat([Buffer.from("C1ZX\0"), golden.subarray(5)]), /does not begin as one/],
  ["no frame at all", v1Magic, /ends before its content/],
  ["bytes after the frame", Buffer.concat([golden, Buffer.from("trailing")]), /bytes follow after its end/],
  ["a few bytes after the frame", Buffer.concat([golden, Buffer.from("x")]), /ends too early/],
  ["a database that is not compressed", Buffer.concat([v1Magic, goldenDatabase]), /no zstd data/],
  ["something else than a database", Buffer.concat([v1Magic, zstdCompressSync("hello")]), /not a SQLite database/],
];

for (const [what, bytes, message] of refusals) {
  test(`${what}: said to be damaged`, async (context) => {
    const error = await errorOf(context, bytes);
    assert.equal(error.code, "FILE-CORRUPT");
    assert.match(error.message, message);
  });
}

test("several frames and skippable frames are one database, as Go readers have it", async (context) => {
  const skippable = Buffer.concat([Buffer.from([0x53, 0x2a, 0x4d, 0x18, 4, 0, 0, 0]), Buffer.from("skip")]);
  const half = goldenDatabase.length / 2;
  const first = zstdCompressSync(goldenDatabase.subarray(0, half), checksum);
  const second = zstdCompressSync(goldenDatabase.subarray(half));
  const bytes = Buffer.concat([v1Magic, skippable, first, skippable, second, skippable]);
  assert.deepEqual(await readAll(context, bytes), await readAll(context, golden));
});

test("a database marked for a write-ahead log reads like any other", async (context) => {
  const marked = Buffer.from(goldenDatabase);
  marked[18] = 2;
  marked[19] = 2;
  const bytes = Buffer.concat([v1Magic, zstdCompressSync(marked)]);
  assert.deepEqual(await readAll(context, bytes), await readAll(context, golden));
});

test("T-12: content beyond the limit is refused, declared or not", async (context) => {
  const directory = temporaryDirectory(context);
  const path = join(directory, "big.c1z");
  const limits = decoderLimits({ BATON_DECODER_MAX_DECODED_SIZE_MB: "1" });
  const big = Buffer.alloc(3 * 1024 * 1024);
  writeFileSync(path, Buffer.concat([v1Magic, zstdCompressSync(big)]));
  const unpack = (name: string, failFast: boolean): Promise<number> =>
    unpackDatabase(path, join(directory, name), { ...limits, failFast });
  await assert.rejects(unpack("a", true), { code: "FILE-DECODER-LIMIT" });
  assert.ok(!existsSync(join(directory, "a")), "refused before anything was unpacked");
  await assert.rejects(unpack("b", false), { code: "FILE-DECODER-LIMIT", hint: /BATON_DECODER_MAX_DECODED_SIZE_MB/ });
});

test("a large file that is given up in the middle is refused for the reason that there is", async (context) => {
  const directory = temporaryDirectory(context);
  const path = join(directory, "large.c1z");
  writeFileSync(path, Buffer.concat([v1Magic, zstdCompressSync(randomBytes(9_000_000))]));
  const limits = { ...decoderLimits({ BATON_DECODER_MAX_DECODED_SIZE_MB: "1" }), failFast: false };
  await assert.rejects(unpackDatabase(path, join(directory, "db"), limits), { code: "FILE-DECODER-LIMIT" });
});

test("a window beyond the limit is refused before it takes memory", async (context) => {
  const directory = temporaryDirectory(context);
  const path = join(directory, "wide.c1z");
  // Magic, no content size, window of 256 MiB, then an empty last block.
  const frame = Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x00, 18 << 3, 0x01, 0x00, 0x00]);
  writeFileSync(path, Buffer.concat([v1Magic, frame]));
  await assert.rejects(unpackDatabase(path, join(directory, "db"), decoderLimits({})), {
    code: "FILE-DECODER-LIMIT",
    hint: /BATON_DECODER_MAX_MEMORY_MB/,
  });
});

test("limits come from the environment; nonsense is ignored and zero refused", () => {
  const mebibyte = 1024 * 1024;
  assert.deepEqual(decoderLimits({ BATON_DECODER_MAX_MEMORY_MB: "many" }), {
    maxDecodedBytes: undefined,
    maxWindowBytes: 128 * mebibyte,
    failFast: true,
    maxFrames: 10_000,
    maxRowBytes: 32 * mebibyte,
    maxRows: undefined,
  });
  const set = {
    BATON_DECODER_MAX_DECODED_SIZE_MB: "7",
    BATON_DECODER_MAX_MEMORY_MB: "256",
    BATON_DISABLE_FCS_FAIL_FAST: "1",
    BATON_DECODER_MAX_FRAMES: "3",
    BATON_DECODER_MAX_ROW_MB: "1",
    BATON_DECODER_MAX_ROWS: "9",
  };
  assert.deepEqual(decoderLimits(set), {
    maxDecodedBytes: 7 * mebibyte,
    maxWindowBytes: 256 * mebibyte,
    failFast: false,
    maxFrames: 3,
    maxRowBytes: mebibyte,
    maxRows: 9,
  });
  const sizes = [1, 10, 100].map((megabytes) => unpackedLimit(decoderLimits({}), megabytes * mebibyte) / mebibyte);
  assert.deepEqual(sizes, [256, 2000, 10_240], "in proportion to the file, between 256 MiB and 10 GiB");
  assert.throws(() => decoderLimits({ BATON_DECODER_MAX_DECODED_SIZE_MB: "0" }), { code: "FILE-DECODER-LIMIT" });
});

test("what we write is one frame with its size and a checksum, and nothing else", async (context) => {
  const directory = temporaryDirectory(context);
  const path = join(directory, "new.c1z");
  using writer = await openWriter(path, directory);
  writer.startSync("full");
  writer.endSync();
  const { bytes } = await writer.save();
  const file = readFileSync(path);
  assert.equal(file.length, bytes);
  assert.deepEqual(file.subarray(0, 5), v1Magic);
  const descriptor = file.readUInt8(9);
  assert.equal(descriptor & 0x04, 0x04, "checksum");
  assert.notEqual(descriptor >> 6, 0, "content size");
  const database = join(directory, "db");
  writeFileSync(database, zstdDecompressSync(file.subarray(5)));
  using db = new DatabaseSync(database, { readOnly: true });
  assert.equal(db.prepare("pragma integrity_check").get()?.["integrity_check"], "ok");
});

test("a damaged file is neither appended to nor touched", async (context) => {
  const directory = temporaryDirectory(context);
  const path = join(directory, "sync.c1z");
  const bytes = golden.subarray(0, golden.length - 100);
  writeFileSync(path, bytes);
  await assert.rejects(openWriter(path, directory), { code: "FILE-CORRUPT" });
  assert.deepEqual(readFileSync(path), bytes);
  assert.deepEqual(readdirSync(directory), ["sync.c1z"]);
});

test("a directory is not read as a file", async (context) => {
  const path = join(temporaryDirectory(context), "folder.c1z");
  mkdirSync(path);
  await assert.rejects(openC1z(path), { code: "FILE-IS-DIRECTORY" });
});
