/** Row blocks (Pebble: tables of versions 1 to 4): each key is what it shares with the one before, and the rest. */
import { BlockRows } from "./block-rows.ts";
import { PebbleFormatError } from "./byte-cursor.ts";

const trailerBytes = 8;

/** A key and its value as they stand in a block that is no data block. */
export interface BlockPair {
  readonly key: Buffer;
  readonly value: Buffer;
}

/** The pairs of an index, metaindex or properties block. */
export function* rowPairs(block: Buffer): Generator<BlockPair> {
  let key: Buffer = Buffer.alloc(0);
  const entries = new RowEntries(block);
  while (entries.next()) {
    const { shared, restStart, restEnd, valueEnd } = entries;
    key = joinedKey(key, shared, block.subarray(restStart, restEnd));
    yield { key, value: block.subarray(restEnd, valueEnd) };
  }
}

/**
 * The rows of a data block.
 * @param version of the table: from 3 on the value of a set begins with a byte that says where it lies.
 * @param again rows that nobody looks at any more, to be filled with these.
 */
export function decodeRowBlock(block: Buffer, version: number, again?: BlockRows): BlockRows {
  again?.reset(block);
  const rows = again ?? new BlockRows(block, expectedRows(block));
  const entries = new RowEntries(block);
  let [keyLength, low, high] = [0, 0, 0];
  while (entries.next()) {
    const { shared, restStart, restEnd, valueEnd } = entries;
    if (shared <= keyLength && restEnd - restStart >= trailerBytes) {
      const end = restEnd - trailerBytes;
      rows.addKey(shared, block, restStart, end);
      keyLength = shared + end - restStart;
      low = uint32At(block, end);
      high = uint32At(block, end + 4);
    } else {
      // It shares a part of the trailer, as an older entry of the same key may.
      const before = rows.count === 0 ? block.subarray(0, 0) : withTrailer(rows.key(rows.count - 1), low, high);
      const key = joinedKey(before, shared, block.subarray(restStart, restEnd));
      keyLength = key.length - trailerBytes;
      if (keyLength < 0) throw new PebbleFormatError("a key is shorter than its trailer");
      rows.addKey(0, key, 0, keyLength);
      low = uint32At(key, keyLength);
      high = uint32At(key, keyLength + 4);
    }
    // From version 4 on a bit of the kind marks what a newer entry hides.
    rows.setTrailer(version >= 4 ? (low & ~64) >>> 0 : low, high);
    if (version < 3 || rows.kind(rows.count - 1) !== setKind) rows.setValue(restEnd, valueEnd);
    else if (isInPlace(block, restEnd, valueEnd)) rows.setValue(restEnd + 1, valueEnd);
    else rows.setValueElsewhere();
  }
  return rows;
}

function joinedKey(before: Buffer, shared: number, rest: Buffer): Buffer {
  if (shared > before.length) throw new PebbleFormatError("a key shares more than the one before it has");
  return Buffer.concat([before.subarray(0, shared), rest]);
}

function withTrailer(key: Buffer, low: number, high: number): Buffer {
  const trailer = Buffer.alloc(trailerBytes);
  trailer.writeUInt32LE(low);
  trailer.writeUInt32LE(high, 4);
  return Buffer.concat([key, trailer]);
}

/** The method of a buffer checks its arguments, which takes as long again for each of a million rows. */
function uint32At(bytes: Buffer, at: number): number {
  const upper = ((bytes[at + 2] ?? 0) | ((bytes[at + 3] ?? 0) << 8)) >>> 0;
  return upper * 2 ** 16 + ((bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8));
}

const setKind = 1;

/** Most writers begin a key anew after 16. The arrays grow when that falls short. */
function expectedRows(block: Buffer): number {
  const restarts = block.length < 4 ? 0 : block.readUInt32LE(block.length - 4);
  return Math.min(16 * restarts, block.length >>> 5);
}

const inPlaceMask = 0xc0;

function isInPlace(block: Buffer, start: number, end: number): boolean {
  if (start === end) throw new PebbleFormatError("a value lacks its first byte");
  return ((block[start] ?? 0) & inPlaceMask) === 0;
}

/** Goes from one entry to the next; a million of them make no garbage. */
class RowEntries {
  readonly #block: Buffer;
  readonly #end: number;
  #at = 0;
  /** Of the entry at hand: how much of the key before it shares, and where the rest lies; the value is behind it. */
  shared: number = 0;
  restStart: number = 0;
  restEnd: number = 0;
  valueEnd: number = 0;

  constructor(block: Buffer) {
    if (block.length < 4) throw new PebbleFormatError("a block is too short");
    const restarts = block.readUInt32LE(block.length - 4) & 0x7fffffff;
    this.#block = block;
    this.#end = block.length - 4 - 4 * restarts;
    if (restarts === 0 || this.#end < 0) throw new PebbleFormatError("a block has no restart points");
  }

  /** Moves on; false at the end. */
  next(): boolean {
    if (this.#at >= this.#end) return false;
    this.shared = this.#uint();
    const unshared = this.#uint();
    const valueLength = this.#uint();
    this.restStart = this.#at;
    this.restEnd = this.restStart + unshared;
    this.valueEnd = this.restEnd + valueLength;
    if (this.valueEnd > this.#end) throw new PebbleFormatError("a block ends too early");
    this.#at = this.valueEnd;
    return true;
  }

  /** A number of at most 32 bits, as lengths within a block are. */
  #uint(): number {
    const first = this.#at < this.#end ? (this.#block[this.#at] ?? 0) : 128;
    if (first < 128) {
      this.#at++;
      return first;
    }
    let value = 0;
    for (let factor = 1; factor <= 2 ** 28; factor *= 128) {
      const byte = this.#at < this.#end ? this.#block[this.#at++] : undefined;
      if (byte === undefined) throw new PebbleFormatError("a block ends too early");
      value += (byte & 127) * factor;
      if (byte < 128) return value;
    }
    throw new PebbleFormatError("a number is too large");
  }
}
