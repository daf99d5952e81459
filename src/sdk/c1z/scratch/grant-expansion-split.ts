/**
 * Takes the GrantExpandable annotation out of a serialized Grant, as bytes, so that everything else stays as it was.
 * For files written before the annotation had a column of its own. Knows only the field numbers it needs.
 */
import { FieldReader, readString } from "../../wire/field-reader.ts";

/** c1.connector.v2.Grant */
const grantAnnotations = 4;
/** google.protobuf.Any */
const anyTypeUrl = 1;
const anyValue = 2;
/** c1.connector.v2.GrantExpandable */
const expandableEntitlementIds = 1;
const expandableName = "c1.connector.v2.GrantExpandable";

/** A grant's bytes in two. */
export interface SplitGrant {
  /** The grant without the annotation. */
  readonly data: Uint8Array;
  /** Bytes of the GrantExpandable; undefined when there was none, or it names no entitlement but blanks. */
  readonly expansion: Uint8Array | undefined;
}

/**
 * Splits a serialized Grant. Bytes without the annotation come back as they are.
 * @throws RangeError when the bytes are not a protobuf message.
 */
export function splitExpansion(data: Uint8Array): SplitGrant {
  // Most grants have none, and a search is much quicker than a walk.
  if (!Buffer.from(data.buffer, data.byteOffset, data.length).includes(expandableName)) {
    return { data, expansion: undefined };
  }
  const expansions: Uint8Array[] = [];
  const kept: Uint8Array[] = [];
  const reader = new FieldReader(data);
  for (let start = 0; reader.next(reader.end); start = reader.position) {
    const annotation = reader.field === grantAnnotations ? reader.bytes() : undefined;
    if (annotation === undefined) reader.skip();
    if (annotation && isExpandable(annotation)) expansions.push(anyPayload(annotation));
    else kept.push(data.subarray(start, reader.position));
  }
  const first = expansions[0];
  if (first === undefined) return { data, expansion: undefined };
  return { data: Buffer.concat(kept), expansion: namesAnEntitlement(first) ? first : undefined };
}

function isExpandable(any: Uint8Array): boolean {
  const url = readString(any, anyTypeUrl);
  return url.slice(url.lastIndexOf("/") + 1) === expandableName;
}

function anyPayload(any: Uint8Array): Uint8Array {
  const reader = new FieldReader(any);
  while (reader.next(reader.end)) {
    if (reader.field === anyValue) return reader.bytes();
    reader.skip();
  }
  return new Uint8Array(0);
}

function namesAnEntitlement(expandable: Uint8Array): boolean {
  const reader = new FieldReader(expandable);
  while (reader.next(reader.end)) {
    if (reader.field !== expandableEntitlementIds) reader.skip();
    else if (reader.string().trim() !== "") return true;
  }
  return false;
}
