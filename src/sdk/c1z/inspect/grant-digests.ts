/**
 * What the digests of a version 3 store must be: a hash of each grant, folded for each entitlement, for the leaves of
 * large ones and for all. Grants must come in the order of their keys.
 */
import { digestKinds, digestWidth, escaped, mostDigestWidth, prefixes } from "../pebble/keys.ts";
import { Xxh64 } from "../pebble/xxh64.ts";
import type { KeySet } from "./key-set.ts";

/** Grants, and their hashes folded by exclusive or. */
class Fold {
  count = 0;
  high = 0;
  low = 0;

  add(count: number, high: number, low: number): void {
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

const bucketBytes = 2;
const separator = Buffer.from([0]);

/** Derives the digests and the index by hash into two sets. */
export class GrantDigests {
  readonly #digests: KeySet;
  readonly #index: KeySet;
  readonly #hash = new Xxh64();
  readonly #whole = new Fold();
  #partition: Buffer | undefined;
  #root = new Fold();
  #leaves = new Map<number, Fold>();

  constructor(digests: KeySet, index: KeySet) {
    this.#digests = digests;
    this.#index = index;
  }

  /** Of all grants so far: 8 bytes of count, 8 of hash. */
  get whole(): Buffer {
    return this.#whole.toBytes();
  }

  /** An entitlement, whether it has grants or not. @param partition its key without the prefix. */
  begin(partition: Buffer): void {
    if (this.#partition?.equals(partition) === true) return;
    this.#close();
    this.#partition = partition;
  }

  /** A grant of the entitlement. @param own its key without the prefix. @param sources keys of its sources. */
  add(own: Buffer, principal: Buffer, sources: readonly string[]): void {
    const hash = this.#hash;
    hash.reset();
    hash.update(principal);
    hash.finish();
    const bucket = hash.high >>> 16;
    hash.reset();
    hash.update(own);
    for (const source of sources.map((one) => Buffer.from(one)).toSorted(Buffer.compare)) {
      hash.update(separator);
      hash.update(escaped(source));
    }
    hash.finish();
    const { high, low } = hash;
    const bucketKey = Buffer.from([bucket >>> 8, bucket & 255]);
    const entitlement = own.subarray(0, own.length - principal.length);
    this.#index.add(Buffer.concat([prefixes.grantByHash, entitlement, bucketKey, principal]), hash.toBytes());
    for (const fold of [this.#root, this.#whole, this.#leaf(bucket)]) fold.add(1, high, low);
  }

  /** Call it behind the last grant. */
  finish(): void {
    this.#close();
    this.#digests.add(Buffer.concat([prefixes.digest, Buffer.from([0, digestKinds.whole])]), this.whole);
  }

  #leaf(bucket: number): Fold {
    const leaf = this.#leaves.get(bucket) ?? new Fold();
    this.#leaves.set(bucket, leaf);
    return leaf;
  }

  #close(): void {
    if (!this.#partition) return;
    const prefix = Buffer.concat([prefixes.digest, escaped(this.#partition), separator]);
    const width = digestWidth(this.#root.count);
    const root = Buffer.concat([Buffer.from([width]), this.#root.toBytes()]);
    this.#digests.add(Buffer.concat([prefix, Buffer.from([digestKinds.root])]), root);
    if (width > 0) this.#addLeaves(prefix, width);
    this.#root = new Fold();
    this.#leaves = new Map();
  }

  /** A leaf is the top bits of the bucket, left-aligned. */
  #addLeaves(prefix: Buffer, width: number): void {
    const folds = new Map<number, Fold>();
    for (const [bucket, { count, high, low }] of this.#leaves) {
      const shift = mostDigestWidth - width;
      const leaf = (bucket >>> shift) << shift;
      const fold = folds.get(leaf) ?? new Fold();
      fold.add(count, high, low);
      folds.set(leaf, fold);
    }
    for (const [leaf, fold] of folds) {
      const place = Buffer.alloc(1 + bucketBytes);
      place.writeUInt8(digestKinds.leaf);
      place.writeUInt16BE(leaf, 1);
      this.#digests.add(Buffer.concat([prefix, place]), fold.toBytes());
    }
  }
}
