/** Rows and keys of the sync of a version 3 c1z, and what keys alone tell of them. Knows no question. */
import type { Resource, ResourceId } from "../../../contracts/model.ts";
import type { Guarded } from "../../../proto/resource-later.ts";
import {
  digestKinds,
  endOfPart,
  entitlementIdOf,
  entitlementPartCount,
  indexPrefixBytes,
  type KeyRange,
  metaKeys,
  partAt,
  partsAt,
  prefixBytes,
  prefixes,
  rangeOf,
} from "../../pebble/keys.ts";
import type { HeldEntitlement, HeldGrant, KeyedResource } from "../sync-view.ts";
import { resourceOfLater, withoutDiscovery } from "./records.ts";
import type { PebbleStore, StoreEntry } from "./store.ts";
import { storeError } from "./store-files.ts";

/** Entitlements that are remembered at once. */
const rememberedEntitlements = 100_000;

/** Entries of a range of keys, in their order. */
type Entries = IterableIterator<StoreEntry, undefined>;

/** What is asked of the store. Methods throw BatonError as `storeError` makes it. */
export class PebbleRows {
  readonly #store: PebbleStore;
  readonly #path: string;
  readonly #guarding: Guarded = (read) => this.guard(read);
  readonly #held = new Map<string, HeldEntitlement>();

  constructor(store: PebbleStore, path: string) {
    this.#store = store;
    this.#path = path;
  }

  /** The value of a key. */
  get(key: Buffer): Buffer | undefined {
    return this.guard(() => this.#store.get(key));
  }

  /** Entries of a range, each to be kept. */
  scan({ from, to }: KeyRange): Entries {
    return this.#guarded(this.#store.scan(from, to));
  }

  /** The same for those who keep no entry, see `walk` of the store. */
  walk({ from, to }: KeyRange): Entries {
    return this.#guarded(this.#store.walk(from, to));
  }

  #guarded(entries: Entries): Entries {
    const path = this.#path;
    return {
      [Symbol.iterator]() {
        return this;
      },
      next() {
        try {
          return entries.next();
        } catch (caught) {
          throw storeError(caught, path);
        }
      },
    };
  }

  /** Runs `action`, and turns the damage that it finds into an error that names the file. */
  guard<T>(action: () => T): T {
    try {
      return action();
    } catch (caught) {
      throw storeError(caught, this.#path);
    }
  }

  /** A resource of the type by its entry. */
  keyed(type: string, { key, value }: StoreEntry): KeyedResource {
    return new KeyedRow(keyOfResource(type, key), value, this.#guarding);
  }

  /** The grant whose key this is. */
  grantAt(key: Buffer): HeldGrant {
    const start = this.principalStart(key);
    return { ...this.heldAt(key, prefixBytes, start), principal: principalAt(key, start) };
  }

  /** Where the principal begins in the key of a grant. */
  principalStart(key: Buffer): number {
    let at = prefixBytes;
    for (let index = 0; index < entitlementPartCount; index++) at = endOfPart(key, at) + 1;
    return at;
  }

  /** The entitlement whose parts are in bytes `start` to `end - 1`. Many grants share one. */
  heldAt(key: Buffer, start: number, end: number): HeldEntitlement {
    const bytes = key.toString("latin1", start, end - 1);
    const known = this.#held.get(bytes);
    if (known) return known;
    if (this.#held.size >= rememberedEntitlements) this.#held.clear();
    const parts = partsAt(key.subarray(0, end - 1), start, entitlementPartCount);
    const [resourceType = "", resource = ""] = parts;
    const held = { entitlementId: entitlementIdOf(parts), resource: { resourceType, resource } };
    this.#held.set(bytes, held);
    return held;
  }

  /** Resource types that keys of a family begin with, ascending. */
  typesWith(prefix: Buffer): readonly string[] {
    const types: string[] = [];
    const { to } = rangeOf(prefix);
    for (let from = prefix; ; ) {
      const next = this.scan({ from, to }).next().value;
      if (!next) return types;
      const type = partAt(next.key, prefixBytes, endOfPart(next.key, prefixBytes));
      types.push(type);
      from = rangeOf(prefix, type).to;
    }
  }

  /** The digest of all grants; undefined when there is none, or it is not finished. */
  wholeDigest(): Buffer | undefined {
    if (this.get(metaKeys.digestsPending) !== undefined) return undefined;
    return this.get(Buffer.concat([prefixes.digest, Buffer.from([0, digestKinds.whole])]));
  }

  /** The digests of all entitlements' grants; none when there are none, or they are not finished. */
  *digestRoots(): Generator<StoreEntry> {
    if (this.wholeDigest() === undefined) return;
    for (const entry of this.scan(rangeOf(prefixes.digest))) {
      const { key, value } = entry;
      const isRoot = key.length >= 2 && key.at(-1) === digestKinds.root && key.at(-2) === 0;
      if (isRoot && value.length === 17 && key.indexOf(0, indexPrefixBytes) === key.length - 2) yield entry;
    }
  }
}

/** The row of a resource; all but its key is read when it is asked for. */
class KeyedRow implements KeyedResource {
  readonly encoding = "v3";
  readonly key: string;
  readonly #value: Buffer;
  readonly #guarded: Guarded;

  constructor(key: string, value: Buffer, guarded: Guarded) {
    this.key = key;
    this.#value = value;
    this.#guarded = guarded;
  }

  get content(): KeyedResource["content"] {
    return this.#guarded(() => withoutDiscovery(this.#value));
  }

  resource(): Resource {
    // A copy: the row is read over, and what is around it is not kept.
    return resourceOfLater(Buffer.from(this.#value), this.#guarded);
  }
}

/** `type:id` sorts as the type with its colon, then as the id. */
export function inOrderOfKeys(types: readonly string[]): readonly string[] {
  return types.toSorted((a, b) => Buffer.compare(Buffer.from(`${a}:`), Buffer.from(`${b}:`)));
}

/** The key that a resource has in both versions. @param key of its row. */
export function keyOfResource(type: string, key: Buffer): string {
  return `${type}:${partAt(key, endOfPart(key, prefixBytes) + 1, key.length)}`;
}

/** How many grants a digest of an entitlement is of. */
export function grantsIn({ value }: Pick<StoreEntry, "value">): number {
  return Number(value.readBigUInt64BE(1));
}

/** The key of a grant, from the one in the index by principal: type and id of the principal, then the entitlement. */
export function grantKeyOf(key: Buffer): Buffer {
  const end = endOfPart(key, endOfPart(key, indexPrefixBytes) + 1);
  return Buffer.concat([prefixes.grant, key.subarray(end + 1), key.subarray(indexPrefixBytes - 1, end)]);
}

/** The principal whose type and id end the key of a grant, from `start` on. */
export function principalAt(key: Buffer, start: number): ResourceId {
  const [resourceType = "", resource = ""] = partsAt(key, start, 2);
  return { resourceType, resource };
}
