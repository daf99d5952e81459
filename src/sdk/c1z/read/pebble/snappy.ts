/** Unpacks the Snappy block format. One loop without objects: Go's files have nothing but such blocks. */
import { ByteCursor, PebbleFormatError } from "./byte-cursor.ts";

/** Literals up to this many bytes have their length in the tag. */
const shortLiteral = 60;

/**
 * The bytes that were packed.
 * @param maxBytes refuses more.
 * @throws PebbleFormatError when the bytes are no Snappy block.
 */
export function unpackSnappy(packed: Buffer, maxBytes: number): Buffer {
  const cursor = new ByteCursor(packed);
  const length = cursor.uint();
  // Three bytes bring 64 at most: what promises more cannot keep it.
  if (length > maxBytes || length > packed.length * 64) throw new PebbleFormatError("a Snappy block promises too much");
  const out = Buffer.allocUnsafe(length);
  let [from, to] = [cursor.position, 0];
  while (from < packed.length) {
    const tag = packed[from++] ?? 0;
    const kind = tag & 3;
    if (kind === 0) {
      let size = (tag >>> 2) + 1;
      if (size > shortLiteral) {
        const bytes = size - shortLiteral;
        size = littleEndian(packed, from, bytes) + 1;
        from += bytes;
      }
      if (from + size > packed.length || to + size > length) throw outside();
      out.set(packed.subarray(from, from + size), to);
      from += size;
      to += size;
    } else {
      const size = kind === 1 ? 4 + ((tag >>> 2) & 7) : 1 + (tag >>> 2);
      const bytes = kind === 3 ? 4 : kind;
      const distance = littleEndian(packed, from, bytes) + (kind === 1 ? (tag >>> 5) * 256 : 0);
      from += bytes;
      if (distance === 0 || distance > to || to + size > length) throw outside();
      // Byte by byte, as the two ranges may overlap; copies are short.
      for (const end = to + size; to < end; to++) out[to] = out[to - distance] ?? 0;
    }
  }
  if (to !== length) throw new PebbleFormatError("a Snappy block is shorter than promised");
  return out;
}

function littleEndian(bytes: Buffer, at: number, count: number): number {
  let value = 0;
  for (let index = count - 1; index >= 0; index--) value = value * 256 + (bytes[at + index] ?? 0);
  return value;
}

function outside(): PebbleFormatError {
  return new PebbleFormatError("a Snappy block refers to bytes outside of it");
}
