import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { openSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { zstdDecompressSync } from "node:zlib";
import { temporaryDirectory } from "../../../../../test/support/sample-c1z.ts";
import { releaseBuffer } from "../../../release-buffer.ts";
import { findZstdFrames } from "../../container/zstd-frames.ts";
import { Xxh64 } from "../../pebble/checksums.ts";
import { type FrameTarget, FrameWriter } from "./frame-writer.ts";

const nobody = { take: async (): Promise<void> => {} };

/** Takes what is appended, and gives back what `turn` makes of it. */
function memoryTarget(turn: (back: Buffer) => void = () => {}): FrameTarget & { readonly parts: Buffer[] } {
  const parts: Buffer[] = [];
  const target = {
    parts,
    bytes: 0,
    append: async (bytes: Uint8Array): Promise<Buffer> => {
      parts.push(Buffer.from(bytes));
      target.bytes += bytes.length;
      const back = Buffer.from(bytes);
      turn(back);
      return back;
    },
  };
  return target;
}

test("each file, of any size, is one frame that says its size, with its hashes", async (context) => {
  const target = memoryTarget();
  const writer = new FrameWriter(target, nobody);
  const contents = [0, 1, 70_000, 3_000_000, 5, 2_600_000, 2_600_000].map((size) => randomBytes(size));
  for (const [number, content] of contents.entries()) {
    for (let at = 0; at < content.length; at += 33_000) {
      writer.append(content.subarray(at, at + 33_000));
      if (writer.isFull) await writer.drained();
    }
    writer.endFile(`file ${number}`);
  }
  await writer.finish();
  const packed = Buffer.concat(target.parts);
  const path = join(temporaryDirectory(context), "frames");
  writeFileSync(path, packed);
  const frames = findZstdFrames(openSync(path, "r"), 0, packed.length, 100);
  assert.deepEqual(
    frames.map(({ contentSize }) => contentSize),
    contents.map(({ length }) => length),
  );
  for (const [number, content] of contents.entries()) {
    const { offset = 0, length = 0 } = frames[number] ?? {};
    assert.deepEqual(zstdDecompressSync(packed.subarray(offset, offset + length)), content);
    assert.deepEqual(writer.frames[number], {
      name: `file ${number}`,
      offset,
      packedBytes: length,
      rawBytes: content.length,
      rawXxh64: new Xxh64().digest(content),
      rawSha256: createHash("sha256").update(content).digest(),
    });
  }
});

test("bytes that are read back otherwise than they were written are found", async () => {
  const turned = memoryTarget((back) => {
    const at = back.length >> 1;
    back[at] = (back[at] ?? 0) ^ 1;
  });
  const writer = new FrameWriter(turned, nobody);
  writer.append(randomBytes(1000));
  writer.endFile("name");
  await assert.rejects(writer.finish());
});

test("what keeps bytes from being written is told while more is made", async () => {
  const refused = Object.assign(new Error("no space"), { code: "ENOSPC" });
  const writer = new FrameWriter({ bytes: 0, append: () => Promise.reject(refused) }, nobody);
  const writing = async (): Promise<void> => {
    for (let file = 0; file < 100; file++) {
      writer.append(randomBytes(300_000));
      writer.endFile(`file ${file}`);
      if (writer.isFull) await writer.drained();
    }
    assert.fail("nothing was told");
  };
  await assert.rejects(writing(), refused);
});

test("what Node packs and unpacks into is given back, and not left to V8", async (context) => {
  // Packed to little more than a half.
  const content = Buffer.from(randomBytes(1_000_000).toString("hex"));
  const back = Buffer.alloc(content.length);
  const append = async (bytes: Uint8Array): Promise<Buffer> => {
    back.set(bytes);
    return back.subarray(0, bytes.length);
  };
  const take = async (_: unknown, unpacked: Buffer): Promise<void> => releaseBuffer(unpacked);
  const { mock } = context.mock.method(Buffer, "allocUnsafe");
  const writer = new FrameWriter({ bytes: 0, append }, { take });
  for (let file = 0; file < 3; file++) {
    writer.append(content);
    writer.endFile(`file ${file}`);
  }
  await writer.finish();
  const large = mock.calls.flatMap(({ arguments: [size], result }) =>
    size > Buffer.poolSize && result ? [result] : [],
  );
  assert.ok(large.length >= 6);
  const left = large.filter(({ buffer }) => buffer.byteLength > 0);
  assert.ok(left.length <= 1, "only the room for a next frame is left");
});
