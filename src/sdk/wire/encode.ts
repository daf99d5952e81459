/**
 * Contract objects to the bytes that a row's `data` holds (wire: messages of c1.connector.v2). Written by hand
 * because every row passes here; property tests hold them against the generated code, byte for byte.
 * Deterministic: fields ascending, defaults left out, map entries sorted by key, also inside annotations.
 */
import type {
  Annotation,
  Entitlement,
  EntitlementRef,
  Grant,
  GrantExpandable,
  Profile,
  ProfileValue,
  Resource,
  ResourceId,
  ResourceType,
  Timestamp,
} from "../contracts/model.ts";
import { ProtoWriter } from "./proto-writer.ts";

const shared = new ProtoWriter();

function encode(write: (writer: ProtoWriter) => void): Uint8Array {
  shared.reset();
  write(shared);
  return shared.copy();
}

/** Bytes of a `ResourceType`. */
export function encodeResourceType(type: ResourceType): Uint8Array {
  return encode((writer) => writeResourceType(writer, type));
}

/** Bytes of a `Grant`, without its GrantExpandable: c1z keeps that in a column of its own. */
export function encodeGrant(grant: Grant): Uint8Array {
  return encode((writer) => writeGrant(writer, grant));
}

/** What `write` makes of `message`, not copied: valid until anything else is encoded. */
export function viewOf<T>(message: T, write: (writer: ProtoWriter, message: T) => void): Uint8Array {
  shared.reset();
  write(shared, message);
  return shared.view();
}

/** Bytes of a `GrantExpandable`. */
export function encodeGrantExpandable(expandable: GrantExpandable): Uint8Array {
  return encode((writer) => {
    for (const id of expandable.entitlementIds) writer.stringAlways(1, id);
    writer.bool(2, expandable.shallow);
    for (const id of expandable.resourceTypeIds) writer.stringAlways(3, id);
  });
}

/** Writes a `ResourceType` (fields 1 to 5). */
export function writeResourceType(writer: ProtoWriter, type: ResourceType): void {
  writer.string(1, type.id);
  writer.string(2, type.displayName);
  if (type.traits.length > 0) {
    const traits = writer.begin(3);
    for (const trait of type.traits) writer.raw(Uint8Array.of(trait));
    writer.end(traits);
  }
  writeAnnotations(writer, 4, type.annotations);
  writer.string(5, type.description);
}

/** Writes a `Resource` (fields 1 to 5 and 9, 11, 12). */
export function writeResource(writer: ProtoWriter, resource: Resource): void {
  writeResourceId(writer, 1, resource.id);
  if (resource.parentResourceId) writeResourceId(writer, 2, resource.parentResourceId);
  writer.string(3, resource.displayName);
  writeAnnotations(writer, 4, resource.annotations);
  if (resource.description !== undefined) writer.string(5, resource.description);
  if (resource.profile) writeStruct(writer, 9, resource.profile);
  if (resource.status) {
    const status = writer.begin(11);
    writer.uint(1, resource.status.status);
    if (resource.status.details !== undefined) writer.string(2, resource.status.details);
    writer.end(status);
  }
  if (resource.createdAt) writeTimestamp(writer, 12, resource.createdAt);
}

/** Writes an `Entitlement` (fields 1 to 8). */
export function writeEntitlement(writer: ProtoWriter, entitlement: Entitlement): void {
  const resource = writer.begin(1);
  writeResource(writer, entitlement.resource);
  writer.end(resource);
  writer.string(2, entitlement.id);
  writer.string(3, entitlement.displayName);
  writer.string(4, entitlement.description);
  for (const type of entitlement.grantableTo) {
    const start = writer.begin(5);
    writeResourceType(writer, type);
    writer.end(start);
  }
  writeAnnotations(writer, 6, entitlement.annotations);
  writer.uint(7, entitlement.purpose);
  writer.string(8, entitlement.slug);
}

/** Writes a `Grant` (fields 1 to 5): entitlement as id and resource id, principal as id. */
export function writeGrant(writer: ProtoWriter, grant: Grant): void {
  writer.raw(entitlementBytes(grant.entitlement));
  writer.raw(principalBytes(grant.principal));
  writer.string(3, grant.id);
  if (grant.annotations) writeAnnotations(writer, 4, grant.annotations);
  if (grant.sources && grant.sources.size > 0) writeSources(writer, grant.sources);
}

/**
 * Writes a `Grant` that has neither annotations nor sources.
 * @returns how many bytes its id takes, which is what stands last.
 */
export function writePlainGrant(writer: ProtoWriter, grant: Grant): number {
  writer.raw(entitlementBytes(grant.entitlement));
  writer.raw(principalBytes(grant.principal));
  return writer.stringAlways(3, grant.id);
}

/*
 * A hundred grants share an entitlement, and those of one principal mostly follow each other: what is the same again is
 * copied, which takes half the time of writing it.
 */
const parts = new ProtoWriter();
const entitlements = new Map<string, { readonly resource: ResourceId; readonly bytes: Uint8Array }>();
const mostEntitlements = 10_000;
let lastPrincipal: { readonly id: ResourceId; readonly bytes: Uint8Array } | undefined;

function entitlementBytes({ id, resource }: EntitlementRef): Uint8Array {
  const known = entitlements.get(id);
  if (known && isSame(known.resource, resource)) return known.bytes;
  parts.reset();
  const entitlement = parts.begin(1);
  const inner = parts.begin(1);
  writeResourceId(parts, 1, resource);
  parts.end(inner);
  parts.string(2, id);
  parts.end(entitlement);
  const bytes = parts.copy();
  if (entitlements.size >= mostEntitlements) entitlements.clear();
  entitlements.set(id, { resource, bytes });
  return bytes;
}

function principalBytes(id: ResourceId): Uint8Array {
  if (lastPrincipal && isSame(lastPrincipal.id, id)) return lastPrincipal.bytes;
  parts.reset();
  const principal = parts.begin(2);
  writeResourceId(parts, 1, id);
  parts.end(principal);
  lastPrincipal = { id, bytes: parts.copy() };
  return lastPrincipal.bytes;
}

function isSame(a: ResourceId, b: ResourceId): boolean {
  return a.resourceType === b.resourceType && a.resource === b.resource;
}

function writeSources(writer: ProtoWriter, sources: NonNullable<Grant["sources"]>): void {
  const start = writer.begin(5);
  for (const key of [...sources.keys()].sort(compareUtf8)) {
    const entry = writer.begin(1);
    writer.stringAlways(1, key);
    const value = writer.begin(2);
    writer.bool(1, sources.get(key)?.isDirect === true);
    writer.end(value);
    writer.end(entry);
  }
  writer.end(start);
}

/** Writes a `ResourceId` as field `field`. */
export function writeResourceId(writer: ProtoWriter, field: number, id: ResourceId): void {
  const start = writer.begin(field);
  writer.string(1, id.resourceType);
  writer.string(2, id.resource);
  writer.end(start);
}

/*
 * Names of profile keys and types of annotations are few and stand in every row. Copying their bytes is
 * cheaper than calling the runtime to write a string.
 */
const names = new Map<string, Uint8Array>();
const mostNames = 1000;

/** Writes `name` as the string field 1. */
function writeName(writer: ProtoWriter, name: string): void {
  writer.raw(names.get(name) ?? nameBytes(name));
}

function nameBytes(name: string): Uint8Array {
  parts.reset();
  parts.stringAlways(1, name);
  const bytes = parts.copy();
  if (names.size >= mostNames) names.clear();
  names.set(name, bytes);
  return bytes;
}

/** Writes `google.protobuf.Any` messages as the repeated field `field`. */
export function writeAnnotations(writer: ProtoWriter, field: number, annotations: readonly Annotation[]): void {
  for (const annotation of annotations) {
    const start = writer.begin(field);
    if (annotation.typeUrl !== "") writeName(writer, annotation.typeUrl);
    writer.bytes(2, annotation.value);
    writer.end(start);
  }
}

/** Writes a `google.protobuf.Timestamp` as field `field`. */
export function writeTimestamp(writer: ProtoWriter, field: number, timestamp: Timestamp): void {
  const start = writer.begin(field);
  writer.int64(1, timestamp.seconds);
  writer.uint(2, timestamp.nanos);
  writer.end(start);
}

/** Writes a `google.protobuf.Struct` as field `field`, keys sorted by their UTF-8 bytes. */
export function writeStruct(writer: ProtoWriter, field: number, profile: Profile): void {
  const start = writer.begin(field);
  for (const key of sortedKeys(profile)) {
    const value = profile[key];
    if (value === undefined) continue;
    const entry = writer.begin(1);
    writeName(writer, key);
    writeValue(writer, 2, value);
    writer.end(entry);
  }
  writer.end(start);
}

/** Sorting what is sorted, as profiles usually are, costs as much as writing half of it. */
function sortedKeys(profile: Profile): readonly string[] {
  const keys = Object.keys(profile);
  for (let i = 1; i < keys.length; i++) {
    if (compareUtf8(keys[i - 1] ?? "", keys[i] ?? "") > 0) return keys.sort(compareUtf8);
  }
  return keys;
}

function writeValue(writer: ProtoWriter, field: number, value: ProfileValue): void {
  const start = writer.begin(field);
  if (typeof value === "string") writer.stringAlways(3, value);
  else if (typeof value === "number") writer.doubleAlways(2, value);
  else if (typeof value === "boolean") writer.boolAlways(4, value);
  else if (isList(value)) {
    const list = writer.begin(6);
    for (const item of value) writeValue(writer, 1, item);
    writer.end(list);
  } else writeStruct(writer, 5, value);
  writer.end(start);
}

function isList(value: readonly ProfileValue[] | Profile): value is readonly ProfileValue[] {
  return Array.isArray(value);
}

/** Orders strings by their UTF-8 bytes, as Go orders map keys and SQLite orders texts. UTF-16 order differs only where surrogates meet U+E000 and above. */
export function compareUtf8(a: string, b: string): number {
  if (a === b) return 0;
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const x = a.charCodeAt(i);
    const y = b.charCodeAt(i);
    if (x === y) continue;
    const bothHigh = x >= 0xd800 && y >= 0xd800;
    return bothHigh ? Buffer.compare(Buffer.from(a), Buffer.from(b)) : x - y;
  }
  return a.length - b.length;
}
