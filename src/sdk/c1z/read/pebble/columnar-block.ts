/**
 * Columnar blocks (Pebble: tables from version 5 on): a header, then one column after the other. All positions and all
 * alignment count from the start of the block.
 */
import { BlockRows, maxBlockRows } from "./block-rows.ts";
import { PebbleFormatError, PebbleUnsupportedError } from "./byte-cursor.ts";

/** Bytes of custom header before the columns, by kind of block. */
export const customHeaderBytes = { data: 4, rangeDeletions: 4, index: 0, pairs: 0 } as const;

const types = { bool: 1, uint: 2, bytes: 3, prefixBytes: 4 } as const;

/** A column of whole numbers; `low` and `high` are halves of 32 bits. */
interface UintColumn {
  low(row: number): number;
  high(row: number): number;
  /** The number; exact up to 2^53. */
  at(row: number): number;
  /** Where the column ends. */
  readonly end: number;
}

/** A columnar block. Every method throws a PebbleFormatError for what lies outside of it. */
export class ColumnarBlock {
  readonly rows: number;
  readonly #block: Buffer;
  readonly #header: number;
  readonly #columns: number;

  constructor(block: Buffer, header: number) {
    this.#block = block;
    this.#header = header;
    if (block.length < header + 7) throw new PebbleFormatError("a block is too short");
    if (block[header] !== 1) throw new PebbleUnsupportedError(`columnar blocks of version ${block[header]}`);
    this.#columns = block.readUInt16LE(header + 1);
    this.rows = block.readUInt32LE(header + 3);
    if (this.rows > maxBlockRows || this.rows > block.length)
      throw new PebbleFormatError("a block promises too many rows");
  }

  uints(column: number, rows: number = this.rows): UintColumn {
    return this.#uintsAt(this.#offsetOf(column, types.uint), rows);
  }

  /** Byte strings, as views. */
  bytes(column: number, rows: number = this.rows): (row: number) => readonly [start: number, end: number] {
    if (rows === 0) return () => [0, 0];
    const start = this.#offsetOf(column, types.bytes);
    return this.#slicesAt(start, rows);
  }

  /** True where the bit of a row is set. */
  bools(column: number): (row: number) => boolean {
    const start = this.#offsetOf(column, types.bool);
    if (this.#block[start] === 1) return () => false;
    const words = aligned(start + 1, 8);
    this.#within(words + 8 * Math.ceil(this.rows / 64));
    return (row) => (((this.#block[words + (row >>> 3)] ?? 0) >>> (row & 7)) & 1) === 1;
  }

  /** Calls `take` for each key of a column of keys with common prefixes, with what it shares with the one before. */
  prefixed(column: number, take: (row: number, shared: number, rest: Buffer) => void): void {
    if (this.rows === 0) return;
    const start = this.#offsetOf(column, types.prefixBytes);
    const shift = this.#block[start] ?? 0;
    if (shift > 30) throw new PebbleFormatError("a column of keys has bundles without end");
    const bundles = 1 + ((this.rows - 1) >>> shift);
    const slices = this.#offsets(start + 1, this.rows + bundles + 1);
    const common = this.#slice(slices.data, slices.data + slices.start(0));
    let bundleLength = 0;
    let keyLength = 0;
    for (let row = 0; row < this.rows; row++) {
      const bundle = row >>> shift;
      const suffix = slices.range(2 + bundle + row);
      if ((row & ((1 << shift) - 1)) === 0) {
        const prefix = slices.range(1 + bundle + row);
        const head = Buffer.concat([common, this.#slice(...prefix), this.#slice(...suffix)]);
        take(row, 0, head);
        bundleLength = common.length + prefix[1] - prefix[0];
        keyLength = head.length;
      } else if (suffix[0] === suffix[1]) take(row, keyLength, empty);
      else {
        take(row, bundleLength, this.#slice(...suffix));
        keyLength = bundleLength + suffix[1] - suffix[0];
      }
    }
  }

  /** Bytes of the block. */
  slice([start, end]: readonly [number, number]): Buffer {
    return this.#slice(start, end);
  }

  #offsetOf(column: number, type: number): number {
    if (column >= this.#columns) throw new PebbleFormatError("a block lacks a column");
    const at = this.#header + 7 + 5 * column;
    this.#within(at + 5);
    if (this.#block[at] !== type) throw new PebbleFormatError("a column is of another type");
    const offset = this.#block.readUInt32LE(at + 1);
    this.#within(offset + 1);
    return offset;
  }

  #uintsAt(start: number, rows: number): UintColumn {
    if (rows === 0) return { low: none, high: none, at: none, end: start };
    const block = this.#block;
    const encoding = block[start] ?? 0;
    const width = encoding & 127;
    let at = start + 1;
    let [baseLow, baseHigh] = [0, 0];
    if ((encoding & 128) !== 0) {
      this.#within(at + 8);
      baseLow = block.readUInt32LE(at);
      baseHigh = block.readUInt32LE(at + 4);
      at += 8;
    }
    if (width > 1) at = aligned(at, width);
    const end = at + rows * width;
    this.#within(end);
    const low = lowReader(block, at, width);
    const high = width === 8 ? (row: number): number => block.readUInt32LE(at + 8 * row + 4) : () => 0;
    // Base and element are added in 64 bits.
    const sumLow = (row: number): number => (baseLow + low(row)) % 2 ** 32;
    const carry = (row: number): number => (baseLow + low(row) >= 2 ** 32 ? 1 : 0);
    const sumHigh = (row: number): number => (baseHigh + high(row) + carry(row)) % 2 ** 32;
    return { low: sumLow, high: sumHigh, at: (row) => sumHigh(row) * 2 ** 32 + sumLow(row), end };
  }

  /** Offsets of slices one after the other: `count` of them. */
  #offsets(start: number, count: number) {
    const column = this.#uintsAt(start, count);
    const data = column.end;
    const range = (slice: number): readonly [number, number] => {
      const [from, to] = [data + column.at(slice - 1), data + column.at(slice)];
      if (from > to || to > this.#block.length) throw new PebbleFormatError("bytes of a column lie outside of it");
      return [from, to];
    };
    return { data, start: (slice: number): number => column.at(slice), range };
  }

  #slicesAt(start: number, rows: number): (row: number) => readonly [number, number] {
    const { range } = this.#offsets(start, rows + 1);
    return (row) => range(row + 1);
  }

  #slice(start: number, end: number): Buffer {
    this.#within(end);
    return this.#block.subarray(start, end);
  }

  #within(end: number): void {
    if (end > this.#block.length) throw new PebbleFormatError("a column lies outside of its block");
  }
}

const empty = Buffer.alloc(0);

function none(): never {
  throw new PebbleFormatError("a column has no rows");
}

function aligned(position: number, width: number): number {
  return Math.ceil(position / width) * width;
}

function lowReader(block: Buffer, at: number, width: number): (row: number) => number {
  if (width === 0) return () => 0;
  if (width === 1) return (row) => block[at + row] ?? 0;
  if (width === 2) return (row) => block.readUInt16LE(at + 2 * row);
  if (width === 4) return (row) => block.readUInt32LE(at + 4 * row);
  if (width === 8) return (row) => block.readUInt32LE(at + 8 * row);
  throw new PebbleFormatError("numbers of a column have an unknown width");
}

/** Columns of a data block. */
const dataColumns = { keys: 0, suffixes: 1, trailers: 2, values: 4, isExternal: 5 } as const;

/** The rows of a data block. */
export function decodeColumnarBlock(bytes: Buffer): BlockRows {
  const block = new ColumnarBlock(bytes, customHeaderBytes.data);
  const rows = new BlockRows(bytes, block.rows);
  const trailers = block.uints(dataColumns.trailers);
  const suffixes = block.bytes(dataColumns.suffixes);
  const values = block.bytes(dataColumns.values);
  const isExternal = block.bools(dataColumns.isExternal);
  block.prefixed(dataColumns.keys, (row, shared, rest) => {
    const [suffixStart, suffixEnd] = suffixes(row);
    if (suffixStart !== suffixEnd) throw new PebbleUnsupportedError("keys with suffixes");
    rows.addKey(shared, rest);
    rows.setTrailer(trailers.low(row), trailers.high(row));
    if (isExternal(row)) rows.setValueElsewhere();
    else rows.setValue(...values(row));
  });
  return rows;
}
