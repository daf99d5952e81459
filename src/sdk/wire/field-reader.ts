/**
 * Walks protobuf wire format field by field, without copying and without a schema, by the reader of the protobuf
 * library. Knows no messages. Importing the generated code would take longer than a small sync.
 */
import { BinaryReader, WireType } from "@bufbuild/protobuf/wire";

const badNumber = "a number is cut short or longer than ten bytes";

/**
 * A cursor over one message. `next` moves to a field and sets `field` and `wireType`; then call the one method that
 * reads its value, or `skip`. A nested message is walked with the same cursor between `enter` and `next(end)`.
 * Every method throws a RangeError when the bytes are not what they should be.
 */
export class FieldReader {
  readonly #bytes: Uint8Array;
  readonly #reader: BinaryReader;
  /** Number of the current field. */
  field = 0;
  /** Wire type of the current field. */
  wireType: number = WireType.Varint;

  constructor(bytes: Uint8Array) {
    // As a plain array, so that the pieces handed out are plain, too.
    this.#bytes = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#reader = new BinaryReader(this.#bytes);
  }

  /** Where the whole message ends; the argument of `next` for the outermost message. */
  get end(): number {
    return this.#reader.len;
  }

  /** Where the cursor stands: behind what was read last. */
  get position(): number {
    return this.#reader.pos;
  }

  /** Goes to where a field begins, so that it is read, or read again. */
  moveTo(position: number): void {
    this.#reader.pos = position;
  }

  /** Moves to the next field of the message that ends at `end`; false when there is none. */
  next(end: number): boolean {
    const { pos } = this.#reader;
    if (pos >= end) {
      if (pos > end) throw new RangeError("a field reaches beyond its message");
      return false;
    }
    // Not `tag()`, which makes an array of the two for every field.
    const tag = this.#uint32();
    this.field = tag >>> 3;
    this.wireType = tag & 7;
    if (this.field === 0) throw new RangeError("field number 0 does not exist");
    return true;
  }

  /** Enters the nested message of the current field and returns where it ends. */
  enter(): number {
    this.#expect(WireType.LengthDelimited);
    const length = this.#uint32();
    const end = this.#reader.pos + length;
    if (end > this.#reader.len) throw new RangeError("the message ends inside a field");
    return end;
  }

  /** A string; throws when it is not UTF-8. */
  string(): string {
    this.#expect(WireType.LengthDelimited);
    try {
      return this.#reader.string(true);
    } catch (cause) {
      throw new RangeError("a text is not UTF-8, or ends too late", { cause });
    }
  }

  /** Bytes, as a view on the message. */
  bytes(): Uint8Array {
    this.#expect(WireType.LengthDelimited);
    return this.#reader.bytes();
  }

  /** An unsigned integer or enum of 32 bits. */
  uint(): number {
    this.#expect(WireType.Varint);
    return this.#uint32();
  }

  /** An int64; exact between -2^53 and 2^53. */
  int64(): number {
    this.#expect(WireType.Varint);
    try {
      return Number(this.#reader.int64());
    } catch (cause) {
      throw new RangeError(badNumber, { cause });
    }
  }

  /** A bool. */
  bool(): boolean {
    this.#expect(WireType.Varint);
    return this.#reader.bool();
  }

  /** A double. */
  double(): number {
    this.#expect(WireType.Bit64);
    return this.#reader.double();
  }

  /** The eight bytes of a fixed64, least significant first, as a view on the message. */
  fixed64(): Uint8Array {
    this.#expect(WireType.Bit64);
    const start = this.#reader.pos;
    this.skip();
    return this.#bytes.subarray(start, start + 8);
  }

  /** Calls `read` for each element of a repeated integer or enum field, packed or not. */
  eachUint(read: (value: number) => void): void {
    if (this.wireType === WireType.Varint) {
      read(this.uint());
      return;
    }
    const end = this.enter();
    while (this.#reader.pos < end) read(this.#uint32());
    if (this.#reader.pos > end) throw new RangeError("a number reaches beyond its list");
  }

  /** Passes over the current field, whatever it is. */
  skip(): void {
    try {
      this.#reader.skip(this.wireType, this.field);
    } catch (cause) {
      throw new RangeError("a field cannot be passed over", { cause });
    }
  }

  #uint32(): number {
    try {
      return this.#reader.uint32();
    } catch (cause) {
      throw new RangeError(badNumber, { cause });
    }
  }

  #expect(wireType: WireType): void {
    if (this.wireType !== wireType) {
      throw new RangeError(`field ${this.field} has wire type ${this.wireType}, not ${wireType}`);
    }
  }
}

/**
 * Text of the first field `field` of a message; "" when it is absent.
 * @throws RangeError when the bytes are not a protobuf message.
 */
export function readString(bytes: Uint8Array, field: number): string {
  const reader = new FieldReader(bytes);
  while (reader.next(reader.end)) {
    if (reader.field === field && reader.wireType === WireType.LengthDelimited) return reader.string();
    reader.skip();
  }
  return "";
}
