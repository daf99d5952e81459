// Bytes that Pebble's own programs were seen to read: blocks, tables, the list of tables.
import assert from "node:assert/strict";
import { test } from "node:test";
import { SortedTable } from "../../read/pebble/sorted-table.ts";
import { RowBlock } from "./row-block.ts";
import { smallFiles } from "./store-files.ts";
import { type TableSummary, TableWriter } from "./table-writer.ts";

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

interface WrittenTable {
  readonly table: Buffer;
  readonly summary: TableSummary;
}

function tablesOf(rows: Iterable<readonly [string, string]>): readonly WrittenTable[] {
  const parts: Buffer[] = [];
  const tables: WrittenTable[] = [];
  const writer = new TableWriter({
    append: (part) => void parts.push(Buffer.from(part)),
    endTable: (summary) => void tables.push({ table: Buffer.concat(parts.splice(0)), summary }),
  });
  for (const [key, value] of rows) writer.add(Buffer.from(key), Buffer.from(value));
  writer.finish();
  return tables;
}

function tableOf(rows: readonly (readonly [string, string])[]): WrittenTable {
  const [first, ...more] = tablesOf(rows);
  assert.ok(first);
  assert.equal(more.length, 0);
  return first;
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

test("rows that are more than a table go on in the next, whose bounds and properties are its own", () => {
  const rows = Array.from({ length: 40_000 }, (_, i): readonly [string, string] => [
    `row ${String(i).padStart(6, "0")}`,
    "v".repeat(150),
  ]);
  const tables = tablesOf(rows);
  assert.ok(tables.length > 2);
  let first = 0;
  for (const { table, summary } of tables) {
    const last = first + summary.entries - 1;
    assert.deepEqual([summary.smallest.toString(), summary.largest.toString()], [rows[first]?.[0], rows[last]?.[0]]);
    assert.equal(summary.bytes, table.length);
    assert.ok(table.length < 2.2 * 1024 * 1024);
    const read = new SortedTable({
      file: { size: table.length, isChecked: false, read: (at, length) => table.subarray(at, at + length) },
      checksBlocks: true,
      maxBlockBytes: 1024 * 1024,
    });
    const keys = read.blocks.flatMap((_, index) => {
      const block = read.rows(index);
      return Array.from({ length: block.count }, (__, row) => block.key(row).toString());
    });
    assert.deepEqual(
      keys,
      rows.slice(first, last + 1).map(([key]) => key),
    );
    first = last + 1;
  }
  assert.equal(first, rows.length);
});

test("keys and values of any size have their place", () => {
  const rows = Array.from({ length: 40 }, (_, i): readonly [string, string] => [
    `${String(i).padStart(6, "0")}${"k".repeat((i * 9770) % 70_000)}`,
    `${i}`.padStart((i * 79_190) % 200_000, "v"),
  ]);
  const table = Buffer.concat(tablesOf(rows).map((one) => one.table));
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
