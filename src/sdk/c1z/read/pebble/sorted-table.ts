/** One table file: footer, index, blocks. Reads what is asked for; knows nothing of other tables. */
import { zstdDecompressSync } from "node:zlib";
import { maskedCrc32c } from "../../pebble/checksums.ts";
import { type BlockRows, entryKinds } from "./block-rows.ts";
import { BlockTooLargeError, ByteCursor, PebbleFormatError, PebbleUnsupportedError } from "./byte-cursor.ts";
import { ColumnarBlock, customHeaderBytes, decodeColumnarBlock } from "./columnar-block.ts";
import { type BlockPair, decodeRowBlock, rowPairs } from "./row-block.ts";
import { unpackSnappy } from "./snappy.ts";
import type { BlockRoom, StoreFile } from "./store-files.ts";
import { internalKey } from "./version.ts";

/** Bytes start inclusive to end exclusive that a range deletion covers, and its number. */
export interface RangeDeletion {
  readonly start: Buffer;
  readonly end: Buffer;
  readonly sequence: number;
}

/** Where a data block lies, and the last key that can be in it. */
export interface DataBlock {
  readonly separator: Buffer;
  readonly offset: number;
  readonly length: number;
}

/** How a table is read. */
export interface TableOptions {
  readonly file: StoreFile;
  /** Compares every block with its checksum; needless where the file's own was compared. */
  readonly checksBlocks: boolean;
  /** Bytes of an unpacked block, at most. */
  readonly maxBlockBytes: number;
  /** Those of all tables of a store; default: of this one alone. */
  readonly decoded?: DecodedBlocks;
}

/** Blocks that were decoded last. */
export type DecodedBlocks = Map<DataBlock, BlockRows>;

const magic = Buffer.from("f09faab3f09faab3", "hex");
const blockTrailerBytes = 5;
const newestVersion = 7;
const keySchema = "DefaultKeySchema(leveldb.BytewiseComparator,16)";
const comparer = "leveldb.BytewiseComparator";
const twoLevels = 2;
/** Decoded blocks that are kept, for those who look up one key after the other. Each keeps what it was unpacked from. */
const rememberedBlocks = 16;
/** Where the handles of a footer end; what follows depends on the version. */
const handlesEnd = 41;

interface Handle {
  readonly offset: number;
  readonly length: number;
}

/** An open table. Methods throw PebbleFormatError and PebbleUnsupportedError. */
export class SortedTable {
  /** 1 to 7. */
  readonly version: number;
  readonly properties: ReadonlyMap<string, Buffer>;
  /** In the order of their keys and of their places. */
  readonly blocks: readonly DataBlock[];
  readonly rangeDeletions: readonly RangeDeletion[];
  readonly #options: TableOptions;
  readonly #end: number;
  readonly #decoded: DecodedBlocks;

  constructor(options: TableOptions) {
    this.#options = options;
    this.#decoded = options.decoded ?? new Map();
    const footer = readFooter(options.file);
    this.version = footer.version;
    this.#end = options.file.size - footer.length;
    const meta = this.#pairs(footer.metaindex, footer.version >= 6);
    if (meta.has("pebble.range_key")) throw new PebbleUnsupportedError("range keys");
    this.properties = this.#readProperties(meta.get("rocksdb.properties"));
    this.blocks = this.#readIndex(footer.index);
    const deletions = meta.get("rocksdb.range_del2");
    this.rangeDeletions = deletions ? this.#readRangeDeletions(handleOf(new ByteCursor(deletions))) : [];
  }

  /** The rows of the data block at `index`. */
  rows(index: number): BlockRows {
    const block = this.#blockAt(index);
    const known = this.#decoded.get(block);
    if (known) return known;
    if (this.#decoded.size === rememberedBlocks) this.#decoded.clear();
    const rows = this.readOnce(index);
    this.#decoded.set(block, rows);
    return rows;
  }

  /**
   * The same for those who go through all blocks once: nothing is remembered.
   * @param again rows of an earlier block that nobody looks at any more; these may take their place.
   * @param room the same for the bytes of a block.
   */
  readOnce(index: number, again?: BlockRows, room?: BlockRoom): BlockRows {
    const bytes = this.#block(this.#blockAt(index), room);
    return this.version >= 5 ? decodeColumnarBlock(bytes) : decodeRowBlock(bytes, this.version, again);
  }

  #blockAt(index: number): DataBlock {
    const block = this.blocks[index];
    if (!block) throw new PebbleFormatError("a table lacks a block");
    return block;
  }

  /** The first data block that can hold `key`; their number when none can. */
  seek(key: Uint8Array): number {
    let [low, high] = [0, this.blocks.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      const block = this.blocks[middle];
      if (block && Buffer.compare(block.separator, key) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #block({ offset, length }: Handle, room?: BlockRoom): Buffer {
    if (offset + length + blockTrailerBytes > this.#end)
      throw new PebbleFormatError("a block lies outside of its table");
    const { file, checksBlocks, maxBlockBytes } = this.#options;
    if (length > maxBlockBytes) throw new BlockTooLargeError();
    const bytes = file.read(offset, length + blockTrailerBytes, room);
    if (checksBlocks && maskedCrc32c(bytes, 0, length + 1) !== bytes.readUInt32LE(length + 1)) {
      throw new PebbleFormatError("a block does not fit its checksum");
    }
    return unpackBlock(bytes.readUInt8(length), bytes.subarray(0, length), maxBlockBytes);
  }

  #pairs(handle: Handle, isColumnar: boolean): Map<string, Buffer> {
    const block = this.#block(handle);
    const pairs = isColumnar ? columnarPairs(block) : rowPairs(block);
    return new Map([...pairs].map(({ key, value }) => [key.toString("latin1"), value]));
  }

  #readProperties(place: Buffer | undefined): ReadonlyMap<string, Buffer> {
    if (!place) throw new PebbleFormatError("a table has no properties");
    const properties = this.#pairs(handleOf(new ByteCursor(place)), this.version >= 7);
    const sortedBy = properties.get("rocksdb.comparator")?.toString() ?? comparer;
    if (sortedBy !== comparer) throw new PebbleUnsupportedError(`keys sorted by ${JSON.stringify(sortedBy)}`);
    const schema = properties.get("pebble.colblk.schema")?.toString();
    if (this.version >= 5 && schema !== keySchema) {
      throw new PebbleUnsupportedError(`keys of the schema ${JSON.stringify(schema ?? "")}`);
    }
    return properties;
  }

  #readIndex(top: Handle): DataBlock[] {
    const type = this.properties.get("rocksdb.block.based.table.index.type");
    const first = this.#handles(top);
    const isTwoLevel = type !== undefined && type.length === 4 && type.readUInt32LE() === twoLevels;
    if (!isTwoLevel) return first;
    const blocks = first.flatMap((handle) => this.#handles(handle));
    ascending(blocks);
    return blocks;
  }

  #handles(place: Handle): DataBlock[] {
    const block = this.#block(place);
    const found: DataBlock[] = [];
    if (this.version < 5) {
      for (const { key, value } of rowPairs(block)) {
        found.push({ separator: internalKey(key).key, ...handleOf(new ByteCursor(value)) });
      }
    } else {
      const columns = new ColumnarBlock(block, customHeaderBytes.index);
      const [separators, offsets, lengths] = [columns.bytes(0), columns.uints(1), columns.uints(2)];
      for (let row = 0; row < columns.rows; row++) {
        found.push({ separator: columns.slice(separators(row)), offset: offsets.at(row), length: lengths.at(row) });
      }
    }
    ascending(found);
    return found;
  }

  #readRangeDeletions(handle: Handle): RangeDeletion[] {
    const block = this.#block(handle);
    return this.version < 5 ? rowRangeDeletions(block) : columnarRangeDeletions(block);
  }
}

/** Blocks that lie upon each other, or go in circles, would be rows without end. */
function ascending(blocks: readonly DataBlock[]): void {
  let end = 0;
  for (const [index, { offset, length, separator }] of blocks.entries()) {
    if (offset < end) throw new PebbleFormatError("blocks of a table overlap");
    end = offset + length + blockTrailerBytes;
    const before = blocks[index - 1];
    if (before && Buffer.compare(before.separator, separator) > 0) {
      throw new PebbleFormatError("the index of a table is not sorted");
    }
  }
}

interface Footer {
  readonly version: number;
  readonly length: number;
  readonly metaindex: Handle;
  readonly index: Handle;
}

function readFooter(file: StoreFile): Footer {
  const oldest = footerBytes(1);
  if (file.size < oldest) throw new PebbleFormatError("a table is too short");
  const tail = file.read(file.size - oldest, oldest);
  if (!tail.subarray(-magic.length).equals(magic)) throw new PebbleFormatError("a table does not end as one");
  const version = tail.readUInt32LE(oldest - 12);
  if (version < 1 || version > newestVersion) throw new PebbleUnsupportedError(`tables of version ${version}`);
  const length = footerBytes(version);
  if (file.size < length) throw new PebbleFormatError("a table is too short");
  const footer = file.read(file.size - length, length);
  if (footer[0] !== 1) throw new PebbleUnsupportedError(`block checksums of kind ${footer[0]}`);
  if (version >= 6) checkFooter(footer, length - 16);
  const cursor = new ByteCursor(footer.subarray(0, handlesEnd), 1);
  return { version, length, metaindex: handleOf(cursor), index: handleOf(cursor) };
}

function footerBytes(version: number): number {
  if (version >= 7) return 61;
  return version === 6 ? 57 : 53;
}

function checkFooter(footer: Buffer, at: number): void {
  const checked = Buffer.concat([footer.subarray(0, at), footer.subarray(at + 4)]);
  if (maskedCrc32c(checked) !== footer.readUInt32LE(at)) {
    throw new PebbleFormatError("the end of a table does not fit its checksum");
  }
}

function handleOf(cursor: ByteCursor): Handle {
  return { offset: cursor.uint(), length: cursor.uint() };
}

function unpackBlock(type: number, packed: Buffer, maxBytes: number): Buffer {
  if (type === 0) return packed;
  if (type === 1) return unpackSnappy(packed, maxBytes);
  if (type === 8) throw new PebbleUnsupportedError("blocks packed with MinLZ");
  if (type !== 7) throw new PebbleUnsupportedError(`blocks packed by method ${type}`);
  const cursor = new ByteCursor(packed);
  const length = cursor.uint();
  if (length > maxBytes) throw new BlockTooLargeError();
  try {
    const bytes = zstdDecompressSync(packed.subarray(cursor.position), { maxOutputLength: Math.max(length, 1) });
    if (bytes.length === length) return bytes;
  } catch (cause) {
    throw new PebbleFormatError("a block cannot be unpacked", { cause });
  }
  throw new PebbleFormatError("a block is shorter than promised");
}

function* columnarPairs(bytes: Buffer): Generator<BlockPair> {
  const block = new ColumnarBlock(bytes, customHeaderBytes.pairs);
  const [keys, values] = [block.bytes(0), block.bytes(1)];
  for (let row = 0; row < block.rows; row++) yield { key: block.slice(keys(row)), value: block.slice(values(row)) };
}

function rowRangeDeletions(block: Buffer): RangeDeletion[] {
  return [...rowPairs(block)].map(({ key, value }) => {
    const { key: start, sequence } = internalKey(key);
    return { start, end: value, sequence };
  });
}

function columnarRangeDeletions(bytes: Buffer): RangeDeletion[] {
  const block = new ColumnarBlock(bytes, customHeaderBytes.rangeDeletions);
  const boundaries = bytes.readUInt32LE(0);
  if (boundaries > bytes.length) throw new PebbleFormatError("a block promises too many rows");
  const keys = block.bytes(0, boundaries);
  const starts = block.uints(1, boundaries);
  const trailers = block.uints(2);
  const found: RangeDeletion[] = [];
  for (let index = 0; index + 1 < boundaries; index++) {
    const [start, end] = [block.slice(keys(index)), block.slice(keys(index + 1))];
    const [first, last] = [starts.at(index), starts.at(index + 1)];
    if (first > last || last > block.rows) throw new PebbleFormatError("range deletions are not sorted");
    for (let row = first; row < last; row++) {
      const low = trailers.low(row);
      if ((low & 255) !== entryKinds.rangeDelete) throw new PebbleFormatError("a range deletion is of another kind");
      found.push({ start, end, sequence: trailers.high(row) * 2 ** 24 + (low >>> 8) });
    }
  }
  return found;
}
