/** Row blocks (Pebble: tables of versions 1 to 4): each key is what it shares with the one before, and the rest. */
import { BlockRows } from "./block-rows.ts";
import { ByteCursor, PebbleFormatError } from "./byte-cursor.ts";

const trailerBytes = 8;

/** A key and its value as they stand in a block that is no data block. */
export interface BlockPair {
  readonly key: Buffer;
  readonly value: Buffer;
}

/** The pairs of an index, metaindex or properties block. */
export function* rowPairs(block: Buffer): Generator<BlockPair> {
  let key: Buffer = Buffer.alloc(0);
  for (const { shared, rest, value } of rowEntries(block)) {
    if (shared > key.length) throw new PebbleFormatError("a key shares more than the one before it has");
    key = Buffer.concat([key.subarray(0, shared), rest]);
    yield { key, value: block.subarray(value.start, value.end) };
  }
}

/**
 * The rows of a data block.
 * @param version of the table: from 3 on the value of a set begins with a byte that says where it lies.
 */
export function decodeRowBlock(block: Buffer, version: number): BlockRows {
  // An entry takes three bytes at least; the arrays grow when the estimate falls short.
  const rows = new BlockRows(block, block.length >>> 5);
  let internalKey = Buffer.alloc(256);
  let length = 0;
  for (const { shared, rest, value } of rowEntries(block)) {
    if (shared > length) throw new PebbleFormatError("a key shares more than the one before it has");
    const before = Math.max(0, length - trailerBytes);
    length = shared + rest.length;
    if (length < trailerBytes) throw new PebbleFormatError("a key is shorter than its trailer");
    if (length > internalKey.length) internalKey = Buffer.concat([internalKey, Buffer.alloc(length)]);
    internalKey.set(rest, shared);
    const keyLength = length - trailerBytes;
    const sharedKey = Math.min(shared, before, keyLength);
    rows.addKey(sharedKey, internalKey.subarray(sharedKey, keyLength));
    const low = internalKey.readUInt32LE(keyLength);
    // From version 4 on a bit of the kind marks what a newer entry hides.
    rows.setTrailer(version >= 4 ? (low & ~64) >>> 0 : low, internalKey.readUInt32LE(keyLength + 4));
    rows.setValue(value.start + prefixBytes(block, rows.kind(rows.count - 1), value, version), value.end);
  }
  return rows;
}

const setKind = 1;
const inPlaceMask = 0xc0;

function prefixBytes(block: Buffer, kind: number, { start, end }: Entry["value"], version: number): number {
  if (version < 3 || kind !== setKind) return 0;
  if (start === end) throw new PebbleFormatError("a value lacks its first byte");
  if (((block[start] ?? 0) & inPlaceMask) !== 0) throw new PebbleFormatError("a value lies in another block");
  return 1;
}

interface Entry {
  readonly shared: number;
  readonly rest: Buffer;
  readonly value: { readonly start: number; readonly end: number };
}

function* rowEntries(block: Buffer): Generator<Entry> {
  if (block.length < 4) throw new PebbleFormatError("a block is too short");
  const restarts = block.readUInt32LE(block.length - 4) & 0x7fffffff;
  const end = block.length - 4 - 4 * restarts;
  if (restarts === 0 || end < 0) throw new PebbleFormatError("a block has no restart points");
  const cursor = new ByteCursor(block.subarray(0, end));
  while (!cursor.isAtEnd) {
    const shared = cursor.uint();
    const unshared = cursor.uint();
    const valueLength = cursor.uint();
    const rest = cursor.take(unshared);
    const start = cursor.position;
    cursor.take(valueLength);
    yield { shared, rest, value: { start, end: cursor.position } };
  }
}
