/**
 * Writes protobuf wire format into one growing buffer that is reused from row to row. Knows tags, varints and
 * lengths, no messages. Nested messages are written in place and their length is put before them afterwards.
 */

const initialBytes = 1 << 16;
/** Up to here a length is one byte. */
const oneByteLength = 127;
/** Up to here a loop of our own is faster than a call into the runtime. */
const fewBytes = 32;
/** Of one code unit of a string. */
const mostUtf8Bytes = 3;

/** A reusable protobuf buffer. `reset`, write fields in ascending order, take the result with `copy` or `view`. */
export class ProtoWriter {
  #bytes = Buffer.allocUnsafe(initialBytes);
  #position = 0;

  /** Forgets what was written; the memory stays. */
  reset(): void {
    this.#position = 0;
  }

  /** Bytes written so far. */
  get length(): number {
    return this.#position;
  }

  /** The bytes from `start` on, copied: they stay valid. */
  copy(start = 0): Uint8Array {
    return Buffer.from(this.#bytes.subarray(start, this.#position));
  }

  /** The bytes from `start` on, not copied: valid until the next write or reset. */
  view(start = 0): Uint8Array {
    return this.#bytes.subarray(start, this.#position);
  }

  /** A string field; "" is the default and is left out. */
  string(field: number, value: string): void {
    if (value !== "") this.stringAlways(field, value);
  }

  /** A string field, written even when empty (map keys, oneof members). Returns the bytes of the text. */
  stringAlways(field: number, value: string): number {
    this.#tag(field, 2);
    return this.#text(value);
  }

  /** A bytes field; empty is left out. */
  bytes(field: number, value: Uint8Array): void {
    if (value.length > 0) this.bytesAlways(field, value);
  }

  /** A bytes field or a message, written even when empty. */
  bytesAlways(field: number, value: Uint8Array): void {
    this.#tag(field, 2);
    this.#varint(value.length);
    this.raw(value);
  }

  /** Bytes as they are, without tag or length. */
  raw(value: Uint8Array): void {
    const { length } = value;
    this.#reserve(length);
    if (length > fewBytes) this.#bytes.set(value, this.#position);
    else for (let i = 0; i < length; i++) this.#bytes[this.#position + i] = value[i] ?? 0;
    this.#position += length;
  }

  /** An integer or enum field, 0 to 2^53; 0 is left out. */
  uint(field: number, value: number): void {
    if (value !== 0) this.uintAlways(field, value);
  }

  /** An integer or enum field, written even when 0. */
  uintAlways(field: number, value: number): void {
    this.#tag(field, 0);
    this.#varint(value);
  }

  /** An int64 field, which may be negative; 0 is left out. */
  int64(field: number, value: number): void {
    if (value === 0) return;
    this.#tag(field, 0);
    if (value > 0) this.#varint(value);
    else this.#bigVarint(BigInt.asUintN(64, BigInt(value)));
  }

  /** A bool field; false is left out. */
  bool(field: number, value: boolean): void {
    if (value) this.boolAlways(field, value);
  }

  /** A bool field, written even when false. */
  boolAlways(field: number, value: boolean): void {
    this.#tag(field, 0);
    this.#byte(value ? 1 : 0);
  }

  /** A double field, written even when 0. */
  doubleAlways(field: number, value: number): void {
    this.#tag(field, 1);
    this.#reserve(8);
    this.#bytes.writeDoubleLE(value, this.#position);
    this.#position += 8;
  }

  /** A fixed64 field of 8 big-endian bytes, written even when 0. */
  fixed64(field: number, value: Uint8Array): void {
    this.#tag(field, 1);
    this.raw(Uint8Array.from(value).reverse());
  }

  /** Begins a nested message; give what it returns to `end`. */
  begin(field: number): number {
    this.#tag(field, 2);
    this.#byte(0);
    return this.#position;
  }

  /** Ends the nested message that `begin` returned `start` for. */
  end(start: number): void {
    const length = this.#position - start;
    if (length <= oneByteLength) {
      this.#bytes[start - 1] = length;
      return;
    }
    // One byte was kept for the length; a longer one pushes the message to the right.
    const extra = varintBytes(length) - 1;
    this.#reserve(extra);
    this.#bytes.copyWithin(start + extra, start, this.#position);
    this.#position = start - 1;
    this.#varint(length);
    this.#position += length;
  }

  #tag(field: number, wireType: number): void {
    this.#varint(field * 8 + wireType);
  }

  #byte(value: number): void {
    this.#reserve(1);
    this.#bytes[this.#position++] = value;
  }

  #varint(value: number): void {
    this.#reserve(10);
    let rest = value;
    while (rest > 127) {
      this.#bytes[this.#position++] = (rest % 128) | 128;
      rest = Math.floor(rest / 128);
    }
    this.#bytes[this.#position++] = rest;
  }

  #bigVarint(value: bigint): void {
    this.#reserve(10);
    let rest = value;
    while (rest > 127n) {
      this.#bytes[this.#position++] = Number(rest & 127n) | 128;
      rest >>= 7n;
    }
    this.#bytes[this.#position++] = Number(rest);
  }

  /**
   * Left to the runtime. A loop over the characters is a tenth faster once V8 has compiled it well, but after it met its
   * first letter that is not ASCII it compiled it badly in half of all runs, and then everything took twice as long.
   */
  #text(value: string): number {
    if (value.length > oneByteLength) this.#varint(Buffer.byteLength(value, "utf8"));
    else this.#byte(0);
    const start = this.#position;
    this.#reserve(value.length * mostUtf8Bytes);
    const written = this.#bytes.write(value, start, "utf8");
    this.#position += written;
    if (value.length <= oneByteLength) this.end(start);
    return written;
  }

  #reserve(extra: number): void {
    const needed = this.#position + extra;
    if (needed <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafe(Math.max(needed, this.#bytes.length * 2));
    this.#bytes.copy(larger, 0, 0, this.#position);
    this.#bytes = larger;
  }
}

function varintBytes(value: number): number {
  let bytes = 1;
  for (let rest = value; rest > 127; rest = Math.floor(rest / 128)) bytes++;
  return bytes;
}
