/**
 * Reads grants, message by message. Each function reads the message that ends at `end`, with a cursor that stands at
 * its beginning, and throws a RangeError when the bytes are damaged.
 */
import type { Annotation, EntitlementRef, Grant, GrantExpandable, ResourceId } from "../contracts/model.ts";
import { FieldReader } from "../wire/field-reader.ts";
import { type Mutable, noId, readAnnotation, readResourceId } from "./read-resource.ts";

const expandableUrl = "type.googleapis.com/c1.connector.v2.GrantExpandable";

/** What a grant's row says beside its bytes (c1z: columns of v1_grants). */
export interface GrantColumns {
  /** Bytes of the GrantExpandable that the writer took out of the annotations. */
  readonly expansion?: Uint8Array;
  /** Stands in when the bytes hold no entitlement: slim rows keep it in columns only. */
  readonly entitlement?: EntitlementRef;
  /** Stands in when the bytes hold no principal. */
  readonly principal?: ResourceId;
}

/** Reads a `Grant`. */
export function readGrant(reader: FieldReader, end: number, columns: GrantColumns): Grant {
  const annotations: Annotation[] = [];
  const grant: Mutable<Grant> = {
    id: "",
    entitlement: columns.entitlement ?? { id: "", resource: noId },
    principal: columns.principal ?? noId,
  };
  while (reader.next(end)) {
    if (reader.field === 1) grant.entitlement = readEntitlementRef(reader, reader.enter());
    else if (reader.field === 2) grant.principal = readIdOfResource(reader, reader.enter());
    else if (reader.field === 3) grant.id = reader.string();
    else if (reader.field === 4) annotations.push(readAnnotation(reader, reader.enter()));
    else if (reader.field === 5) grant.sources = readSources(reader, reader.enter());
    else reader.skip();
  }
  if (grant.sources?.size === 0) delete grant.sources;
  return annotations.length === 0 ? grant : withAnnotations(grant, annotations);
}

/** Among a grant's annotations, GrantExpandable is not one to be kept but a property of the contract. */
function withAnnotations(grant: Grant, annotations: readonly Annotation[]): Grant {
  const expandable = annotations.find((annotation) => annotation.typeUrl === expandableUrl);
  if (!expandable) return { ...grant, annotations };
  const rest = annotations.filter((annotation) => annotation.typeUrl !== expandableUrl);
  const result = { ...grant, expandable: expandableOf(expandable.value) };
  return rest.length === 0 ? result : { ...result, annotations: rest };
}

function expandableOf(bytes: Uint8Array): GrantExpandable {
  const reader = new FieldReader(bytes);
  return readGrantExpandable(reader, reader.end);
}

/** Reads a `GrantExpandable`. */
export function readGrantExpandable(reader: FieldReader, end: number): GrantExpandable {
  const entitlementIds: string[] = [];
  const resourceTypeIds: string[] = [];
  let shallow = false;
  while (reader.next(end)) {
    if (reader.field === 1) entitlementIds.push(reader.string());
    else if (reader.field === 2) shallow = reader.bool();
    else if (reader.field === 3) resourceTypeIds.push(reader.string());
    else reader.skip();
  }
  return { entitlementIds, shallow, resourceTypeIds };
}

function readEntitlementRef(reader: FieldReader, end: number): EntitlementRef {
  let id = "";
  let resource = noId;
  while (reader.next(end)) {
    if (reader.field === 1) resource = readIdOfResource(reader, reader.enter());
    else if (reader.field === 2) id = reader.string();
    else reader.skip();
  }
  return { id, resource };
}

function readIdOfResource(reader: FieldReader, end: number): ResourceId {
  let id = noId;
  while (reader.next(end)) {
    if (reader.field === 1) id = readResourceId(reader, reader.enter());
    else reader.skip();
  }
  return id;
}

function readSources(reader: FieldReader, end: number): Map<string, { readonly isDirect: boolean }> {
  const sources = new Map<string, { readonly isDirect: boolean }>();
  while (reader.next(end)) {
    if (reader.field !== 1) reader.skip();
    else sources.set(...readSource(reader, reader.enter(), 1));
  }
  return sources;
}

/** Reads one entry of a grant's sources; `isDirectField` is the number that the message of the value gives to it. */
export function readSource(
  reader: FieldReader,
  end: number,
  isDirectField: number,
): [string, { readonly isDirect: boolean }] {
  let key = "";
  let isDirect = false;
  while (reader.next(end)) {
    if (reader.field === 1) key = reader.string();
    else if (reader.field === 2) isDirect = readIsDirect(reader, reader.enter(), isDirectField);
    else reader.skip();
  }
  return [key, { isDirect }];
}

function readIsDirect(reader: FieldReader, end: number, field: number): boolean {
  let isDirect = false;
  while (reader.next(end)) {
    if (reader.field === field) isDirect = reader.bool();
    else reader.skip();
  }
  return isDirect;
}
