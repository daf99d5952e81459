/**
 * The values of a version 3 store's rows (wire: records of c1.storage.v3), made of the messages of c1.connector.v2 that
 * the scratch database holds. What both have is copied as bytes; field numbers differ.
 */
import type { Timestamp } from "../../../contracts/model.ts";
import { writeTimestamp } from "../../../wire/encode.ts";
import { FieldReader } from "../../../wire/field-reader.ts";
import type { ProtoWriter } from "../../../wire/proto-writer.ts";

/** Numbers of the trait enum, as the store names them. */
const traitNames = [
  "",
  "USER",
  "GROUP",
  "ROLE",
  "APP",
  "SECRET",
  "SECURITY_INSIGHT",
  "SCOPE_BINDING",
  "VENDOR",
  "VENDOR_AGREEMENT",
  "LICENSE_PROFILE",
  "AGENT",
  "MANAGED_DEVICE",
] as const;
/** Numbers of the purpose enum. */
const purposeNames = ["", "ASSIGNMENT", "PERMISSION", "OWNERSHIP"] as const;

const none: Uint8Array = new Uint8Array(0);

/** A type and an id, as the bytes of two strings; empty where there is none. */
export interface IdBytes {
  readonly type: Uint8Array;
  readonly id: Uint8Array;
}

/** Writes a resource type. @throws RangeError when `message` is none. */
export function writeTypeRecord(writer: ProtoWriter, message: Uint8Array, discoveredAt: Timestamp): void {
  const reader = new FieldReader(message);
  let [id, displayName, description] = [none, none, none];
  let isExternal = false;
  const traits: number[] = [];
  const annotations: Uint8Array[] = [];
  while (reader.next(reader.end)) {
    if (reader.field === 1) id = reader.bytes();
    else if (reader.field === 2) displayName = reader.bytes();
    else if (reader.field === 3) reader.eachUint((trait) => traits.push(trait));
    else if (reader.field === 4) annotations.push(reader.bytes());
    else if (reader.field === 5) description = reader.bytes();
    else if (reader.field === 6) isExternal = reader.bool();
    else reader.skip();
  }
  writer.bytes(2, id);
  writer.bytes(3, displayName);
  for (const trait of traits) writer.stringAlways(4, traitNames[trait] ?? "");
  writeAll(writer, 5, annotations);
  writeTimestamp(writer, 6, discoveredAt);
  writer.bytes(7, description);
  writer.bool(8, isExternal);
}

/** Writes a resource. Returns its parent. @throws RangeError when `message` is none. */
export function writeResourceRecord(writer: ProtoWriter, message: Uint8Array, discoveredAt: Timestamp): IdBytes {
  const reader = new FieldReader(message);
  let [displayName, description] = [none, none];
  let profile: Uint8Array | undefined;
  let status: Uint8Array | undefined;
  let createdAt: Uint8Array | undefined;
  let [id, parent, icon] = [noId, noId, noId];
  const annotations: Uint8Array[] = [];
  while (reader.next(reader.end)) {
    if (reader.field === 1) id = readId(reader);
    else if (reader.field === 2) parent = readId(reader);
    else if (reader.field === 3) displayName = reader.bytes();
    else if (reader.field === 4) annotations.push(reader.bytes());
    else if (reader.field === 5) description = reader.bytes();
    else if (reader.field === 9) profile = reader.bytes();
    else if (reader.field === 10) icon = readId(reader);
    else if (reader.field === 11) status = reader.bytes();
    else if (reader.field === 12) createdAt = reader.bytes();
    else reader.skip();
  }
  writer.bytes(2, id.type);
  writer.bytes(3, id.id);
  writer.bytes(4, displayName);
  writer.bytes(5, description);
  if (parent.id.length > 0) writeId(writer, 6, parent);
  writeAll(writer, 7, annotations);
  writeTimestamp(writer, 8, discoveredAt);
  if (profile) writer.bytesAlways(9, profile);
  if (status) writer.bytesAlways(10, status);
  if (createdAt) writer.bytesAlways(11, createdAt);
  // Of an asset's reference the id is the first field.
  writer.bytes(13, icon.type);
  return parent;
}

/** Writes an entitlement. @throws RangeError when `message` is none. */
export function writeEntitlementRecord(writer: ProtoWriter, message: Uint8Array, discoveredAt: Timestamp): void {
  const reader = new FieldReader(message);
  let [id, displayName, description, slug] = [none, none, none, none];
  let resource = noId;
  let purpose = 0;
  const grantableTo: Uint8Array[] = [];
  const annotations: Uint8Array[] = [];
  while (reader.next(reader.end)) {
    if (reader.field === 1) resource = readResourceId(reader);
    else if (reader.field === 2) id = reader.bytes();
    else if (reader.field === 3) displayName = reader.bytes();
    else if (reader.field === 4) description = reader.bytes();
    // Of a resource type the id is the first field.
    else if (reader.field === 5) grantableTo.push(readId(reader).type);
    else if (reader.field === 6) annotations.push(reader.bytes());
    else if (reader.field === 7) purpose = reader.uint();
    else if (reader.field === 8) slug = reader.bytes();
    else reader.skip();
  }
  writer.bytes(2, id);
  writeId(writer, 3, resource);
  writer.bytes(4, displayName);
  writer.bytes(5, description);
  writer.string(6, purposeNames[purpose] ?? "");
  writeAll(writer, 7, annotations);
  writeTimestamp(writer, 8, discoveredAt);
  writer.bytes(9, slug);
  for (const type of grantableTo) writer.bytes(10, type);
}

/** What a grant's message has beside its entitlement and its principal. */
export interface GrantExtras {
  readonly annotations: readonly Uint8Array[];
  /** Ids of entitlements, ascending by their bytes, and whether the principal holds them itself. */
  readonly sources: readonly (readonly [id: Uint8Array, isDirect: boolean])[];
  /** Parent of the principal, when the message names one. */
  readonly principalParent: IdBytes;
}

/** Reads what is rare in a grant. @throws RangeError when `message` is none. */
export function readGrantExtras(message: Uint8Array): GrantExtras {
  const reader = new FieldReader(message);
  const annotations: Uint8Array[] = [];
  const sources: (readonly [Uint8Array, boolean])[] = [];
  let principalParent = noId;
  while (reader.next(reader.end)) {
    if (reader.field === 2) principalParent = readParent(reader);
    else if (reader.field === 4) annotations.push(reader.bytes());
    else if (reader.field === 5) sources.push(...readSources(reader));
    else reader.skip();
  }
  sources.sort(([a], [b]) => Buffer.compare(a, b));
  return { annotations, sources, principalParent };
}

function readParent(reader: FieldReader): IdBytes {
  let parent = noId;
  for (const end = reader.enter(); reader.next(end); ) {
    if (reader.field === 2) parent = readId(reader);
    else reader.skip();
  }
  return parent;
}

function readSources(reader: FieldReader): (readonly [Uint8Array, boolean])[] {
  const sources: (readonly [Uint8Array, boolean])[] = [];
  for (const end = reader.enter(); reader.next(end); ) {
    if (reader.field === 1) sources.push(readSource(reader));
    else reader.skip();
  }
  return sources;
}

function readSource(reader: FieldReader): readonly [Uint8Array, boolean] {
  let id = none;
  let isDirect = false;
  for (const end = reader.enter(); reader.next(end); ) {
    if (reader.field === 1) id = reader.bytes();
    else if (reader.field === 2) isDirect = readIsDirect(reader);
    else reader.skip();
  }
  return [id, isDirect];
}

function readIsDirect(reader: FieldReader): boolean {
  let isDirect = false;
  for (const end = reader.enter(); reader.next(end); ) {
    if (reader.field === 1) isDirect = reader.bool();
    else reader.skip();
  }
  return isDirect;
}

/** Writes the map of a grant's sources. */
export function writeSources(writer: ProtoWriter, field: number, sources: GrantExtras["sources"]): void {
  for (const [id, isDirect] of sources) {
    const entry = writer.begin(field);
    writer.bytes(1, id);
    const value = writer.begin(2);
    writer.bool(4, isDirect);
    writer.end(value);
    writer.end(entry);
  }
}

const noId: IdBytes = { type: none, id: none };

/** The first two fields of a message, which are strings. */
function readId(reader: FieldReader): IdBytes {
  let [type, id] = [none, none];
  for (const end = reader.enter(); reader.next(end); ) {
    if (reader.field === 1) type = reader.bytes();
    else if (reader.field === 2) id = reader.bytes();
    else reader.skip();
  }
  return { type, id };
}

function readResourceId(reader: FieldReader): IdBytes {
  let found = noId;
  for (const end = reader.enter(); reader.next(end); ) {
    if (reader.field === 1) found = readId(reader);
    else reader.skip();
  }
  return found;
}

function writeId(writer: ProtoWriter, field: number, { type, id }: IdBytes): void {
  const start = writer.begin(field);
  writer.bytes(1, type);
  writer.bytes(2, id);
  writer.end(start);
}

function writeAll(writer: ProtoWriter, field: number, messages: readonly Uint8Array[]): void {
  for (const message of messages) writer.bytesAlways(field, message);
}
