/**
 * Resources whose row says what its key says, without decoding them: nearly all, and most of a row is a profile. Messages
 * are looked through, and nothing is made of them, however many there are.
 */

import { isUtf8 } from "node:buffer";
import { prefixBytes } from "../pebble/keys.ts";
import type { RowPlace } from "../read/pebble/block-rows.ts";

/** Of google.protobuf.Value, with the lists and messages that it may be. */
const value: { [field: number]: "text" | Shape } = { 3: "text" };
const struct: Shape = { 1: { 1: "text", 2: value } };
value[5] = struct;
value[6] = { 1: value };
/** Fields of c1.storage.v3.ResourceRecord that are read. */
const field = { type: 2, id: 3, parent: 6 } as const;
const shape: Shape = {
  [field.type]: "text",
  [field.id]: "text",
  4: "text",
  5: "text",
  [field.parent]: { 1: "text", 2: "text" },
  7: { 1: "text" },
  9: struct,
  10: { 2: "text" },
};
const separator = 0;
const none: Buffer = Buffer.alloc(0);

/** What a resource's row says of its place among others. */
export interface PlainResource {
  /** The parent's part of a key; empty: there is none. */
  readonly parent: Uint8Array;
}

/**
 * The resource at `place`, when its row can surely be decoded and says what its key says, in ids that stand in a key as
 * they are. Undefined: it must be decoded.
 */
export function plainResource(place: RowPlace): PlainResource | undefined {
  const { values, valueStart, valueEnd, keys, keyStart, keyEnd } = place;
  if (!isWellFormed(values, valueStart, valueEnd, shape)) return undefined;
  const walk = new FieldWalk(values, valueStart, valueEnd);
  let [at, parent] = [keyStart + prefixBytes, none as Uint8Array | undefined];
  while (walk.next()) {
    if (walk.field === field.type) at = endOfSame(values, walk, keys, at);
    else if (walk.field === field.id && keys[at] === separator) at = endOfSame(values, walk, keys, at + 1);
    else if (walk.field === field.parent) parent = parentOf(values, walk);
  }
  return at === keyEnd && parent ? { parent } : undefined;
}

/** Where the key goes on behind the bytes of the field; -1 when it has others. */
function endOfSame(values: Buffer, { start, end }: FieldWalk, keys: Buffer, keyPlace: number): number {
  for (let at = start, to = keyPlace; at < end; at++) {
    const byte = values[at] ?? 0;
    if (byte <= 1 || byte !== keys[to++]) return -1;
  }
  return keyPlace + end - start;
}

/** Type and id joined; undefined when they are not in their usual order, or hold what is escaped in a key. */
function parentOf(values: Buffer, { start, end }: FieldWalk): Uint8Array | undefined {
  const walk = new FieldWalk(values, start, end);
  const parts: Uint8Array[] = [];
  while (walk.next()) {
    if (walk.field !== parts.length + 1) return undefined;
    const part = values.subarray(walk.start, walk.end);
    if (part.includes(0) || part.includes(1)) return undefined;
    parts.push(part);
  }
  const [type, id, ...more] = parts;
  return type && id && id.length > 0 && more.length === 0
    ? Buffer.concat([type, Buffer.from([separator]), id])
    : undefined;
}

/** What is in a field that matters: text, or a message. Other fields are passed over. */
interface Shape {
  readonly [field: number]: "text" | Shape;
}

const wire = { varint: 0, bits64: 1, lengthDelimited: 2, bits32: 5 } as const;
const longestVarint = 10;
/** Fields of higher numbers are rare. */
const shortTag = 0x80;
const deepest = 60;

/** Goes from field to field of the message in bytes `at` to `end`. */
class FieldWalk {
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
function isWellFormed(bytes: Uint8Array, start: number, end: number, shape: Shape, depth = 0): boolean {
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
