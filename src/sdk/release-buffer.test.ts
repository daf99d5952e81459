import assert from "node:assert/strict";
import { test } from "node:test";
import { releaseBuffer, releasePiece } from "./release-buffer.ts";

test("a large buffer is given back, with all views of it", () => {
  const bytes = Buffer.alloc(1024 * 1024, 1);
  const view = bytes.subarray(10, 20);
  const before = process.memoryUsage().arrayBuffers;
  releaseBuffer(view);
  assert.equal(bytes.length, 0);
  assert.equal(view.length, 0);
  assert.ok(process.memoryUsage().arrayBuffers <= before - 1024 * 1024);
});

test("what came from a socket is given back, although it is no larger than Node's pool", () => {
  const memory = new ArrayBuffer(Buffer.poolSize);
  const [head, body] = [Buffer.from(memory, 0, 300), Buffer.from(memory, 300)];
  releaseBuffer(head);
  assert.equal(memory.byteLength, Buffer.poolSize);
  releaseBuffer(body);
  releaseBuffer(body);
  assert.equal(memory.byteLength, 0);
});

test("a buffer that may share its memory with others is left alone", () => {
  const [one, other] = [Buffer.from("one"), Buffer.from("other")];
  releaseBuffer(one);
  assert.equal(one.toString(), "one");
  assert.equal(other.toString(), "other");
  const shared = Buffer.from(new SharedArrayBuffer(1024 * 1024));
  releaseBuffer(shared);
  assert.equal(shared.length, 1024 * 1024);
});

test("a piece of a stream is given back once its buffer is full", () => {
  const memory = new ArrayBuffer(1024 * 1024);
  const [first, last] = [Buffer.from(memory, 0, 1000), Buffer.from(memory, 1000)];
  releasePiece(first);
  assert.equal(first.length, 1000);
  releasePiece(last);
  assert.equal(memory.byteLength, 0);
});
