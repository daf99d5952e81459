/**
 * Bytes of c1.connector.v2 messages to contract objects: the other direction of the row encoders. Fields that the
 * contract does not have are passed over. Imports no generated code, so that a sync starts fast and reads fast.
 * A singular message that occurs twice is not merged, the later one counts: no writer splits messages.
 */
import type {
  Annotation,
  Entitlement,
  EntitlementRef,
  Grant,
  GrantExpandable,
  Resource,
  ResourceId,
  ResourceType,
} from "../contracts/model.ts";
import { BatonError, Status } from "../errors.ts";
import { FieldReader } from "../wire/field-reader.ts";
import {
  type Mutable,
  noId,
  readAnnotation,
  readEntitlement,
  readResource,
  readResourceId,
  readResourceType,
} from "./read-resource.ts";
import { type ResourceFields, resourceLater } from "./resource-later.ts";

/**
 * Reads a `ResourceType`. Traits that the contract does not name are left out.
 * @throws BatonError `BATON-DECODE` (data loss) when the bytes are not such a message.
 */
export function decodeResourceType(bytes: Uint8Array): ResourceType {
  return decode("resource type", bytes, readResourceType);
}

/**
 * Reads a `Resource`. An empty description counts as none.
 * @throws BatonError `BATON-DECODE` (data loss) when the bytes are not such a message.
 */
export function decodeResource(bytes: Uint8Array): Resource {
  return decode("resource", bytes, readResource);
}

/** The same, with most of it read, and found to be damaged, when it is first asked for. See `resourceLater`. */
export function decodeResourceLater(bytes: Uint8Array): Resource {
  return resourceLater(bytes, resourceFields, (read) => guarded("resource", read));
}

const resourceFields: ResourceFields = {
  lastOfId: 1,
  readId(reader, end) {
    let id = noId;
    while (reader.next(end)) {
      if (reader.field === 1) id = readResourceId(reader, reader.enter());
      else reader.skip();
    }
    return id;
  },
  parent: 2,
  displayName: 3,
  annotations: 4,
  description: 5,
  profile: 9,
  status: 11,
  createdAt: 12,
};

/**
 * Reads an `Entitlement`.
 * @throws BatonError `BATON-DECODE` (data loss) when the bytes are not such a message.
 */
export function decodeEntitlement(bytes: Uint8Array): Entitlement {
  return decode("entitlement", bytes, readEntitlement);
}

/**
 * Reads a `Grant`: of its entitlement the id and the resource's id, of its principal the id. A GrantExpandable,
 * from the columns or else among the annotations, becomes `expandable`.
 * @throws BatonError `BATON-DECODE` (data loss) when the bytes are not such a message.
 */
export function decodeGrant(bytes: Uint8Array, columns: GrantColumns = {}): Grant {
  const grant = decode("grant", bytes, (reader, end) => readGrant(reader, end, columns));
  if (!columns.expansion) return grant;
  return { ...grant, expandable: decodeGrantExpandable(columns.expansion) };
}

/**
 * Reads a `GrantExpandable`.
 * @throws BatonError `BATON-DECODE` (data loss) when the bytes are not such a message.
 */
export function decodeGrantExpandable(bytes: Uint8Array): GrantExpandable {
  return decode("grant expansion", bytes, readGrantExpandable);
}

function decode<T>(kind: string, bytes: Uint8Array, read: (reader: FieldReader, end: number) => T): T {
  return guarded(kind, () => {
    const reader = new FieldReader(bytes);
    return read(reader, reader.end);
  });
}

function guarded<T>(kind: string, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    throw new BatonError({
      code: "BATON-DECODE",
      status: Status.dataLoss,
      message: `A ${kind} cannot be read: ${cause.message}.`,
      effect: "Nothing of this kind can be listed completely; the file or the message is damaged.",
      hint: "Take the file from its source again, or run the sync again into a new file.",
      cause,
    });
  }
}

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
function readGrant(reader: FieldReader, end: number, columns: GrantColumns): Grant {
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
