import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { crc32c, hashInput, maskedCrc32c, Xxh64 } from "./checksums.ts";

const known: readonly (readonly [string, string])[] = [
  ["", "ef46db3751d8e999"],
  ["a", "d24ec4f1a98c6e5b"],
  ["Nobody inspects the spammish repetition", "fbcea83c8a378bf1"],
];

test("XXH64 of what is known", () => {
  const hash = new Xxh64();
  for (const [text, expected] of known) assert.equal(hash.digest(Buffer.from(text)).toString("hex"), expected);
});

test("XXH64 is what its definition says, whole, in pieces and wherever the bytes lie", () => {
  const hash = new Xxh64();
  const bytes = fc.uint8Array({ maxLength: 5000, size: "max" });
  fc.assert(
    fc.property(bytes, fc.nat(5000), fc.nat(7), (input, cut, shift) => {
      const expected = defined(input);
      const shifted = Buffer.concat([Buffer.alloc(shift), input]).subarray(shift);
      assert.equal(hash.digest(shifted).toString("hex"), expected);
      hash.reset();
      hash.update(input, 0, Math.min(cut, input.length));
      hash.update(input, Math.min(cut, input.length));
      hash.finish();
      assert.equal(hash.toBytes().toString("hex"), expected);
    }),
  );
});

test("input that is longer than what is taken at once is hashed as in small pieces; short input in one step", () => {
  const bytes = Buffer.from(Array.from({ length: 400_000 }, (_, index) => (index * 7919) >>> 3));
  const hash = new Xxh64();
  const whole = hash.digest(bytes);
  assert.equal(whole.toString("hex"), defined(bytes));
  let checksum = 0xffffffff;
  for (const byte of bytes) {
    checksum ^= byte;
    for (let bit = 0; bit < 8; bit++) checksum = checksum & 1 ? (checksum >>> 1) ^ 0x82f63b78 : checksum >>> 1;
  }
  assert.equal(crc32c(bytes), ~checksum >>> 0);
  for (const length of [0, 1, 31, 32, 33, 100, hashInput.length]) {
    hashInput.set(bytes.subarray(0, length));
    hash.hashInput(length);
    assert.equal(hash.toBytes().toString("hex"), defined(bytes.subarray(0, length)), String(length));
  }
  assert.throws(() => hash.hashInput(hashInput.length + 1), RangeError);
});

test("two hashes under way at once do not disturb each other", () => {
  const [a, b] = [new Xxh64(), new Xxh64()];
  const bytes = Buffer.from(Array.from({ length: 1000 }, (_, index) => index & 255));
  for (const hash of [a, b]) hash.reset();
  for (let at = 0; at < bytes.length; at += 50) {
    a.update(bytes, at, at + 50);
    b.update(bytes.subarray(0, 77));
  }
  a.finish();
  assert.equal(a.toBytes().toString("hex"), defined(bytes));
});

test("CRC-32C of what is known, and of any bytes as bit by bit", () => {
  assert.equal(crc32c(Buffer.from("123456789")), 0xe3069283);
  assert.equal(maskedCrc32c(Buffer.from("123456789")), 0xc78ab0e5);
  assert.equal(maskedCrc32c(Buffer.alloc(0)), 0xa282ead8);
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 100 }), fc.nat(20), (input, start) => {
      let crc = 0xffffffff;
      for (const byte of input.subarray(start)) {
        crc ^= byte;
        for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
      }
      assert.equal(crc32c(input, Math.min(start, input.length)), ~crc >>> 0);
    }),
  );
});

/** XXH64 by its definition, with 64-bit numbers. */
function defined(input: Uint8Array): string {
  const [p1, p2, p3, p4, p5] = [
    0x9e3779b185ebca87n,
    0xc2b2ae3d27d4eb4fn,
    0x165667b19e3779f9n,
    0x85ebca77c2b2ae63n,
    0x27d4eb2f165667c5n,
  ] as const;
  const u64 = (value: bigint): bigint => BigInt.asUintN(64, value);
  const turn = (value: bigint, bits: bigint): bigint => u64(value << bits) | (value >> (64n - bits));
  const round = (lane: bigint, word: bigint): bigint => u64(turn(u64(lane + word * p2), 31n) * p1);
  const view = new DataView(input.buffer, input.byteOffset, input.length);
  let at = 0;
  let hash: bigint = p5;
  if (input.length >= 32) {
    let lanes: bigint[] = [u64(p1 + p2), p2, 0n, u64(-p1)];
    for (; at + 32 <= input.length; at += 32) {
      const start = at;
      lanes = lanes.map((lane, index) => round(lane, view.getBigUint64(start + index * 8, true)));
    }
    const turns = [1n, 7n, 12n, 18n];
    hash = u64(lanes.reduce((sum, lane, index) => sum + turn(lane, turns[index] ?? 0n), 0n));
    for (const lane of lanes) hash = u64((hash ^ round(0n, lane)) * p1 + p4);
  }
  hash = u64(hash + BigInt(input.length));
  for (; at + 8 <= input.length; at += 8) {
    hash = u64(turn(hash ^ round(0n, view.getBigUint64(at, true)), 27n) * p1 + p4);
  }
  if (at + 4 <= input.length) {
    hash = u64(turn(hash ^ u64(BigInt(view.getUint32(at, true)) * p1), 23n) * p2 + p3);
    at += 4;
  }
  for (; at < input.length; at++) hash = u64(turn(hash ^ u64(BigInt(view.getUint8(at)) * p5), 11n) * p1);
  hash = u64((hash ^ (hash >> 33n)) * p2);
  hash = u64((hash ^ (hash >> 29n)) * p3);
  return (hash ^ (hash >> 32n)).toString(16).padStart(16, "0");
}
