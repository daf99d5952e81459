/**
 * Writes rows in the order of their keys as tables (SSTables, format 1): blocks, index, properties, footer. Each but the
 * last is of the same size: who looks for one row unpacks no more than a table. Keys out of order are refused, as no
 * reader would notice them.
 */
import { blockTrailerBytes, keyTrailer, RowBlock, varint } from "./row-block.ts";

/** Bytes from which on a block ends. */
const blockBytes = 32 * 1024;
/** Bytes from which on a table ends. Measured: packed, one of 2 MiB is 0.6 % larger than its part of a large one. */
const tableBytes = 2 * 1024 * 1024;
const dataInterval = 16;
const footerBytes = 53;
/** Offset of the format's number in the footer. */
const versionOffset = 41;
const tableVersion = 1;
const checksumIsCrc32c = 1;
/** Behind every table of Pebble. */
const magic = Buffer.from("f09faab3f09faab3", "hex");
const initialKeyBytes = 4096;
/** Room for what a table says of itself, and for the keys of two blocks. */
const fewBytes = 1024;

/** Takes tables, one after the other. */
export interface TableSink {
  /** Takes bytes of the next table, which are only good during the call. */
  append(bytes: Uint8Array): void;
  /** The bytes so far are a whole table. */
  endTable(summary: TableSummary): void;
}

/** The same, where a caller with much to give waits for `drained` now and then. */
export interface StoreSink extends TableSink {
  readonly isFull: boolean;
  /** @throws what kept earlier bytes from being written. */
  drained(): Promise<void>;
}

/** What the list of tables says of one. */
export interface TableSummary {
  readonly bytes: number;
  readonly entries: number;
  readonly smallest: Buffer;
  readonly largest: Buffer;
}

/**
 * Tables that are being written. Either `add` rows, or put each key into `key` and call `begin` and `append`, which
 * copies only what differs from the key before.
 */
export class TableWriter {
  /** The next key. What the key before left there stays, so that only what differs must be written. */
  key: Buffer = Buffer.alloc(initialKeyBytes);
  #before: Buffer = Buffer.alloc(initialKeyBytes);
  #beforeLength = 0;
  #smallest: Buffer | undefined;
  readonly #sink: TableSink;
  readonly #block = new RowBlock(dataInterval);
  readonly #index = new RowBlock(1, fewBytes);
  #offset = 0;
  #blocks = 0;
  #entries = 0;
  #keyBytes = 0;
  #valueBytes = 0;

  constructor(sink: TableSink) {
    this.#sink = sink;
  }

  /** Adds a row. @throws Error when its key is not above the one before. */
  add(key: Uint8Array, value: Uint8Array): void {
    this.reserve(key.length);
    this.key.set(key);
    this.begin(key.length, 0, value.length);
    this.append(value, 0, value.length);
  }

  /** Makes room for a key of so many bytes. */
  reserve(length: number): void {
    if (length <= this.key.length) return;
    this.key = grown(this.key, length);
    this.#before = grown(this.#before, length);
  }

  /**
   * Begins a row of the first `length` bytes of `key`.
   * @param unchanged so many bytes of the key are surely those of the key before.
   * @throws Error when the key is not above the one before.
   */
  begin(length: number, unchanged: number, valueLength: number): void {
    if (this.#block.length >= blockBytes) this.#endBlock();
    if (this.#offset >= tableBytes) this.#endTable();
    const shared = this.#compare(length, unchanged);
    const { key } = this;
    this.#block.beginEntry(key, length, this.#block.isAtRestart ? 0 : shared, keyTrailer.length, valueLength);
    const before = this.#before;
    for (let at = shared; at < length; at++) before[at] = key[at] ?? 0;
    this.#beforeLength = length;
    this.#entries++;
    this.#keyBytes += length + keyTrailer.length;
    this.#valueBytes += valueLength;
  }

  /** A part of the row's value. */
  append(bytes: Uint8Array, start: number, end: number): void {
    this.#block.append(bytes, start, end);
  }

  /** Ends the last table. There must have been rows. */
  finish(): void {
    this.#endBlock();
    this.#endTable();
  }

  /** How many bytes the key shares with the one before, which must be below it. */
  #compare(length: number, unchanged: number): number {
    const { key } = this;
    const before = this.#before;
    const least = Math.min(length, this.#beforeLength);
    let shared = Math.min(unchanged, least);
    while (shared < least && key[shared] === before[shared]) shared++;
    if (shared < least ? (key[shared] ?? 0) < (before[shared] ?? 0) : length <= this.#beforeLength) {
      throw new Error(`keys out of order: ${key.toString("hex", 0, length)}`);
    }
    this.#smallest ??= Buffer.from(key.subarray(0, length));
    return shared;
  }

  #endBlock(): void {
    if (this.#block.isEmpty) return;
    const handle = this.#emit(this.#block);
    const length = this.#beforeLength;
    this.#index.beginEntry(this.#before, length, 0, keyTrailer.length, handle.length);
    this.#index.append(handle, 0, handle.length);
    this.#blocks++;
  }

  #endTable(): void {
    if (this.#smallest === undefined) throw new Error("a table without rows");
    const dataBytes = this.#offset;
    const index = this.#emit(this.#index);
    const properties = this.#emit(this.#properties(dataBytes, this.#offset - dataBytes));
    const metaindex = this.#emit(blockOf(1, [["rocksdb.properties", properties]]));
    this.#sink.append(footerOf(metaindex, index));
    this.#sink.endTable({
      bytes: this.#offset + footerBytes,
      entries: this.#entries,
      smallest: this.#smallest,
      largest: Buffer.from(this.#before.subarray(0, this.#beforeLength)),
    });
    this.#smallest = undefined;
    [this.#offset, this.#blocks, this.#entries, this.#keyBytes, this.#valueBytes] = [0, 0, 0, 0, 0];
  }

  /** Writes a block and empties it. Returns its handle: where it is. */
  #emit(block: RowBlock): Buffer {
    const length = block.seal();
    const handle = Buffer.concat([varint(this.#offset), varint(length)]);
    this.#sink.append(block.bytes.subarray(0, block.length));
    this.#offset += length + blockTrailerBytes;
    block.reset();
    return handle;
  }

  #properties(dataBytes: number, indexBytes: number): RowBlock {
    return blockOf(Number.MAX_SAFE_INTEGER, [
      ["pebble.raw.point-tombstone.key.size", varint(0)],
      // One level.
      ["rocksdb.block.based.table.index.type", Buffer.alloc(4)],
      ["rocksdb.comparator", Buffer.from(comparer)],
      ["rocksdb.compression", Buffer.from("NoCompression")],
      ["rocksdb.data.size", varint(dataBytes)],
      ["rocksdb.deleted.keys", varint(0)],
      ["rocksdb.index.size", varint(indexBytes)],
      ["rocksdb.merge.operator", Buffer.from("pebble.concatenate")],
      ["rocksdb.num.data.blocks", varint(this.#blocks)],
      ["rocksdb.num.entries", varint(this.#entries)],
      ["rocksdb.raw.key.size", varint(this.#keyBytes)],
      ["rocksdb.raw.value.size", varint(this.#valueBytes)],
    ]);
  }
}

/** Name of the order of keys: by bytes. */
export const comparer = "leveldb.BytewiseComparator";

function blockOf(interval: number, rows: readonly (readonly [string, Buffer])[]): RowBlock {
  const block = new RowBlock(interval, fewBytes);
  let before = Buffer.alloc(0);
  for (const [name, value] of rows) {
    const key = Buffer.from(name);
    block.beginEntry(key, key.length, block.isAtRestart ? 0 : sharedOf(before, key), 0, value.length);
    block.append(value, 0, value.length);
    before = key;
  }
  return block;
}

function sharedOf(a: Uint8Array, b: Uint8Array): number {
  let shared = 0;
  while (shared < a.length && shared < b.length && a[shared] === b[shared]) shared++;
  return shared;
}

function footerOf(metaindex: Buffer, index: Buffer): Buffer {
  const footer = Buffer.alloc(footerBytes);
  footer[0] = checksumIsCrc32c;
  metaindex.copy(footer, 1);
  index.copy(footer, 1 + metaindex.length);
  footer.writeUInt32LE(tableVersion, versionOffset);
  magic.copy(footer, footerBytes - magic.length);
  return footer;
}

function grown(bytes: Buffer, length: number): Buffer {
  const larger = Buffer.alloc(Math.max(length, bytes.length * 2));
  bytes.copy(larger);
  return larger;
}
