/**
 * `google.protobuf.Struct` to a profile. Nulls, which a profile does not have, are left out, in lists too.
 * Knows the three messages of google/protobuf/struct.proto and nothing else.
 */
import type { Profile, ProfileValue } from "../contracts/model.ts";
import type { FieldReader } from "../wire/field-reader.ts";

/** Deeper nesting is refused, as by every protobuf library: the bytes are made to exhaust the stack. */
const maximumDepth = 100;

/**
 * Reads the Struct that ends at `end`.
 * @throws RangeError when the bytes are not a Struct, or nest more than 100 deep.
 */
export function readStruct(reader: FieldReader, end: number, depth = 0): Profile {
  if (depth > maximumDepth) throw new RangeError(`a profile nests more than ${maximumDepth} deep`);
  const profile: Record<string, ProfileValue> = {};
  while (reader.next(end)) {
    if (reader.field === 1) readEntry(reader, reader.enter(), profile, depth);
    else reader.skip();
  }
  return profile;
}

function readEntry(reader: FieldReader, end: number, profile: Record<string, ProfileValue>, depth: number): void {
  let key = "";
  let value: ProfileValue | undefined;
  while (reader.next(end)) {
    if (reader.field === 1) key = reader.string();
    else if (reader.field === 2) value = readValue(reader, reader.enter(), depth);
    else reader.skip();
  }
  if (value === undefined) delete profile[key];
  // Assigning to __proto__ would change the object's prototype instead of adding a key.
  else if (key === "__proto__") Object.defineProperty(profile, key, { value, ...plain });
  else profile[key] = value;
}

const plain = { writable: true, enumerable: true, configurable: true };

function readValue(reader: FieldReader, end: number, depth: number): ProfileValue | undefined {
  let value: ProfileValue | undefined;
  while (reader.next(end)) {
    if (reader.field === 2) value = reader.double();
    else if (reader.field === 3) value = reader.string();
    else if (reader.field === 4) value = reader.bool();
    else if (reader.field === 5) value = readStruct(reader, reader.enter(), depth + 1);
    else if (reader.field === 6) value = readList(reader, reader.enter(), depth + 1);
    else reader.skip();
  }
  return value;
}

function readList(reader: FieldReader, end: number, depth: number): ProfileValue[] {
  if (depth > maximumDepth) throw new RangeError(`a profile nests more than ${maximumDepth} deep`);
  const list: ProfileValue[] = [];
  while (reader.next(end)) {
    if (reader.field !== 1) {
      reader.skip();
      continue;
    }
    const value = readValue(reader, reader.enter(), depth);
    if (value !== undefined) list.push(value);
  }
  return list;
}
