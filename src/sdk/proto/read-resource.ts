/**
 * Reads resource types, resources and entitlements, message by message. Each function reads the message that ends at
 * `end`, with a cursor that stands at its beginning, and throws a RangeError when the bytes are damaged.
 */
import {
  type Annotation,
  type Entitlement,
  type Profile,
  type ProfileValue,
  Purpose,
  type Resource,
  type ResourceId,
  ResourceStatus,
  type ResourceType,
  type Timestamp,
  Trait,
} from "../contracts/model.ts";
import type { FieldReader } from "../wire/field-reader.ts";

/** Stands for an id that is absent. */
export const noId: ResourceId = { resourceType: "", resource: "" };

/** An object under construction. */
export type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** Reads a `ResourceType`; traits that the contract does not name are left out. */
export function readResourceType(reader: FieldReader, end: number): ResourceType {
  const traits: Trait[] = [];
  const annotations: Annotation[] = [];
  const type = { id: "", displayName: "", traits, annotations, description: "" };
  while (reader.next(end)) {
    if (reader.field === 1) type.id = reader.string();
    else if (reader.field === 2) type.displayName = reader.string();
    else if (reader.field === 3) reader.eachUint((value) => isTrait(value) && traits.push(value));
    else if (reader.field === 4) annotations.push(readAnnotation(reader, reader.enter()));
    else if (reader.field === 5) type.description = reader.string();
    else reader.skip();
  }
  return type;
}

/** Reads a `Resource`; an empty description counts as none. */
export function readResource(reader: FieldReader, end: number): Resource {
  const annotations: Annotation[] = [];
  const resource: Mutable<Resource> = { id: noId, displayName: "", annotations };
  while (reader.next(end)) {
    if (reader.field === 1) resource.id = readResourceId(reader, reader.enter());
    else if (reader.field === 2) resource.parentResourceId = readResourceId(reader, reader.enter());
    else if (reader.field === 3) resource.displayName = reader.string();
    else if (reader.field === 4) annotations.push(readAnnotation(reader, reader.enter()));
    else if (reader.field === 5) resource.description = reader.string();
    else if (reader.field === 9) resource.profile = readStruct(reader, reader.enter());
    else if (reader.field === 11) resource.status = readStatus(reader, reader.enter());
    else if (reader.field === 12) resource.createdAt = readTimestamp(reader, reader.enter());
    else reader.skip();
  }
  if (resource.description === "") delete resource.description;
  return resource;
}

/** An entitlement without content, with its lists to fill: what a reader begins with, also one of another format. */
export function emptyEntitlement() {
  const grantableTo: ResourceType[] = [];
  const annotations: Annotation[] = [];
  const entitlement: Mutable<Entitlement> = {
    id: "",
    resource: { id: noId, displayName: "", annotations: [] },
    displayName: "",
    description: "",
    grantableTo,
    annotations,
    purpose: Purpose.unspecified,
    slug: "",
  };
  return { entitlement, grantableTo, annotations };
}

/** Reads an `Entitlement`. */
export function readEntitlement(reader: FieldReader, end: number): Entitlement {
  const { entitlement, grantableTo, annotations } = emptyEntitlement();
  while (reader.next(end)) {
    if (reader.field === 1) entitlement.resource = readResource(reader, reader.enter());
    else if (reader.field === 2) entitlement.id = reader.string();
    else if (reader.field === 3) entitlement.displayName = reader.string();
    else if (reader.field === 4) entitlement.description = reader.string();
    else if (reader.field === 5) grantableTo.push(readResourceType(reader, reader.enter()));
    else if (reader.field === 6) annotations.push(readAnnotation(reader, reader.enter()));
    else if (reader.field === 7) entitlement.purpose = toPurpose(reader.uint());
    else if (reader.field === 8) entitlement.slug = reader.string();
    else reader.skip();
  }
  return entitlement;
}

/** Reads a `ResourceId`. */
export function readResourceId(reader: FieldReader, end: number): ResourceId {
  let resourceType = "";
  let resource = "";
  while (reader.next(end)) {
    if (reader.field === 1) resourceType = reader.string();
    else if (reader.field === 2) resource = reader.string();
    else reader.skip();
  }
  return { resourceType, resource };
}

const nothing: Uint8Array = new Uint8Array(0);

/** Reads a `google.protobuf.Any`; its value is a view on the bytes that are read. */
export function readAnnotation(reader: FieldReader, end: number): Annotation {
  let typeUrl = "";
  let value = nothing;
  while (reader.next(end)) {
    if (reader.field === 1) typeUrl = reader.string();
    else if (reader.field === 2) value = reader.bytes();
    else reader.skip();
  }
  return { typeUrl, value };
}

/** Reads a `Status`. */
export function readStatus(reader: FieldReader, end: number): NonNullable<Resource["status"]> {
  let status: ResourceStatus = ResourceStatus.unspecified;
  let details = "";
  while (reader.next(end)) {
    if (reader.field === 1) status = toResourceStatus(reader.uint());
    else if (reader.field === 2) details = reader.string();
    else reader.skip();
  }
  return details === "" ? { status } : { status, details };
}

/** Reads a `google.protobuf.Timestamp`. */
export function readTimestamp(reader: FieldReader, end: number): Timestamp {
  let seconds = 0;
  let nanos = 0;
  while (reader.next(end)) {
    if (reader.field === 1) seconds = reader.int64();
    else if (reader.field === 2) nanos = reader.int64();
    else reader.skip();
  }
  return { seconds, nanos };
}

const traits: ReadonlySet<number> = new Set(Object.values(Trait));

function isTrait(value: number): value is Trait {
  return traits.has(value);
}

const statuses: ReadonlySet<number> = new Set(Object.values(ResourceStatus));

/** States of later versions count as unspecified. */
function toResourceStatus(value: number): ResourceStatus {
  return isStatus(value) ? value : ResourceStatus.unspecified;
}

function isStatus(value: number): value is ResourceStatus {
  return statuses.has(value);
}

/** Purposes of later versions count as unspecified. */
function toPurpose(value: number): Purpose {
  return Object.values(Purpose).find((purpose) => purpose === value) ?? Purpose.unspecified;
}

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
