// Bytes that Pebble's own programs were seen to read: blocks, tables, the list of tables.
import assert from "node:assert/strict";
import { test } from "node:test";
import { RowBlock } from "./row-block.ts";
import { smallFiles } from "./store-files.ts";
import { TableWriter } from "./table-writer.ts";

function bytes(hex: string): Buffer {
  return Buffer.from(hex.replaceAll(/[\s|]/g, ""), "hex");
}

function blockOf(interval: number): Buffer {
  const block = new RowBlock(interval);
  block.beginEntry(Buffer.from("a"), 1, 0, 0, 1);
  block.append(Buffer.from("1"), 0, 1);
  block.beginEntry(Buffer.from("ab"), 2, block.isAtRestart ? 0 : 1, 0, 1);
  block.append(Buffer.from("2"), 0, 1);
  return Buffer.from(block.bytes.subarray(0, block.seal()));
}

test("a block shares the beginnings of keys between restart points", () => {
  assert.deepEqual(blockOf(16), bytes("00010161 31 01010162 32 00000000 01000000"));
  assert.deepEqual(blockOf(1), bytes("0001016131 000201616232 00000000 05000000 02000000"));
});

function tableOf(rows: readonly (readonly [string, string])[]): {
  table: Buffer;
  summary: ReturnType<TableWriter["finish"]>;
} {
  const parts: Buffer[] = [];
  const writer = new TableWriter({ append: (part) => parts.push(Buffer.from(part)) });
  for (const [key, value] of rows) writer.add(Buffer.from(key), Buffer.from(value));
  const summary = writer.finish();
  return { table: Buffer.concat(parts), summary };
}

test("a table begins with its blocks and their index, and ends with the footer", () => {
  const { table, summary } = tableOf([
    ["k1", "v1"],
    ["k2", ""],
  ]);
  const data = "000a026b3101000000000000007631 010900320100000000000000 0000000001000000 00 1f6c167a";
  const index = "000a026b3201000000000000000023 0000000001000000 00 4a7a3a2c";
  assert.deepEqual(table.subarray(0, 68), bytes(data + index));
  assert.equal(table[table.length - 53], 1);
  assert.deepEqual(table.subarray(-12), bytes("01000000 f09faab3f09faab3"));
  assert.equal(summary.bytes, table.length);
  assert.deepEqual([summary.smallest, summary.largest, summary.entries], [Buffer.from("k1"), Buffer.from("k2"), 2]);
});

test("a key that is not above the one before is refused", () => {
  for (const keys of [
    ["b", "a"],
    ["a", "a"],
    ["ab", "a"],
    ["a\xff", "a\xfe"],
  ]) {
    assert.throws(() => tableOf(keys.map((key) => [key, ""])), /out of order/, keys.join(" "));
  }
});

test("keys and values of any size have their place", () => {
  const rows = Array.from({ length: 40 }, (_, i): readonly [string, string] => [
    `${String(i).padStart(6, "0")}${"k".repeat((i * 9770) % 70_000)}`,
    `${i}`.padStart((i * 79_190) % 200_000, "v"),
  ]);
  const { table, summary } = tableOf(rows);
  assert.equal(summary.entries, rows.length);
  let from = 0;
  for (const [, value] of rows) {
    from = table.indexOf(value, from, "latin1");
    assert.ok(from >= 0, value.slice(0, 10));
    from += value.length;
  }
});

test("the list of tables is one record", () => {
  const table = { number: 4, bytes: 193, entries: 2, smallest: Buffer.from("k1"), largest: Buffer.from("k2") };
  const [list, version, manifest] = smallFiles([table]);
  const expected =
    `87c45db3 4000 01 | 01 1a 6c6576656c64622e4279746577697365436f6d70617261746f72 | 02 03 | 03 06 | 04 64 |
    67 06 04 c101 0a 6b31 0100000000000000 0a 6b32 0100000000000000 00 00 01`.replaceAll("\n", "");
  assert.deepEqual(list, ["MANIFEST-000001", bytes(expected)]);
  assert.equal(version?.[0], "marker.format-version.000001.024");
  assert.equal(manifest?.[0], "marker.manifest.000001.MANIFEST-000001");
});

test("a list that is longer than a block of the log is cut at its end", () => {
  const long = Buffer.alloc(20_000, "k");
  const [[, log] = assert.fail()] = smallFiles([
    { number: 4, bytes: 1, entries: 1, smallest: long, largest: long },
    { number: 5, bytes: 1, entries: 1, smallest: long, largest: long },
  ]);
  const types: (number | undefined)[] = [];
  for (let at = 0; at < log.length; ) {
    types.push(log[at + 6]);
    assert.ok((at % 32_768) + 7 + log.readUInt16LE(at + 4) <= 32_768);
    at += 7 + log.readUInt16LE(at + 4);
  }
  assert.deepEqual(types, [2, 3, 4]);
});
