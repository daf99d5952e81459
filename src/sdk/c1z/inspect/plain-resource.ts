/** Resources whose row says what its key says, without decoding them: nearly all, and most of a row is a profile. */
import type { RowPlace } from "../read/pebble/block-rows.ts";
import { FieldWalk, isWellFormed, type Shape } from "./message-shape.ts";

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
const prefixBytes = 3;
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
