/** Looks a protobuf message through without decoding it: nothing is made of it, however many there are. */
import { isUtf8 } from "node:buffer";

/** What is in a field that matters: text, or a message. Other fields are passed over. */
export interface Shape {
  readonly [field: number]: "text" | Shape;
}

const wire = { varint: 0, bits64: 1, lengthDelimited: 2, bits32: 5 } as const;
const longestVarint = 10;
/** Fields of higher numbers are rare. */
const shortTag = 0x80;
const deepest = 60;

/** Goes from field to field of the message in bytes `at` to `end`. */
export class FieldWalk {
  readonly #bytes: Uint8Array;
  readonly #end: number;
  #at: number;
  field: number = 0;
  wireType: number = 0;
  /** Where the content of the field lies, without its length. */
  start: number = 0;
  end: number = 0;
  /** Set when something was not as it should be, or as rarely is; `next` is false then. */
  isOdd: boolean = false;

  constructor(bytes: Uint8Array, at: number, end: number) {
    this.#bytes = bytes;
    this.#at = at;
    this.#end = end;
  }

  /** Moves on; false at the end. */
  next(): boolean {
    if (this.#at >= this.#end) return false;
    const tag = this.#bytes[this.#at++] ?? shortTag;
    this.field = tag >>> 3;
    this.wireType = tag & 7;
    const length = this.#length();
    this.start = this.#at;
    this.end = this.#at + length;
    this.#at = this.end;
    this.isOdd = tag >= shortTag || this.field === 0 || length < 0 || this.end > this.#end;
    return !this.isOdd;
  }

  /** Of the content; -1 where it cannot be told. */
  #length(): number {
    if (this.wireType === wire.lengthDelimited) return this.#shortVarint();
    if (this.wireType === wire.varint) return this.#varintBytes();
    if (this.wireType === wire.bits64) return 8;
    return this.wireType === wire.bits32 ? 4 : -1;
  }

  #varintBytes(): number {
    for (let length = 1; length <= longestVarint; length++) {
      if ((this.#bytes[this.#at + length - 1] ?? shortTag) < shortTag) return length;
    }
    return -1;
  }

  /** A number of 28 bits. */
  #shortVarint(): number {
    let value = 0;
    for (let shift = 0; shift < 28; shift += 7) {
      const byte = this.#bytes[this.#at++] ?? shortTag;
      value |= (byte & 127) << shift;
      if (byte < shortTag) return value;
    }
    return -1;
  }
}

/**
 * True when the message in bytes `start` to `end` can surely be decoded. False: it must be decoded to know.
 */
export function isWellFormed(bytes: Uint8Array, start: number, end: number, shape: Shape, depth = 0): boolean {
  const walk = new FieldWalk(bytes, start, end);
  while (walk.next()) {
    const kind = shape[walk.field];
    if (kind === undefined) continue;
    if (walk.wireType !== wire.lengthDelimited || depth > deepest) return false;
    const isFine =
      kind === "text"
        ? isText(bytes, walk.start, walk.end)
        : isWellFormed(bytes, walk.start, walk.end, kind, depth + 1);
    if (!isFine) return false;
  }
  return !walk.isOdd;
}

function isText(bytes: Uint8Array, start: number, end: number): boolean {
  for (let at = start; at < end; at++) {
    if ((bytes[at] ?? 0) > 127) return isUtf8(bytes.subarray(at, end));
  }
  return true;
}
