import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { openSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { zstdDecompressSync } from "node:zlib";
import { temporaryDirectory } from "../../../../../test/support/sample-c1z.ts";
import { findZstdFrames } from "../../container/zstd-frames.ts";
import { Xxh64 } from "../../pebble/xxh64.ts";
import { writeFrame } from "./frame-writer.ts";

test("content of any size is one frame, with its hashes", async (context) => {
  for (const size of [0, 1, 70_000, 3_000_000]) {
    const content = randomBytes(size);
    const parts: Buffer[] = [];
    const target = {
      bytes: 0,
      append: async (bytes: Uint8Array): Promise<Buffer> => {
        const copy = Buffer.from(bytes);
        parts.push(copy);
        target.bytes += bytes.length;
        return copy;
      },
    };
    const [entry] = await writeFrame(target, "name", async (sink) => {
      for (let at = 0; at < size; at += 33_000) {
        sink.append(content.subarray(at, at + 33_000));
        if (sink.isFull) await sink.drained();
      }
    });
    const packed = Buffer.concat(parts);
    const path = join(temporaryDirectory(context), "frame");
    writeFileSync(path, packed);
    assert.equal(findZstdFrames(openSync(path, "r"), 0, packed.length, 10).length, 1, String(size));
    assert.deepEqual(zstdDecompressSync(packed), content);
    assert.deepEqual(entry, {
      name: "name",
      offset: 0,
      compressedBytes: packed.length,
      rawBytes: size,
      xxh64: new Xxh64().digest(content),
      sha256: createHash("sha256").update(content).digest(),
    });
  }
});

test("bytes that are read back otherwise than they were written are found", { timeout: 20_000 }, async () => {
  const target = {
    bytes: 0,
    append: async (bytes: Uint8Array): Promise<Buffer> => {
      const back = Buffer.from(bytes);
      const at = back.length >> 1;
      back[at] = (back[at] ?? 0) ^ 1;
      return back;
    },
  };
  await assert.rejects(writeFrame(target, "name", (sink) => sink.append(randomBytes(1000))));
});

test("what keeps bytes from being written ends the frame", { timeout: 20_000 }, async () => {
  const refused = Object.assign(new Error("no space"), { code: "ENOSPC" });
  const target = { bytes: 0, append: () => Promise.reject(refused) };
  const writing = writeFrame(target, "name", async (sink) => {
    for (let piece = 0; piece < 100; piece++) {
      sink.append(randomBytes(200_000));
      if (sink.isFull) await sink.drained();
    }
  });
  await assert.rejects(writing, refused);
});
