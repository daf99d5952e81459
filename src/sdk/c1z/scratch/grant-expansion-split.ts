/**
 * Takes the GrantExpandable annotation out of a serialized Grant, as bytes, so that everything else stays as it was.
 * For files written before the annotation had a column of its own. Knows only the field numbers it needs.
 */
import { readFields, readString } from "../../wire/proto-reader.ts";

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
  let start = 0;
  for (const { field, value, end } of fieldsWithEnds(data)) {
    const whole = data.subarray(start, end);
    start = end;
    if (field === grantAnnotations && typeof value !== "number" && isExpandable(value)) {
      expansions.push(anyPayload(value));
    } else kept.push(whole);
  }
  const first = expansions[0];
  if (first === undefined) return { data, expansion: undefined };
  return { data: Buffer.concat(kept), expansion: namesAnEntitlement(first) ? first : undefined };
}

function* fieldsWithEnds(
  data: Uint8Array,
): Generator<{ readonly field: number; readonly value: number | Uint8Array; readonly end: number }> {
  // Length-delimited fields end where their bytes end; the others are told by what is left of the next one.
  const fields = [...readFields(data)];
  let position = 0;
  for (const { field, value } of fields) {
    position = typeof value === "number" ? skipVarints(data, position) : endOf(data, value);
    yield { field, value, end: position };
  }
}

function endOf(data: Uint8Array, value: Uint8Array): number {
  return value.byteOffset - data.byteOffset + value.length;
}

/** A varint field is two varints: its tag and its value. */
function skipVarints(data: Uint8Array, start: number): number {
  let position = start;
  for (let left = 2; left > 0; position++) if ((data[position] ?? 0) < 128) left--;
  return position;
}

function isExpandable(any: Uint8Array): boolean {
  const url = readString(any, anyTypeUrl);
  return url.slice(url.lastIndexOf("/") + 1) === expandableName;
}

function anyPayload(any: Uint8Array): Uint8Array {
  for (const { field, value } of readFields(any)) if (field === anyValue && typeof value !== "number") return value;
  return new Uint8Array(0);
}

function namesAnEntitlement(expandable: Uint8Array): boolean {
  for (const { field, value } of readFields(expandable)) {
    if (field !== expandableEntitlementIds || typeof value === "number") continue;
    if (Buffer.from(value).toString("utf8").trim() !== "") return true;
  }
  return false;
}
