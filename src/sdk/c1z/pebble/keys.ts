/**
 * The keys of a Baton store in Pebble (version 3 c1z). Every key is a prefix of its family and text components, each
 * escaped so that it holds no 00, joined by one 00. So keys sort as their components do. How they are made, taken apart,
 * and which of them begin with given components.
 */

/** What a key begins with, by family. Prefixes of families that are read by range end before their components. */
export const prefixes = {
  resourceType: Buffer.from([3, 1, 0]),
  resource: Buffer.from([3, 2, 0]),
  entitlement: Buffer.from([3, 3, 0]),
  grant: Buffer.from([3, 4, 0]),
  asset: Buffer.from([3, 5, 0]),
  resourceByParent: Buffer.from([3, 7, 1, 0]),
  grantByPrincipal: Buffer.from([3, 7, 4, 0]),
  grantToExpand: Buffer.from([3, 7, 5, 0]),
  grantByHash: Buffer.from([3, 7, 8, 0]),
  digest: Buffer.from([3, 10, 8, 0]),
} as const;

/** Bytes of the prefix of a family, and of that of an index. */
export const prefixBytes = 3;
export const indexPrefixBytes = 4;
/** How many components of a key name an entitlement. */
export const entitlementPartCount = 4;

/** The key of the one sync run. */
export const syncRunKey: Buffer = Buffer.from([3, 6]);

/** Keys of what a store says of itself; the last two may be absent. */
export const metaKeys = {
  keyspaceVersion: metaKey("keyspace_version"),
  idFormat: metaKey("grant_entitlement_id_format"),
  stats: metaKey("stats\0"),
  /** Present: digests are being built, and none of them is to be believed. */
  digestsPending: metaKey("grant_digest_build_pending"),
} as const;

/** Of the keyspace and of the ids in keys; both are big-endian 32-bit values in the store. */
export const keyspaceVersion = 2;
export const idFormatVersion = 2;

/** What stands after a partition in a digest's key. */
export const digestKinds = { root: 0, leaf: 1, whole: 2 } as const;
/** Grants up to which a partition has no leaves; with more it is split in halves until none of 2^width has more. */
export const grantsPerLeaf = 512;
/** The most halvings there are: 16 bits of a principal's hash are kept. */
export const mostDigestWidth = 16;

function metaKey(name: string): Buffer {
  return Buffer.concat([Buffer.from([3, 255]), Buffer.from(name)]);
}

/** Halvings of a partition of so many grants. */
export function digestWidth(grants: number): number {
  let width = 0;
  while (width < mostDigestWidth && grantsPerLeaf * 2 ** width < grants) width++;
  return width;
}

/** The component in a key: 00 becomes 01 01, and 01 becomes 01 02. */
export function escaped(component: string | Uint8Array): Buffer {
  const bytes = typeof component === "string" ? Buffer.from(component) : component;
  const out = Buffer.allocUnsafe(bytes.length * 2);
  let length = 0;
  for (const byte of bytes) {
    if (byte <= 1) out[length++] = 1;
    out[length++] = byte <= 1 ? byte + 1 : byte;
  }
  return out.subarray(0, length);
}

/** The component that was escaped. */
export function unescaped(bytes: Uint8Array): Buffer {
  const out: number[] = [];
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at] ?? 0;
    out.push(byte === 1 ? (bytes[++at] ?? 1) - 1 : byte);
  }
  return Buffer.from(out);
}

/** Components as they stand in a key. */
export function joined(...components: readonly string[]): Buffer {
  // Nearly always there is nothing to escape, and one text becomes bytes in a quarter of the time.
  if (!components.some((one) => one.includes("\0") || one.includes("\x01"))) return Buffer.from(components.join("\0"));
  return Buffer.concat(
    components.flatMap((one, index) => (index === 0 ? [escaped(one)] : [separatorBytes, escaped(one)])),
  );
}

const separator = 0;
const separatorBytes = Buffer.from([separator]);

/** How a key names an entitlement: four components. An id that begins with its resource's is cut there. */
export function entitlementParts(resourceType: string, resource: string, id: string): readonly string[] {
  const usual = `${resourceType}:${resource}:`;
  return id.startsWith(usual)
    ? [resourceType, resource, "1", id.slice(usual.length)]
    : [resourceType, resource, "0", id];
}

/** The entitlement's id, from the parts that a key has of it. */
export function entitlementIdOf([resourceType, resource, flag, tail = ""]: readonly string[]): string {
  return flag === "1" ? `${resourceType}:${resource}:${tail}` : tail;
}

/** Readers of all versions take a grant without an id to have this one. */
export function usualGrantId(entitlementId: string, principalType: string, principal: string): string {
  return `${entitlementId}:${principalType}:${principal}`;
}

/** Keys from `from` to below `to`. */
export interface KeyRange {
  readonly from: Buffer;
  readonly to: Buffer;
}

const escapeByte = 1;

/** Keys of a family whose first components are these. */
export function rangeOf(prefix: Buffer, ...components: readonly string[]): KeyRange {
  return rangeFrom(components.length === 0 ? prefix.subarray(0, -1) : Buffer.concat([prefix, joined(...components)]));
}

/** Keys that go on behind `start` with a separator. */
export function rangeFrom(start: Buffer): KeyRange {
  const from = Buffer.concat([start, Buffer.from([separator])]);
  const to = Buffer.from(from);
  // It is the least byte of all.
  to[to.length - 1] = separator + 1;
  return { from, to };
}

/** The one key of a family with these components. */
export function keyOf(prefix: Buffer, ...components: readonly string[]): Buffer {
  return Buffer.concat([prefix, joined(...components)]);
}

/** Where the component that begins at `start` ends: at the next separator, or with the key. */
export function endOfPart(key: Buffer, start: number): number {
  const end = key.indexOf(separator, start);
  return end === -1 ? key.length : end;
}

/** The component in bytes `start` to `end`. @throws RangeError when it is not UTF-8 */
export function partAt(key: Buffer, start: number, end: number): string {
  for (let at = start; at < end; at++) {
    if (key[at] === escapeByte) return unescaped(key.subarray(start, end)).toString("utf8");
  }
  return key.toString("utf8", start, end);
}

/** `count` components from `start` on; fewer where the key has no more. */
export function partsAt(key: Buffer, start: number, count: number): string[] {
  const parts: string[] = [];
  for (let at = start; parts.length < count && at <= key.length; ) {
    const end = endOfPart(key, at);
    parts.push(partAt(key, at, end));
    at = end + 1;
  }
  return parts;
}
