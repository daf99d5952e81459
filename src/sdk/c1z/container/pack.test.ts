import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { readdirSync, readFileSync, truncateSync, writeFileSync } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import { type TestContext, test } from "node:test";
import { zstdDecompressSync } from "node:zlib";
import { temporaryDirectory } from "../../../../test/support/sample-c1z.ts";
import { compareWithDatabase, packDatabase } from "./pack.ts";
import { type OpenFile, replaceFile } from "./save.ts";

/** Less than one piece of the packer, and not all the same. */
const content = Buffer.from(Array.from({ length: 850_000 }, (_, i) => (i * 7 + (i >> 9)) & 0xff));

function copyOf(bytes: Buffer): Buffer {
  return Buffer.concat([bytes], bytes.length);
}

function database(context: TestContext): { readonly directory: string; readonly path: string } {
  const directory = temporaryDirectory(context);
  const path = join(directory, "db");
  writeFileSync(path, content);
  return { directory, path };
}

/** A file whose device is at fault as `change` says. */
function faulty(file: FileHandle | OpenFile, change: (bytes: Buffer, position: number) => void): OpenFile {
  return {
    write(bytes, offset, length, position) {
      const stored = Buffer.from(bytes.subarray(offset, offset + length));
      change(stored, position);
      return file.write(stored, 0, length, position);
    },
    read: (buffer, offset, length, position) => file.read(buffer, offset, length, position),
    sync: () => file.sync(),
    close: () => file.close(),
  };
}

test("what is packed unpacks to the database, and its size and hash are those of the file", async (context) => {
  const { directory, path } = database(context);
  const target = join(directory, "new");
  await using file = await open(target, "wx+");
  const { bytes, sha256 } = await packDatabase(path, file);
  const written = readFileSync(target);
  assert.equal(bytes, written.length);
  assert.equal(sha256, createHash("sha256").update(written).digest("hex"));
  assert.ok(zstdDecompressSync(written.subarray(5)).equals(content));
});

test("a database of many pieces, of which zstd makes much or little, comes back as it was", async (context) => {
  const { directory, path } = database(context);
  const large = Buffer.concat([content, randomBytes(3_000_000), content, Buffer.alloc(9_000_000), randomBytes(10)]);
  writeFileSync(path, large);
  const target = join(directory, "new");
  await using file = await open(target, "wx+");
  const { sha256 } = await packDatabase(path, file);
  const written = readFileSync(target);
  assert.equal(sha256, createHash("sha256").update(written).digest("hex"));
  assert.ok(zstdDecompressSync(written.subarray(5)).equals(large));
});

for (const pieces of [[850_000], [32_768, 294_912, 522_320], [1, 849_999]]) {
  test(`what comes back in pieces of ${pieces} bytes is compared whole: a stream hands out all that it holds`, async (context) => {
    const { path } = database(context);
    await using original = await open(path, "r");
    const ends = pieces.map((_, index) => pieces.slice(0, index + 1).reduce((sum, size) => sum + size));
    // In memory of their own, because it is given back.
    const cut = (bytes: Buffer): Buffer[] => ends.map((end, i) => copyOf(bytes.subarray(end - (pieces[i] ?? 0), end)));
    await compareWithDatabase(Readable.from(cut(content)), original, content.length);
    const damaged = Buffer.from(content);
    damaged[849_999] = damaged.readUInt8(849_999) ^ 1;
    const comparing = compareWithDatabase(Readable.from(cut(damaged)), original, content.length);
    await assert.rejects(comparing, { code: "EREADBACK" });
    const short = compareWithDatabase(Readable.from([copyOf(content.subarray(1))]), original, content.length);
    await assert.rejects(short, { code: "EREADBACK" });
  });
}

for (const at of [0, 3, 9, 200]) {
  test(`a device that stores byte ${at} wrongly is found out, and the old file stays`, async (context) => {
    const { directory, path } = database(context);
    const target = join(directory, "sync.c1z");
    writeFileSync(target, "the old file");
    const saving = replaceFile(target, (file) =>
      packDatabase(
        path,
        faulty(file, (bytes, position) => {
          const index = at - position;
          if (index >= 0 && index < bytes.length) bytes[index] = bytes.readUInt8(index) ^ 4;
        }),
      ),
    );
    await assert.rejects(saving, { code: "FILE-READ-BACK", effect: /unchanged/ });
    assert.equal(readFileSync(target, "utf8"), "the old file");
    assert.deepEqual(readdirSync(directory).toSorted(), ["db", "sync.c1z"]);
  });
}

test("a file that is shorter than what was written is found out", async (context) => {
  const { directory, path } = database(context);
  await using file = await open(join(directory, "new"), "wx+");
  const lossy: OpenFile = {
    ...faulty(file, () => {}),
    write: async (_bytes, _offset, length) => ({ bytesWritten: length }),
  };
  await assert.rejects(packDatabase(path, lossy), { code: "EREADBACK" });
});

test("a database that is written meanwhile is found out", async (context) => {
  const { directory, path } = database(context);
  await using file = await open(join(directory, "new"), "wx+");
  const meddling = faulty(file, (_bytes, position) => {
    if (position > 0) writeFileSync(path, Buffer.alloc(content.length));
  });
  await assert.rejects(packDatabase(path, meddling), { code: "EREADBACK" });
});

test("a database that cannot be read to its end is found out", async (context) => {
  const { directory, path } = database(context);
  writeFileSync(path, randomBytes(9_000_000));
  await using file = await open(join(directory, "new"), "wx+");
  const cutting = faulty(file, (_bytes, position) => {
    if (position > 0) truncateSync(path, 5_000_000);
  });
  await assert.rejects(packDatabase(path, cutting));
});

test("T-09: a device that cannot keep what was written in between is not passed over, as it says so only once", async (context) => {
  const { directory, path } = database(context);
  writeFileSync(path, randomBytes(40_000_000));
  await using file = await open(join(directory, "new"), "wx+");
  let syncs = 0;
  const forgetful: OpenFile = {
    ...faulty(file, () => {}),
    sync: async () => {
      if (syncs++ === 0) throw Object.assign(new Error("i/o error"), { code: "EIO" });
    },
  };
  await assert.rejects(packDatabase(path, forgetful), { code: "EIO" });
});
