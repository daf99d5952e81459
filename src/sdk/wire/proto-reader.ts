/** Walks the fields of one protobuf message without a schema, for the few places that need one or two of them. */

/** One field as it stands on the wire. `value` is a number for varints, the bytes for the rest. */
export interface WireField {
  readonly field: number;
  readonly value: number | Uint8Array;
}

/**
 * Yields the fields in wire order; varints above 2^53 lose precision.
 * @throws RangeError when the bytes are not a protobuf message.
 */
export function* readFields(bytes: Uint8Array): Generator<WireField> {
  const cursor = { bytes, position: 0 };
  while (cursor.position < bytes.length) {
    const tag = readVarint(cursor);
    yield { field: Math.floor(tag / 8), value: readValue(cursor, tag % 8) };
  }
}

/** Text of the first length-delimited field `field`; "" when it is absent. */
export function readString(bytes: Uint8Array, field: number): string {
  for (const found of readFields(bytes)) {
    if (found.field === field && typeof found.value !== "number") return Buffer.from(found.value).toString("utf8");
  }
  return "";
}

interface Cursor {
  readonly bytes: Uint8Array;
  position: number;
}

function readValue(cursor: Cursor, wireType: number): number | Uint8Array {
  if (wireType === 0) return readVarint(cursor);
  if (wireType === 1) return take(cursor, 8);
  if (wireType === 2) return take(cursor, readVarint(cursor));
  if (wireType === 5) return take(cursor, 4);
  throw new RangeError(`wire type ${wireType} is not known`);
}

function readVarint(cursor: Cursor): number {
  let value = 0;
  for (let factor = 1, count = 0; count < 10; factor *= 128, count++) {
    const byte = cursor.bytes[cursor.position++];
    if (byte === undefined) throw new RangeError("the message ends inside a number");
    value += (byte & 127) * factor;
    if (byte < 128) return value;
  }
  throw new RangeError("a number is longer than ten bytes");
}

function take(cursor: Cursor, length: number): Uint8Array {
  const end = cursor.position + length;
  if (end > cursor.bytes.length) throw new RangeError("the message ends inside a field");
  const value = cursor.bytes.subarray(cursor.position, end);
  cursor.position = end;
  return value;
}
