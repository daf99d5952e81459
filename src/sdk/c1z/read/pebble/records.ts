/**
 * Values of a version 3 store (c1.storage.v3) as contract objects. Fields that the contract does not have are passed
 * over; what a grant or entitlement refers to is known by its id only. Functions throw a RangeError for damage.
 */
import {
  type Annotation,
  type Entitlement,
  type Grant,
  Purpose,
  type Resource,
  type ResourceId,
  type ResourceType,
  Trait,
} from "../../../contracts/model.ts";
import { readGrantExpandable, readSource } from "../../../proto/decode.ts";
import {
  emptyEntitlement,
  type Mutable,
  noId,
  readAnnotation,
  readResourceId,
  readStatus,
  readStruct,
  readTimestamp,
} from "../../../proto/read-resource.ts";
import { type Guarded, type ResourceFields, resourceLater } from "../../../proto/resource-later.ts";
import { FieldReader } from "../../../wire/field-reader.ts";
import { usualGrantId } from "../../pebble/keys.ts";

/** Reads a `ResourceTypeRecord`; traits that the contract does not name are left out. */
export function resourceTypeOf(value: Uint8Array): ResourceType {
  const reader = new FieldReader(value);
  const traits: Trait[] = [];
  const annotations: Annotation[] = [];
  const type = { id: "", displayName: "", traits, annotations, description: "" };
  while (reader.next(reader.end)) {
    if (reader.field === 2) type.id = reader.string();
    else if (reader.field === 3) type.displayName = reader.string();
    else if (reader.field === 4) traits.push(...(traitsByName.get(reader.string()) ?? []));
    else if (reader.field === 5) annotations.push(readAnnotation(reader, reader.enter()));
    else if (reader.field === 7) type.description = reader.string();
    else reader.skip();
  }
  return type;
}

/** Reads a `ResourceRecord`; an empty description counts as none. */
export function resourceOf(value: Uint8Array): Resource {
  const reader = new FieldReader(value);
  const annotations: Annotation[] = [];
  const id = { resourceType: "", resource: "" };
  const resource: Mutable<Resource> = { id, displayName: "", annotations };
  while (reader.next(reader.end)) {
    if (reader.field === 2) id.resourceType = reader.string();
    else if (reader.field === 3) id.resource = reader.string();
    else if (reader.field === 4) resource.displayName = reader.string();
    else if (reader.field === 5) resource.description = reader.string();
    else if (reader.field === 6) resource.parentResourceId = readResourceId(reader, reader.enter());
    else if (reader.field === 7) annotations.push(readAnnotation(reader, reader.enter()));
    else if (reader.field === 9) resource.profile = readStruct(reader, reader.enter());
    else if (reader.field === 10) resource.status = readStatus(reader, reader.enter());
    else if (reader.field === 11) resource.createdAt = readTimestamp(reader, reader.enter());
    else reader.skip();
  }
  if (resource.description === "") delete resource.description;
  return resource;
}

/** The same, with most of it read when it is first asked for. */
export function resourceOfLater(value: Uint8Array, guarded: Guarded): Resource {
  return resourceLater(value, resourceFields, guarded);
}

const resourceFields: ResourceFields = {
  lastOfId: 3,
  readId(reader, end) {
    const id = { resourceType: "", resource: "" };
    while (reader.next(end)) {
      if (reader.field === 2) id.resourceType = reader.string();
      else if (reader.field === 3) id.resource = reader.string();
      else reader.skip();
    }
    return id;
  },
  displayName: 4,
  description: 5,
  parent: 6,
  annotations: 7,
  profile: 9,
  status: 10,
  createdAt: 11,
};

/** Reads an `EntitlementRecord`. */
export function entitlementOf(value: Uint8Array): Entitlement {
  const reader = new FieldReader(value);
  const { entitlement, grantableTo, annotations } = emptyEntitlement();
  while (reader.next(reader.end)) {
    if (reader.field === 2) entitlement.id = reader.string();
    else if (reader.field === 3) entitlement.resource = stub(readResourceId(reader, reader.enter()));
    else if (reader.field === 4) entitlement.displayName = reader.string();
    else if (reader.field === 5) entitlement.description = reader.string();
    else if (reader.field === 6) entitlement.purpose = purposesByName.get(reader.string()) ?? Purpose.unspecified;
    else if (reader.field === 7) annotations.push(readAnnotation(reader, reader.enter()));
    else if (reader.field === 9) entitlement.slug = reader.string();
    else if (reader.field === 10) grantableTo.push(typeStub(reader.string()));
    else reader.skip();
  }
  return entitlement;
}

/** Reads a `GrantRecord`. */
export function grantOf(value: Uint8Array): Grant {
  return grantRecordOf(value).grant;
}

/** A grant, and whether its key is in the index of those that are to be expanded. */
export interface GrantRecord {
  readonly grant: Grant;
  readonly needsExpansion: boolean;
}

/** Reads a `GrantRecord` with what is the file's own business. */
export function grantRecordOf(value: Uint8Array): GrantRecord {
  const reader = new FieldReader(value);
  const annotations: Annotation[] = [];
  const grant: Mutable<Grant> = { id: "", entitlement: { id: "", resource: noId }, principal: noId };
  const sources = new Map<string, { readonly isDirect: boolean }>();
  let needsExpansion = false;
  while (reader.next(reader.end)) {
    if (reader.field === 2) grant.id = reader.string();
    else if (reader.field === 3) grant.entitlement = readEntitlementRef(reader, reader.enter());
    else if (reader.field === 4) grant.principal = readResourceId(reader, reader.enter());
    else if (reader.field === 6) grant.expandable = readGrantExpandable(reader, reader.enter());
    else if (reader.field === 7) needsExpansion = reader.bool();
    else if (reader.field === 8) annotations.push(readAnnotation(reader, reader.enter()));
    else if (reader.field === 9) sources.set(...readSource(reader, reader.enter(), 4));
    else reader.skip();
  }
  if (grant.id === "") {
    grant.id = usualGrantId(grant.entitlement.id, grant.principal.resourceType, grant.principal.resource);
  }
  if (sources.size > 0) grant.sources = sources;
  return { grant: annotations.length === 0 ? grant : { ...grant, annotations }, needsExpansion };
}

/** The record before and behind the moment at which it was written, so that rows that say the same are the same. */
export function withoutDiscovery(value: Uint8Array): readonly [Uint8Array, Uint8Array] {
  const reader = new FieldReader(value);
  for (let start = reader.position; reader.next(reader.end); start = reader.position) {
    const { field } = reader;
    reader.skip();
    if (field === discoveredAtField) return [value.subarray(0, start), value.subarray(reader.position)];
  }
  return [value, value.subarray(value.length)];
}

/** Whether two records are the same but for that moment. */
export function saysTheSame(left: Buffer, right: Buffer): boolean {
  const [head, tail] = withoutDiscovery(left);
  const [start, end] = [head.length, right.length - tail.length];
  // Behind the same head the other's moment begins at the same place: only one of the two needs to be walked through.
  if (right[start] !== discoveredAtTag || right[start + 1] !== end - start - 2) return isAround(right, head, tail);
  return right.compare(head, 0, start, 0, start) === 0 && right.compare(tail, 0, tail.length, end) === 0;
}

/** Whether `head` and `tail` are what the record has around its moment. */
function isAround(record: Buffer, head: Uint8Array, tail: Uint8Array): boolean {
  const [ownHead, ownTail] = withoutDiscovery(record);
  return Buffer.compare(ownHead, head) === 0 && Buffer.compare(ownTail, tail) === 0;
}

/** ResourceRecord and EntitlementRecord: discovered_at. */
const discoveredAtField = 8;
/** The field as a message, whose length takes a byte. */
const discoveredAtTag = (discoveredAtField << 3) | 2;

function stub(id: ResourceId): Resource {
  return { id, displayName: "", annotations: [] };
}

function typeStub(id: string): ResourceType {
  return { id, displayName: "", traits: [], annotations: [], description: "" };
}

function readEntitlementRef(reader: FieldReader, end: number): Grant["entitlement"] {
  const resource = { resourceType: "", resource: "" };
  let id = "";
  while (reader.next(end)) {
    if (reader.field === 1) resource.resourceType = reader.string();
    else if (reader.field === 2) resource.resource = reader.string();
    else if (reader.field === 3) id = reader.string();
    else reader.skip();
  }
  return { id, resource };
}

/** `SECURITY_INSIGHT` of `securityInsight`. */
function enumName(key: string): string {
  return key.replaceAll(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase();
}

const traitsByName = new Map(Object.entries(Trait).map(([key, trait]) => [enumName(key), [trait]] as const));
const purposesByName = new Map(Object.entries(Purpose).map(([key, purpose]) => [enumName(key), purpose] as const));
