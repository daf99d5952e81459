/**
 * Reads resource types, resources and entitlements, message by message. Each function reads the message that ends at
 * `end`, with a cursor that stands at its beginning, and throws a RangeError when the bytes are damaged.
 */
import {
  type Annotation,
  type Entitlement,
  Purpose,
  type Resource,
  type ResourceId,
  ResourceStatus,
  type ResourceType,
  type Timestamp,
  Trait,
} from "../contracts/model.ts";
import type { FieldReader } from "../wire/field-reader.ts";
import { readStruct } from "./read-struct.ts";

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

/** Reads an `Entitlement`. */
export function readEntitlement(reader: FieldReader, end: number): Entitlement {
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

/** Reads a `google.protobuf.Any`; its value is a view on the bytes that are read. */
export function readAnnotation(reader: FieldReader, end: number): Annotation {
  let typeUrl = "";
  let value: Uint8Array = new Uint8Array(0);
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

/** States of later versions count as unspecified. */
function toResourceStatus(value: number): ResourceStatus {
  return Object.values(ResourceStatus).find((status) => status === value) ?? ResourceStatus.unspecified;
}

/** Purposes of later versions count as unspecified. */
function toPurpose(value: number): Purpose {
  return Object.values(Purpose).find((purpose) => purpose === value) ?? Purpose.unspecified;
}
