/**
 * The grants of each entitlement by a hash of the principal, each with a hash of what it says, and sums of these: by
 * them two files are compared without reading their grants.
 */

import { hashInput, Xxh64 } from "../../pebble/checksums.ts";
import { digestKinds, digestWidth, escaped, mostDigestWidth, prefixes } from "../../pebble/keys.ts";
import type { DigestRoot } from "./envelope.ts";
import { countsBelow, type GrantOrder } from "./grant-order.ts";
import { GrantKeys } from "./grant-tables.ts";
import { stringAt } from "./names.ts";
import { type StoreSink, TableWriter } from "./table-writer.ts";

/** Hashes of grants that have sources, by their places in the order, which ascend. */
export interface SourceHashes {
  readonly places: Uint32Array;
  /** Two for each: upper and lower half. */
  readonly halves: Uint32Array;
}

/** What was summed up. */
export interface Digests {
  readonly root: DigestRoot;
  /** Keys and values in the order of the keys. */
  readonly rows: readonly (readonly [key: Buffer, value: Buffer])[];
}

const hashBytes = 8;

/** Hash of a grant with sources. @param key from the third byte on. @param sources ids, ascending by their bytes. */
export function hashWithSources(hash: Xxh64, key: Uint8Array, sources: readonly Uint8Array[]): void {
  hash.reset();
  hash.update(key);
  for (const source of sources) hash.update(Buffer.concat([Buffer.alloc(1), escaped(source)]));
  hash.finish();
}

/**
 * Writes the keys by hash, of which there must be one or more, and sums the hashes up.
 */
export async function writeGrantsByHash(sink: StoreSink, order: GrantOrder, hashes: SourceHashes): Promise<Digests> {
  const table = new TableWriter(sink);
  const { entitlements, principals, entitlementOf, principalOf } = order;
  const keys = new GrantKeys(table, prefixes.grantByHash, entitlements.keys, principals.keys);
  const contents = new ContentHashes(order, hashes);
  const buckets = bucketsOf(order);
  const value = Buffer.alloc(hashBytes);
  const starts = countsBelow(entitlementOf, entitlements.count);
  const sums = new Sums(order);
  for (let entitlement = 0; entitlement < entitlements.count; entitlement++) {
    const start = starts[entitlement] ?? 0;
    const end = starts[entitlement + 1] ?? 0;
    sums.begin(entitlement, end - start);
    if (end === start) continue;
    contents.compute(start, end);
    let unchanged = 0;
    for (const place of byBucket(buckets, principalOf, start, end)) {
      if (sink.isFull) await sink.drained();
      const principal = principalOf[place] ?? 0;
      const bucket = buckets[principal] ?? 0;
      const head = keys.begin(entitlement);
      table.key[head] = bucket >>> 8;
      table.key[head + 1] = bucket & 255;
      table.begin(keys.end(head + 2, principal), unchanged, hashBytes);
      unchanged = head;
      contents.write(place - start, value);
      table.append(value, 0, hashBytes);
      sums.add(bucket, value);
    }
  }
  table.finish();
  return sums.finish();
}

/** Sums where there are no grants at all. */
export function digestsWithoutGrants(order: GrantOrder): Digests {
  const sums = new Sums(order);
  for (let entitlement = 0; entitlement < order.entitlements.count; entitlement++) sums.begin(entitlement, 0);
  return sums.finish();
}

/** Places `start` to `end` of one entitlement's grants, by the hash of the principal and then by the principal. */
function byBucket(buckets: Uint16Array, principalOf: Uint32Array, start: number, end: number): Uint32Array {
  const keyed = new Float64Array(end - start);
  for (let place = start; place < end; place++) {
    keyed[place - start] = (buckets[principalOf[place] ?? 0] ?? 0) * 2 ** 32 + place;
  }
  return Uint32Array.from(keyed.sort(), (key) => key % 2 ** 32);
}

/** The upper 16 bits of each principal's hash. */
function bucketsOf({ principals }: GrantOrder): Uint16Array {
  const { bytes, starts } = principals.keys;
  const hash = new Xxh64();
  return Uint16Array.from({ length: principals.count }, (_, principal) => {
    hash.reset();
    hash.update(bytes, starts[principal], starts[principal + 1]);
    hash.finish();
    return hash.high >>> 16;
  });
}

/** Hashes of what the grants of one entitlement say: their keys, and the ids of their sources. */
class ContentHashes {
  readonly #order: GrantOrder;
  readonly #hashes: SourceHashes;
  readonly #hash = new Xxh64();
  #halves = new Uint32Array(0);
  #nextWithSources = 0;

  constructor(order: GrantOrder, hashes: SourceHashes) {
    this.#order = order;
    this.#hashes = hashes;
  }

  /** Computes those of the places `start` to `end`, which are those of one entitlement. */
  compute(start: number, end: number): void {
    if (this.#halves.length < (end - start) * 2) this.#halves = new Uint32Array((end - start) * 2);
    const { entitlements, principals, entitlementOf, principalOf } = this.#order;
    const hash = this.#hash;
    const entitlement = stringAt(entitlements.keys, entitlementOf[start] ?? 0);
    const head = entitlement.length + 1;
    const isShort = head < hashInput.length;
    if (isShort) hashInput.set(entitlement);
    hashInput[head - 1] = 0;
    const { bytes, starts } = principals.keys;
    const { places, halves } = this.#hashes;
    for (let place = start; place < end; place++) {
      const at = (place - start) * 2;
      if (places[this.#nextWithSources] === place) {
        this.#halves[at] = halves[this.#nextWithSources * 2] ?? 0;
        this.#halves[at + 1] = halves[this.#nextWithSources * 2 + 1] ?? 0;
        this.#nextWithSources++;
        continue;
      }
      const principal = principalOf[place] ?? 0;
      const from = starts[principal] ?? 0;
      const until = starts[principal + 1] ?? 0;
      if (isShort && head + until - from <= hashInput.length) {
        let to = head;
        for (let index = from; index < until; index++) hashInput[to++] = bytes[index] ?? 0;
        hash.hashInput(to);
      } else {
        hash.reset();
        hash.update(Buffer.concat([entitlement, Buffer.alloc(1), bytes.subarray(from, until)]));
        hash.finish();
        if (isShort) hashInput.set(Buffer.concat([entitlement, Buffer.alloc(1)]));
      }
      this.#halves[at] = hash.high;
      this.#halves[at + 1] = hash.low;
    }
  }

  /** Writes the hash number `index` of those that were computed, big-endian. */
  write(index: number, target: Buffer): void {
    target.writeUInt32BE(this.#halves[index * 2] ?? 0, 0);
    target.writeUInt32BE(this.#halves[index * 2 + 1] ?? 0, 4);
  }
}

/** Adds hashes up by leaf, by entitlement and in all; the sum is the exclusive or. */
class Sums {
  readonly #order: GrantOrder;
  readonly #rows: (readonly [Buffer, Buffer])[] = [];
  readonly #whole = Buffer.alloc(hashBytes);
  /** Of the entitlement at hand. */
  #root: Buffer = Buffer.alloc(0);
  #partition: Buffer = Buffer.alloc(0);
  #width = 0;
  /** Of the leaf at hand: count and sum. */
  #leaf: Buffer = Buffer.alloc(0);
  #leafNumber = -1;
  #leafCount = 0;

  constructor(order: GrantOrder) {
    this.#order = order;
  }

  begin(entitlement: number, count: number): void {
    this.#endLeaf();
    const { bytes, starts } = this.#order.entitlements.keys;
    this.#partition = escaped(bytes.subarray(starts[entitlement], starts[entitlement + 1]));
    this.#width = digestWidth(count);
    this.#root = Buffer.alloc(1 + 8 + hashBytes);
    this.#root[0] = this.#width;
    this.#root.writeBigUInt64BE(BigInt(count), 1);
    this.#rows.push([this.#keyOf(digestKinds.root), this.#root]);
  }

  /** Adds a hash; those of one entitlement come in the order of their buckets. */
  add(bucket: number, hash: Buffer): void {
    addTo(this.#root, 9, hash);
    addTo(this.#whole, 0, hash);
    if (this.#width === 0) return;
    const leaf = bucket >>> (mostDigestWidth - this.#width);
    if (leaf !== this.#leafNumber) {
      this.#endLeaf();
      this.#leafNumber = leaf;
      this.#leaf = Buffer.alloc(8 + hashBytes);
    }
    this.#leafCount++;
    addTo(this.#leaf, 8, hash);
  }

  finish(): Digests {
    this.#endLeaf();
    const { count } = this.#order;
    const value = Buffer.alloc(8 + hashBytes);
    value.writeBigUInt64BE(BigInt(count));
    this.#whole.copy(value, 8);
    const key = Buffer.concat([prefixes.digest, Buffer.from([0, digestKinds.whole])]);
    return { root: { xor: this.#whole, count }, rows: [[key, value], ...this.#rows] };
  }

  #endLeaf(): void {
    if (this.#leafNumber < 0) return;
    this.#leaf.writeBigUInt64BE(BigInt(this.#leafCount));
    const number = Buffer.alloc(2);
    number.writeUInt16BE(this.#leafNumber << (mostDigestWidth - this.#width));
    this.#rows.push([this.#keyOf(digestKinds.leaf, number), this.#leaf]);
    this.#leafNumber = -1;
    this.#leafCount = 0;
  }

  #keyOf(kind: number, rest: Buffer = Buffer.alloc(0)): Buffer {
    return Buffer.concat([prefixes.digest, this.#partition, Buffer.from([0, kind]), rest]);
  }
}

function addTo(target: Buffer, at: number, hash: Buffer): void {
  for (let i = 0; i < hashBytes; i++) target[at + i] = (target[at + i] ?? 0) ^ (hash[i] ?? 0);
}
