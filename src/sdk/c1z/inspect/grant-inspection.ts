/**
 * Checks the grants of a version 3 store, and what must follow from them: the indexes and the digests. Each family is
 * looked at once, in the order of its keys; of what is derived only sums are kept.
 */
import {
  digestKinds,
  digestWidth,
  entitlementParts,
  escaped,
  indexPrefixBytes,
  keyOf,
  mostDigestWidth,
  prefixBytes,
  prefixes,
} from "../pebble/keys.ts";
import type { RowPlace } from "../read/pebble/block-rows.ts";
import { grantRecordOf } from "../read/pebble/records.ts";
import type { InspectProblems } from "./inspect-problems.ts";
import { type Halves, JoinedHash, KeySum, type KnownKeys } from "./key-sums.ts";
import { isPlainGrant } from "./plain-grant.ts";

const bucketBytes = 2;
const separator = 0;
const none: Buffer = Buffer.alloc(0);

/** Sets that follow from the grants, as they were found. */
export interface GrantSets {
  readonly byPrincipal: KeySum;
  readonly toExpand: KeySum;
  readonly byHash: KeySum;
  readonly digests: KeySum;
}

function newSets(): GrantSets {
  return { byPrincipal: new KeySum(), toExpand: new KeySum(), byHash: new KeySum(), digests: new KeySum() };
}

/** Counts of grants and their hashes folded by exclusive or. */
class Fold {
  count = 0;
  high = 0;
  low = 0;

  add(high: number, low: number, count = 1): void {
    this.count += count;
    this.high ^= high;
    this.low ^= low;
  }

  /** u64 big-endian count, then the hash. */
  toBytes(): Buffer {
    const bytes = Buffer.alloc(16);
    bytes.writeBigUInt64BE(BigInt(this.count));
    bytes.writeInt32BE(this.high, 8);
    bytes.writeInt32BE(this.low, 12);
    return bytes;
  }
}

const firstRuns = 64;
const runNumbers = 4;

/** Hashes of the grants of one entitlement folded by bucket; buckets ascend, so that there are 2^16 at most. */
class BucketFolds {
  /** Bucket, count and the two halves of each. */
  #runs = new Uint32Array(firstRuns * runNumbers);
  #length = 0;

  reset(): void {
    this.#length = 0;
  }

  add(bucket: number, high: number, low: number): void {
    if (this.#length === 0 || this.#runs[this.#length - runNumbers] !== bucket) this.#begin(bucket);
    const run = this.#length - runNumbers;
    this.#runs[run + 1] = (this.#runs[run + 1] ?? 0) + 1;
    this.#runs[run + 2] = (this.#runs[run + 2] ?? 0) ^ high;
    this.#runs[run + 3] = (this.#runs[run + 3] ?? 0) ^ low;
  }

  #begin(bucket: number): void {
    if (this.#length === this.#runs.length) {
      const more = new Uint32Array(this.#runs.length * 2);
      more.set(this.#runs);
      this.#runs = more;
    }
    this.#runs.set([bucket, 0, 0, 0], this.#length);
    this.#length += runNumbers;
  }

  /** A leaf is the top `width` bits of the bucket, left-aligned; without halvings there is none. */
  *leaves(width: number): Generator<readonly [leaf: number, fold: Fold]> {
    if (width === 0) return;
    const shift = mostDigestWidth - width;
    let [leaf, fold] = [-1, new Fold()];
    for (let run = 0; run < this.#length; run += runNumbers) {
      const [bucket = 0, count = 0, high = 0, low = 0] = this.#runs.subarray(run, run + runNumbers);
      const own = (bucket >>> shift) << shift;
      if (own !== leaf) {
        if (leaf >= 0) yield [leaf, fold];
        [leaf, fold] = [own, new Fold()];
      }
      fold.add(high, low, count);
    }
    if (leaf >= 0) yield [leaf, fold];
  }
}

/** What grants and entitlements are looked up in, and what is not there. */
export interface References {
  readonly resources: KnownKeys;
  readonly entitlements: KnownKeys;
  missing(what: string, key: Buffer): void;
}

/** Checks rows of the families that are about grants. */
export class GrantInspection {
  readonly expected: GrantSets = newSets();
  readonly found: GrantSets = newSets();
  readonly #references: References;
  readonly #problems: InspectProblems;
  /** Of the grant at hand: from the third byte of its key on, without sources. */
  readonly #identity = new JoinedHash();
  readonly #other = new JoinedHash();
  /** The entitlement's part of the key at hand with the separator, in the grants and in the index by hash. */
  #partition: Buffer = none;
  #hashPartition: Buffer = none;
  #isOnNothing: boolean = false;
  /** The principal's part of the key at hand with the separator, in the index by principal. */
  #principal: Buffer = none;
  #isNobody: boolean = false;
  readonly #whole = new Fold();
  #root = new Fold();
  readonly #buckets = new BucketFolds();

  constructor(references: References, problems: InspectProblems) {
    this.#references = references;
    this.#problems = problems;
  }

  /** Of all grants of the index by hash so far: 8 bytes of count, 8 of hash. */
  get whole(): Buffer {
    return this.#whole.toBytes();
  }

  /** An entitlement: it has a digest, whether anybody holds it or not. @param partition its key without the prefix */
  entitlement(partition: Uint8Array): void {
    this.expected.digests.add(this.#digest(partition, digestKinds.root, none, rootOf(new Fold())));
  }

  /** A grant. @throws RangeError when it cannot be decoded */
  grant(place: RowPlace): void {
    const { keys, keyStart, keyEnd } = place;
    const start = keyStart + prefixBytes;
    if (!beginsWith(keys, start, keyEnd, this.#partition)) {
      this.#partition = Buffer.from(keys.subarray(start, behindParts(keys, start, keyEnd, 4)));
      this.#isOnNothing = !this.#references.entitlements.has(this.#other.of(this.#partition.subarray(0, -1)));
    }
    if (this.#isOnNothing) this.#missing("grants name an entitlement that is not there", place);
    const identity = this.#identity;
    identity.begin(keyEnd - start);
    identity.add(keys, start, keyEnd);
    identity.finish();
    this.expected.byPrincipal.add(identity);
    const isPlain = isPlainGrant(place, start + this.#partition.length);
    this.expected.byHash.addPair(identity, isPlain ? identity : this.#decode(place));
  }

  /** Decodes a grant and holds it against its key. Returns the hash of what it says. */
  #decode({ keys, keyStart, keyEnd, values, valueStart, valueEnd }: RowPlace): Halves {
    const { grant, needsExpansion } = grantRecordOf(values.subarray(valueStart, valueEnd));
    const key = keys.subarray(keyStart, keyEnd);
    const { entitlement, principal, sources } = grant;
    const { resourceType, resource } = entitlement.resource;
    const parts = [...entitlementParts(resourceType, resource, entitlement.id), principal.resourceType];
    if (!key.equals(keyOf(prefixes.grant, ...parts, principal.resource))) {
      this.#problems.fail("columns", "grants", "a key differs from its row", key.toString("hex"));
    }
    if (needsExpansion) this.expected.toExpand.add(this.#identity);
    if (!sources) return this.#identity;
    const ids = [...sources.keys()].map((id) => Buffer.from(id)).toSorted(Buffer.compare);
    return this.#other.of(
      Buffer.concat([key.subarray(prefixBytes), ...ids.flatMap((id) => [Buffer.alloc(1), escaped(id)])]),
    );
  }

  /** A key of the index by principal, which has the grant's parts in another order. */
  byPrincipal(place: RowPlace): void {
    const { keys, keyStart, keyEnd } = place;
    const start = keyStart + indexPrefixBytes;
    if (!beginsWith(keys, start, keyEnd, this.#principal)) {
      this.#principal = Buffer.from(keys.subarray(start, behindParts(keys, start, keyEnd, 2)));
      this.#isNobody = !this.#references.resources.has(this.#other.of(this.#principal.subarray(0, -1)));
    }
    if (this.#isNobody) this.#missing("grants name a principal that is not there", place);
    const hash = this.#other;
    hash.begin(keyEnd - start);
    hash.add(keys, start + this.#principal.length, keyEnd);
    hash.addByte(separator);
    hash.add(this.#principal, 0, this.#principal.length - 1);
    hash.finish();
    this.found.byPrincipal.add(hash);
  }

  /** A key of the index of grants to expand: the grant's own behind another prefix. */
  toExpand({ keys, keyStart, keyEnd }: RowPlace): void {
    this.found.toExpand.add(this.#other.of(keys.subarray(keyStart + indexPrefixBytes, keyEnd)));
  }

  /** A key of the index by hash: the entitlement, the beginning of the principal's hash, the principal. */
  byHash({ keys, keyStart, keyEnd, values, valueStart, valueEnd }: RowPlace): void {
    const start = keyStart + indexPrefixBytes;
    if (!beginsWith(keys, start, keyEnd, this.#hashPartition)) {
      this.#closePartition();
      this.#hashPartition = Buffer.from(keys.subarray(start, behindParts(keys, start, keyEnd, 4)));
    }
    const bucketStart = start + this.#hashPartition.length;
    const principalStart = Math.min(bucketStart + bucketBytes, keyEnd);
    const hash = this.#other;
    hash.begin(keyEnd - principalStart);
    hash.add(keys, principalStart, keyEnd);
    hash.finish();
    const bucket = hash.high >>> 16;
    if (keys[bucketStart] !== bucket >>> 8 || keys[bucketStart + 1] !== (bucket & 255) || valueEnd - valueStart !== 8) {
      const key = keys.toString("hex", keyStart, keyEnd);
      this.#problems.fail("digests", "index of grants by hash", "a key or its value is none", key);
      return;
    }
    const content = { high: values.readUInt32BE(valueStart), low: values.readUInt32BE(valueStart + 4) };
    hash.begin(keyEnd - start - bucketBytes);
    hash.add(this.#hashPartition);
    hash.add(keys, principalStart, keyEnd);
    hash.finish();
    this.found.byHash.addPair(hash, content);
    this.#whole.add(content.high, content.low);
    this.#root.add(content.high, content.low);
    this.#buckets.add(bucket, content.high, content.low);
  }

  /** A digest. */
  digest({ keys, keyStart, keyEnd, values, valueStart, valueEnd }: RowPlace): void {
    const hash = this.#other;
    hash.begin(keyEnd - keyStart + valueEnd - valueStart);
    hash.add(keys, keyStart, keyEnd);
    hash.add(values, valueStart, valueEnd);
    hash.finish();
    this.found.digests.add(hash);
  }

  /** Call it behind the last row. */
  finish(): void {
    this.#closePartition();
    const key = Buffer.concat([prefixes.digest, Buffer.from([separator, digestKinds.whole])]);
    this.expected.digests.add(this.#other.of(Buffer.concat([key, this.whole])));
  }

  #closePartition(): void {
    if (this.#hashPartition.length === 0) return;
    const partition = this.#hashPartition.subarray(0, -1);
    const { digests } = this.expected;
    // It was taken for one that nobody holds.
    if (this.#references.entitlements.has(this.#other.of(partition))) {
      digests.remove(this.#digest(partition, digestKinds.root, none, rootOf(new Fold())));
    }
    digests.add(this.#digest(partition, digestKinds.root, none, rootOf(this.#root)));
    for (const [leaf, fold] of this.#buckets.leaves(digestWidth(this.#root.count))) {
      const place = Buffer.alloc(bucketBytes);
      place.writeUInt16BE(leaf);
      digests.add(this.#digest(partition, digestKinds.leaf, place, fold.toBytes()));
    }
    this.#root = new Fold();
    this.#buckets.reset();
  }

  #digest(partition: Uint8Array, kind: number, place: Buffer, value: Buffer): Halves {
    const key = [prefixes.digest, escaped(partition), Buffer.from([separator, kind]), place];
    return this.#other.of(Buffer.concat([...key, value]));
  }

  #missing(what: string, { keys, keyStart, keyEnd }: RowPlace): void {
    this.#references.missing(what, keys.subarray(keyStart, keyEnd));
  }
}

function rootOf(fold: Fold): Buffer {
  return Buffer.concat([Buffer.from([digestWidth(fold.count)]), fold.toBytes()]);
}

/** True when bytes from `start` on begin with `part`, which is not empty. */
function beginsWith(keys: Buffer, start: number, end: number, part: Buffer): boolean {
  if (part.length === 0 || start + part.length > end) return false;
  for (let at = 0; at < part.length; at++) if (keys[start + at] !== part[at]) return false;
  return true;
}

/** Where the part behind so many parts begins; the end where there are fewer. */
function behindParts(keys: Buffer, start: number, end: number, parts: number): number {
  let at = start;
  for (let left = parts; at < end && left > 0; at++) if (keys[at] === separator) left--;
  return at;
}
