/** Grants whose row says what its key says and nothing else: nearly all, and a million of them are not to be decoded. */
import { prefixBytes } from "../pebble/keys.ts";
import type { RowPlace } from "../read/pebble/block-rows.ts";

/** Tags of c1.storage.v3.GrantRecord and of the two names in it; all are fields with a length. */
const tag = { id: 0x12, entitlement: 0x1a, principal: 0x22, discoveredAt: 0x2a } as const;
const nameTag = { first: 0x0a, second: 0x12, third: 0x1a } as const;
const longestLength = 127;
const separator = 0;
const colon = 0x3a;
const isCut = 0x31;

/**
 * True when the row at `place` surely is a grant as its key says, in which all text is ASCII and all fields are short.
 * False: it must be decoded. @param principalStart where the principal begins in the key.
 */
export function isPlainGrant(place: RowPlace, principalStart: number): boolean {
  const { values, valueEnd } = place;
  let names = 0;
  let at = place.valueStart;
  while (at + 1 < valueEnd) {
    const field = values[at];
    const end = at + 2 + (values[at + 1] ?? 0);
    if (end - at - 2 > longestLength || end > valueEnd) return false;
    if (field === tag.entitlement && isEntitlement(place, at + 2, end, principalStart - 1)) names |= 1;
    else if (field === tag.principal && isPrincipal(place, at + 2, end, principalStart)) names |= 2;
    else if (!(field === tag.id && isAscii(values, at + 2, end)) && field !== tag.discoveredAt) return false;
    at = end;
  }
  return names === 3 && at === valueEnd;
}

/** The message in bytes `start` to `end` names the entitlement that the key has up to `keyEnd`. */
function isEntitlement({ keys, keyStart, values }: RowPlace, start: number, end: number, keyEnd: number): boolean {
  const typeStart = keyStart + prefixBytes;
  const typeEnd = endOfSame(values, start, nameTag.first, keys, typeStart);
  const resource = start + 2 + typeEnd - typeStart;
  const resourceEnd = endOfSame(values, resource, nameTag.second, keys, typeEnd + 1);
  const id = resource + 2 + resourceEnd - typeEnd - 1;
  const isWhole =
    typeEnd > 0 && resourceEnd > 0 && keys[resourceEnd + 1] === isCut && keys[resourceEnd + 2] === separator;
  if (!isWhole || values[id] !== nameTag.third || id + 2 + (values[id + 1] ?? 0) !== end) return false;
  // The id is that of the resource, of which the key has no second copy, and the rest of it.
  let at = id + 2;
  for (let from = typeStart; from < resourceEnd; from++, at++) {
    const byte = keys[from];
    if (values[at] !== (byte === separator ? colon : byte)) return false;
  }
  if (values[at++] !== colon) return false;
  const tailStart = resourceEnd + 3;
  return end - at === keyEnd - tailStart && isSame(values, at, end, keys, tailStart);
}

/** The message in bytes `start` to `end` names the principal at `keyPlace`. */
function isPrincipal({ keys, keyEnd, values }: RowPlace, start: number, end: number, keyPlace: number): boolean {
  const typeEnd = endOfSame(values, start, nameTag.first, keys, keyPlace);
  if (typeEnd < 0) return false;
  const id = start + 2 + typeEnd - keyPlace;
  const length = values[id + 1] ?? 0;
  if (values[id] !== nameTag.second || length > longestLength || id + 2 + length !== end) return false;
  return length === keyEnd - typeEnd - 1 && isSame(values, id + 2, end, keys, typeEnd + 1);
}

/** Where the part of the key ends that the field at `start` repeats; -1 when it does not. */
function endOfSame(values: Buffer, start: number, field: number, keys: Buffer, keyPlace: number): number {
  const length = values[start + 1] ?? 0;
  if (values[start] !== field || length > longestLength) return -1;
  const isIt = isSame(values, start + 2, start + 2 + length, keys, keyPlace) && keys[keyPlace + length] === separator;
  return isIt ? keyPlace + length : -1;
}

/** The bytes stand in the key as they are: ASCII without what is escaped there. */
function isSame(values: Buffer, start: number, end: number, keys: Buffer, keyPlace: number): boolean {
  let to = keyPlace;
  for (let at = start; at < end; at++) {
    const byte = values[at] ?? 0;
    if (byte !== keys[to++] || byte <= 1 || byte > 127) return false;
  }
  return true;
}

function isAscii(values: Buffer, start: number, end: number): boolean {
  for (let at = start; at < end; at++) if ((values[at] ?? 0) > 127) return false;
  return true;
}
