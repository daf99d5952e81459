/**
 * Walks protobuf wire format field by field, without copying and without a schema. Knows tags, varints and lengths,
 * no messages. Written by hand because importing the generated code takes longer than a small sync.
 */
import { Buffer, isUtf8 } from "node:buffer";

const replacement = "\uFFFD";

/**
 * A cursor over one message. `next` moves to a field and sets `field` and `wireType`; then call the one method that
 * reads its value, or `skip`. A nested message is walked with the same cursor between `enter` and `next(end)`.
 * Every method throws a RangeError when the bytes are not what they should be.
 */
export class FieldReader {
  readonly #bytes: Buffer;
  #position = 0;
  /** Number of the current field. */
  field = 0;
  /** Wire type of the current field. */
  wireType = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** Where the whole message ends; the argument of `next` for the outermost message. */
  get end(): number {
    return this.#bytes.length;
  }

  /** Moves to the next field of the message that ends at `end`; false when there is none. */
  next(end: number): boolean {
    if (this.#position >= end) {
      if (this.#position > end) throw new RangeError("a field reaches beyond its message");
      return false;
    }
    const tag = this.#varint();
    this.wireType = tag & 7;
    this.field = Math.floor(tag / 8);
    if (this.field === 0) throw new RangeError("field number 0 does not exist");
    return true;
  }

  /** Enters the nested message of the current field and returns where it ends. */
  enter(): number {
    const length = this.#length();
    return this.#position + length;
  }

  /** A string; throws when it is not UTF-8. */
  string(): string {
    const start = this.#skipLength();
    const text = this.#bytes.toString("utf8", start, this.#position);
    // Decoding puts U+FFFD where bytes are not UTF-8; only then is a second look needed.
    if (text.includes(replacement) && !isUtf8(this.#bytes.subarray(start, this.#position))) {
      throw new RangeError("a text is not UTF-8");
    }
    return text;
  }

  /** Bytes, as a view on the message. */
  bytes(): Uint8Array {
    const start = this.#skipLength();
    return new Uint8Array(this.#bytes.buffer, this.#bytes.byteOffset + start, this.#position - start);
  }

  /** An unsigned integer or enum; exact up to 2^53. */
  uint(): number {
    this.#expect(0);
    return this.#varint();
  }

  /** An int64; exact between -2^53 and 2^53. */
  int64(): number {
    this.#expect(0);
    const start = this.#position;
    const value = this.#varint();
    if (value <= Number.MAX_SAFE_INTEGER) return value;
    this.#position = start;
    return Number(BigInt.asIntN(64, this.#bigVarint()));
  }

  /** A bool. */
  bool(): boolean {
    return this.uint() !== 0;
  }

  /** A double. */
  double(): number {
    this.#expect(1);
    this.#position += 8;
    if (this.#position > this.#bytes.length) throw new RangeError("the message ends inside a number");
    return this.#bytes.readDoubleLE(this.#position - 8);
  }

  /** Calls `read` for each element of a repeated integer or enum field, packed or not. */
  eachUint(read: (value: number) => void): void {
    if (this.wireType === 0) {
      read(this.#varint());
      return;
    }
    const end = this.enter();
    while (this.#position < end) read(this.#varint());
    if (this.#position > end) throw new RangeError("a number reaches beyond its list");
  }

  /** Passes over the current field, whatever it is. */
  skip(): void {
    if (this.wireType === 0) this.#varint();
    else if (this.wireType === 1) this.#advance(8);
    else if (this.wireType === 2) this.#skipLength();
    else if (this.wireType === 5) this.#advance(4);
    else throw new RangeError(`wire type ${this.wireType} is not known`);
  }

  #expect(wireType: number): void {
    if (this.wireType !== wireType) {
      throw new RangeError(`field ${this.field} has wire type ${this.wireType}, not ${wireType}`);
    }
  }

  #length(): number {
    this.#expect(2);
    const length = this.#varint();
    if (length > this.#bytes.length - this.#position) throw new RangeError("the message ends inside a field");
    return length;
  }

  /** Passes over a length and what it counts; returns where that begins. */
  #skipLength(): number {
    const length = this.#length();
    const start = this.#position;
    this.#position += length;
    return start;
  }

  #advance(count: number): void {
    this.#position += count;
    if (this.#position > this.#bytes.length) throw new RangeError("the message ends inside a field");
  }

  #varint(): number {
    let byte = this.#bytes[this.#position++];
    if (byte !== undefined && byte < 128) return byte;
    let value = 0;
    for (let factor = 1, count = 1; byte !== undefined; factor *= 128, count++) {
      value += (byte & 127) * factor;
      if (byte < 128) return value;
      if (count === 10) throw new RangeError("a number is longer than ten bytes");
      byte = this.#bytes[this.#position++];
    }
    throw new RangeError("the message ends inside a number");
  }

  #bigVarint(): bigint {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = this.#bytes[this.#position++] ?? 0;
      value |= BigInt(byte & 127) << shift;
      if (byte < 128) return value;
    }
  }
}
