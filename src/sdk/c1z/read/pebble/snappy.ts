/** Unpacks the Snappy block format. */
import { ByteCursor, PebbleFormatError } from "./byte-cursor.ts";

/**
 * The bytes that were packed.
 * @param maxBytes refuses more.
 * @throws PebbleFormatError when the bytes are no Snappy block.
 */
export function unpackSnappy(packed: Uint8Array, maxBytes: number): Buffer {
  const cursor = new ByteCursor(packed);
  const length = cursor.uint();
  // Three bytes bring 64 at most: what promises more cannot keep it.
  if (length > maxBytes || length > packed.length * 64) throw new PebbleFormatError("a Snappy block promises too much");
  const out = Buffer.allocUnsafe(length);
  let at = 0;
  while (!cursor.isAtEnd) {
    const tag = cursor.byte();
    if ((tag & 3) === 0) {
      const literal = cursor.take(literalLength(tag, cursor));
      if (at + literal.length > length) throw new PebbleFormatError("a Snappy block is longer than promised");
      out.set(literal, at);
      at += literal.length;
    } else at = copy(out, at, copyOf(tag, cursor));
  }
  if (at !== length) throw new PebbleFormatError("a Snappy block is shorter than promised");
  return out;
}

function literalLength(tag: number, cursor: ByteCursor): number {
  const short = tag >>> 2;
  return (short < 60 ? short : littleEndian(cursor, short - 59)) + 1;
}

function littleEndian(cursor: ByteCursor, bytes: number): number {
  return cursor.take(bytes).readUIntLE(0, bytes);
}

interface Copy {
  readonly length: number;
  /** Bytes to look back. */
  readonly distance: number;
}

function copyOf(tag: number, cursor: ByteCursor): Copy {
  const kind = tag & 3;
  if (kind === 1) return { length: 4 + ((tag >>> 2) & 7), distance: ((tag >>> 5) << 8) | cursor.byte() };
  return { length: 1 + (tag >>> 2), distance: littleEndian(cursor, kind === 2 ? 2 : 4) };
}

/** Copies byte by byte, as the two ranges may overlap. Returns where it ended. */
function copy(out: Buffer, start: number, { length, distance }: Copy): number {
  if (distance === 0 || distance > start || start + length > out.length) {
    throw new PebbleFormatError("a Snappy block refers to bytes outside of it");
  }
  if (distance >= length) out.copyWithin(start, start - distance, start - distance + length);
  else for (let at = start; at < start + length; at++) out[at] = out[at - distance] ?? 0;
  return start + length;
}
