/**
 * The sync of a version 3 c1z. Lists come in the order of the keys. What can be told from keys alone is told without
 * reading values, and per-principal questions from the index that every sealed file has.
 */
import type { Entitlement, Grant, Resource, ResourceId, ResourceType } from "../../../contracts/model.ts";
import { reportProgress } from "../../../file-progress.ts";
import type { Guarded } from "../../../proto/resource-later.ts";
import { FieldReader } from "../../../wire/field-reader.ts";
import {
  digestKinds,
  endOfPart,
  entitlementIdOf,
  entitlementParts,
  type KeyRange,
  keyOf,
  metaKeys,
  partAt,
  partsAt,
  prefixes,
  rangeFrom,
  rangeOf,
  unescaped,
} from "../../pebble/keys.ts";
import { readStats, type StatsRecord } from "../../pebble/stats-record.ts";
import type { SyncRun } from "../../write/sync-runs.ts";
import type { SyncStats } from "../../write/sync-store.ts";
import { compareGrants, compareResources } from "../compare-views.ts";
import { compareAsUtf8 } from "../merge-by-key.ts";
import type {
  GrantChange,
  HeldEntitlement,
  HeldGrant,
  Holder,
  KeyedResource,
  ResourcePair,
  RowFilter,
  RowKind,
  RowWindow,
  SyncView,
} from "../sync-view.ts";
import { compareKeys, type KeyPlace } from "./block-rows.ts";
import {
  entitlementOf,
  grantOf,
  resourceOf,
  resourceOfLater,
  resourceTypeOf,
  saysTheSame,
  withoutDiscovery,
} from "./records.ts";
import type { PebbleStore, StoreEntry } from "./store.ts";
import { storeError } from "./store-files.ts";

const prefixBytes = 3;
const indexPrefixBytes = 4;
const entitlementPartCount = 4;

/** The rows of the one sync. */
export class PebbleView implements SyncView {
  readonly sync: SyncRun | undefined;
  readonly #store: PebbleStore;
  readonly #path: string;
  readonly #guarding: Guarded = (read) => this.#guard(read);
  readonly #held = new Map<string, HeldEntitlement>();
  #unusual: ReadonlyMap<string, ResourceId> | undefined;

  constructor(store: PebbleStore, path: string, sync: SyncRun | undefined) {
    this.#store = store;
    this.#path = path;
    this.sync = sync;
  }

  stats(): SyncStats {
    const value = this.#get(metaKeys.stats);
    const record = value && this.#guard(() => statsOf(value));
    if (!record || record.syncId !== this.sync?.id) return this.recount();
    return record.stats;
  }

  recount(): SyncStats {
    const typeIds = [...this.resourceTypes()].map(({ id }) => id);
    const counted = this.#countByType(prefixes.resource);
    const resources = Object.fromEntries(typeIds.map((id) => [id, counted[id] ?? 0]));
    const hasGrants = this.sync?.type !== "resources_only";
    const entitlements = hasGrants ? this.#countByType(prefixes.entitlement) : {};
    const grants = hasGrants ? this.#countByType(prefixes.grant) : {};
    return {
      resourceTypes: typeIds.length,
      resources: sum(resources),
      entitlements: sum(entitlements),
      grants: sum(grants),
      resourcesByResourceType: resources,
      entitlementsByResourceType: entitlements,
      grantsByResourceType: grants,
    };
  }

  count(kind: RowKind, filter: RowFilter = {}): number {
    let count = 0;
    for (const _ of this.#select(kind, filter)) count++;
    return count;
  }

  *resourceTypes(): Generator<ResourceType> {
    for (const { value } of this.#scan(rangeOf(prefixes.resourceType))) yield this.#guard(() => resourceTypeOf(value));
  }

  *resources(filter: RowFilter = {}, window?: RowWindow): Generator<Resource> {
    for (const { value } of part(this.#select("resource", filter), window)) yield this.#guard(() => resourceOf(value));
  }

  *entitlements(filter: RowFilter = {}, window?: RowWindow): Generator<Entitlement> {
    const entries = part(this.#select("entitlement", filter), window);
    for (const { value } of entries) yield this.#guard(() => entitlementOf(value));
  }

  *grants(filter: RowFilter = {}, window?: RowWindow): Generator<Grant> {
    for (const { value } of part(this.#select("grant", filter), window)) yield this.#guard(() => grantOf(value));
  }

  getResourceType(id: string): ResourceType | undefined {
    const value = this.#get(keyOf(prefixes.resourceType, id));
    return value && this.#guard(() => resourceTypeOf(value));
  }

  getResource({ resourceType, resource }: ResourceId): Resource | undefined {
    const value = this.#get(keyOf(prefixes.resource, resourceType, resource));
    // What is read of it later must not keep the table around it in memory.
    return value && this.#guard(() => resourceOf(Buffer.from(value)));
  }

  getEntitlement(id: string, resource: ResourceId | undefined = this.#resourceOf(id)): Entitlement | undefined {
    const value = resource && this.#get(entitlementKey(prefixes.entitlement, { entitlementId: id, resource }));
    return value && this.#guard(() => entitlementOf(value));
  }

  grantsPerEntitlement(): ReadonlyMap<string, number> {
    const counts = new Map<string, number>();
    for (const { key, value } of this.#digestRoots()) {
      const end = key.indexOf(0, indexPrefixBytes);
      const parts = partsAt(unescaped(key.subarray(indexPrefixBytes, end)), 0, entitlementPartCount);
      counts.set(entitlementIdOf(parts), grantsIn({ value }));
    }
    if (counts.size > 0) return counts;
    for (const { key } of this.#walk(rangeOf(prefixes.grant))) {
      const { entitlementId } = this.#heldAt(key, prefixBytes, this.#principalStart(key));
      counts.set(entitlementId, (counts.get(entitlementId) ?? 0) + 1);
    }
    return counts;
  }

  heldBy({ resourceType, resource }: ResourceId): HeldEntitlement[] {
    const range = rangeOf(prefixes.grantByPrincipal, resourceType, resource);
    const held: HeldEntitlement[] = [];
    for (const { key } of this.#scan(range)) held.push(this.#heldAt(key, range.from.length, key.length + 1));
    return sortedById(held);
  }

  /** In the order of the keys, so that each block is decoded once. */
  heldByEach(principals: readonly ResourceId[]): readonly (readonly HeldEntitlement[])[] {
    const held: HeldEntitlement[][] = [];
    const sorted = [...principals.entries()].sort(
      ([, a], [, b]) => compareAsUtf8(a.resourceType, b.resourceType) || compareAsUtf8(a.resource, b.resource),
    );
    for (const [at, principal] of sorted) {
      held[at] = this.heldBy(principal);
      reportProgress();
    }
    return held;
  }

  *holders(resourceTypeId: string): Generator<Holder> {
    const range = rangeOf(prefixes.grantByPrincipal, resourceTypeId);
    let group: { readonly bytes: Buffer; readonly holder: Holder } | undefined;
    for (const { key } of this.#walk(range)) {
      const end = endOfPart(key, range.from.length);
      const bytes = key.subarray(range.from.length, end);
      if (group?.bytes.equals(bytes) !== true) {
        if (group) yield sorted(group.holder);
        const principal = { resourceType: resourceTypeId, resource: partAt(bytes, 0, bytes.length) };
        group = { bytes: Buffer.from(bytes), holder: { principal, held: [] } };
      }
      group.holder.held.push(this.#heldAt(key, end + 1, key.length + 1));
    }
    if (group) yield sorted(group.holder);
  }

  countHolders(resourceTypeId: string): ReadonlyMap<string, number> {
    const range = rangeOf(prefixes.grant, resourceTypeId);
    const counts = new Map<string, number>();
    let resource: Buffer | undefined;
    let holders = new Set<string>();
    const close = (): void => {
      if (resource) counts.set(partAt(resource, 0, resource.length), holders.size);
      holders = new Set();
    };
    for (const { key } of this.#walk(range)) {
      const bytes = key.subarray(range.from.length, endOfPart(key, range.from.length));
      if (resource?.equals(bytes) !== true) {
        close();
        resource = Buffer.from(bytes);
      }
      holders.add(key.toString("latin1", this.#principalStart(key)));
    }
    close();
    return counts;
  }

  *holdersOf(entitlement: HeldEntitlement): Generator<ResourceId> {
    const range = this.#grantRange(entitlement.entitlementId, entitlement.resource);
    if (!range) return;
    for (const { key } of this.#scan(range)) yield principalAt(key, range.from.length);
  }

  *resourcesByKey(resourceTypeId?: string): Generator<KeyedResource> {
    const types = resourceTypeId === undefined ? this.#typesWith(prefixes.resource) : [resourceTypeId];
    for (const type of inOrderOfKeys(types)) {
      for (const entry of this.#walk(rangeOf(prefixes.resource, type))) yield this.#keyed(type, entry);
    }
  }

  #keyed(type: string, { key, value }: StoreEntry): KeyedResource {
    return new KeyedRow(keyOfResource(type, key), value, this.#guarding);
  }

  /** Between two stores rows are compared as they are, and nothing is made of those that are the same. */
  *resourceChanges(earlier: SyncView, also: ReadonlySet<string>): Generator<ResourcePair> {
    if (!(earlier instanceof PebbleView)) {
      yield* compareResources(earlier, this, also);
      return;
    }
    const types = new Set([...earlier.#typesWith(prefixes.resource), ...this.#typesWith(prefixes.resource)]);
    for (const type of inOrderOfKeys([...types])) {
      const range = rangeOf(prefixes.resource, type);
      const isLeftOut = (before: StoreEntry, after: StoreEntry): boolean =>
        this.#guard(() => saysTheSame(before.value, after.value)) && !also.has(keyOfResource(type, after.key));
      for (const { before, after } of mergeEntries(earlier.#walk(range), this.#walk(range), isLeftOut)) {
        if (before) yield { before: earlier.#keyed(type, before), after: after && this.#keyed(type, after) };
        else yield { before, after: this.#keyed(type, after) };
      }
    }
  }

  resourcesAsStored(resourceTypeId: string): Generator<KeyedResource> {
    return this.resourcesByKey(resourceTypeId);
  }

  *entitlementKeys(): Generator<HeldEntitlement> {
    const found: HeldEntitlement[] = [];
    for (const { key } of this.#scan(rangeOf(prefixes.entitlement))) {
      found.push(this.#heldAt(key, prefixBytes, key.length + 1));
    }
    yield* sortedById(found);
  }

  /** Between two stores keys are compared as they are, of those entitlements alone whose digests differ. */
  *grantChanges(earlier: SyncView): Generator<GrantChange> {
    if (!(earlier instanceof PebbleView)) {
      yield* compareGrants(earlier, this);
      return;
    }
    if (this.#hasSameGrants(earlier)) return;
    const found = this.#differsInMost(earlier) ? this.#changesByPrincipal(earlier) : undefined;
    if (found) {
      for (const { change, key } of found) yield { change, grant: this.#grantAt(key) };
      return;
    }
    for (const range of this.#differingRanges(earlier)) {
      for (const { before, after } of mergeEntries(earlier.#walk(range), this.#walk(range), () => true)) {
        if (before === undefined) yield { change: "added", grant: this.#grantAt(after.key) };
        else yield { change: "removed", grant: this.#grantAt(before.key) };
      }
    }
  }

  /** True when most grants are of entitlements whose digests differ. */
  #differsInMost(earlier: PebbleView): boolean {
    let [all, differing] = [0, 0];
    for (const { before, after } of mergeEntries(earlier.#digestRoots(), this.#digestRoots(), () => false)) {
      const count = Math.max(before ? grantsIn(before) : 0, after ? grantsIn(after) : 0);
      all += count;
      if (!before || !after || !before.value.equals(after.value)) differing += count;
    }
    return differing * 2 > all;
  }

  /**
   * Keys of the grants that only one of two stores has, ascending, from the index by principal: it has no values, and is a
   * third of the bytes. Undefined: they are too many to be sorted.
   */
  #changesByPrincipal(earlier: PebbleView): readonly ChangedKey[] | undefined {
    const range = rangeOf(prefixes.grantByPrincipal);
    const found: ChangedKey[] = [];
    for (const { before, after } of mergeEntries(earlier.#walk(range), this.#walk(range), () => true)) {
      if (found.length === mostSortedChanges) return undefined;
      found.push({ change: before ? "removed" : "added", key: grantKeyOf((before ?? after).key) });
    }
    return found.sort((a, b) => Buffer.compare(a.key, b.key));
  }

  /** Ranges of grants in which two stores may differ, ascending: all of them, where one has no digests. */
  *#differingRanges(earlier: PebbleView): Generator<KeyRange> {
    const hasDigests = this.#wholeDigest() !== undefined && earlier.#wholeDigest() !== undefined;
    if (!hasDigests) {
      yield rangeOf(prefixes.grant);
      return;
    }
    let range: KeyRange | undefined;
    for (const pair of mergeEntries(earlier.#digestRoots(), this.#digestRoots(), () => false)) {
      if (pair.after !== undefined && pair.before?.value.equals(pair.after.value) === true) {
        if (range) yield range;
        range = undefined;
        continue;
      }
      const { key } = pair.before ?? pair.after;
      const { from, to } = rangeFrom(
        Buffer.concat([prefixes.grant, unescaped(key.subarray(indexPrefixBytes, key.length - 2))]),
      );
      // What follows upon one another is walked through at once.
      range = { from: range?.from ?? from, to };
    }
    if (range) yield range;
  }

  /** True when the digest of all grants is there, and the same. */
  #hasSameGrants(other: PebbleView): boolean {
    const [own, theirs] = [this.#wholeDigest(), other.#wholeDigest()];
    return own !== undefined && theirs !== undefined && own.equals(theirs);
  }

  #wholeDigest(): Buffer | undefined {
    if (this.#get(metaKeys.digestsPending) !== undefined) return undefined;
    return this.#get(Buffer.concat([prefixes.digest, Buffer.from([0, digestKinds.whole])]));
  }

  /** The digests of all entitlements' grants; none when there are none, or they are not finished. */
  *#digestRoots(): Generator<StoreEntry> {
    if (this.#wholeDigest() === undefined) return;
    for (const entry of this.#scan(rangeOf(prefixes.digest))) {
      const { key, value } = entry;
      const isRoot = key.length >= 2 && key.at(-1) === digestKinds.root && key.at(-2) === 0;
      if (isRoot && value.length === 17 && key.indexOf(0, indexPrefixBytes) === key.length - 2) yield entry;
    }
  }

  /** Entries that fit a filter: the narrowest range of keys, and what is left is compared. */
  *#select(kind: RowKind, filter: RowFilter): Generator<StoreRow> {
    if (kind === "resource type") yield* this.#scan(rangeOf(prefixes.resourceType));
    else if (kind === "resource") yield* this.#selectResources(filter);
    else if (kind === "entitlement") yield* this.#scan(ownRange(prefixes.entitlement, filter));
    else yield* this.#selectGrants(filter);
  }

  *#selectResources({ resourceTypeId, parent }: RowFilter): Generator<StoreRow> {
    if (parent === undefined) {
      yield* this.#scan(ownRange(prefixes.resource, { ...(resourceTypeId !== undefined && { resourceTypeId }) }));
      return;
    }
    const range = rangeOf(prefixes.resourceByParent, parent.resourceType, parent.resource);
    for (const { key } of this.#scan(range)) {
      const rest = key.subarray(range.from.length);
      if (resourceTypeId !== undefined && partAt(rest, 0, endOfPart(rest, 0)) !== resourceTypeId) continue;
      yield* this.#entryOf(Buffer.concat([prefixes.resource, rest]));
    }
  }

  *#selectGrants(filter: RowFilter): Generator<StoreRow> {
    const { entitlementId, principal } = filter;
    if (principal !== undefined) {
      yield* this.#grantsTo(principal, filter);
      return;
    }
    if (entitlementId === undefined) {
      yield* this.#scan(ownRange(prefixes.grant, filter));
      return;
    }
    const range = this.#grantRange(entitlementId, filter.resource);
    if (range) for (const entry of this.#scan(range)) if (this.#fits(entry.key, prefixBytes, filter)) yield entry;
  }

  *#grantsTo({ resourceType, resource }: ResourceId, filter: RowFilter): Generator<StoreRow> {
    const range = rangeOf(prefixes.grantByPrincipal, resourceType, resource);
    for (const { key } of this.#scan(range)) {
      if (!this.#fits(key, range.from.length, filter)) continue;
      yield* this.#entryOf(grantKeyOf(key));
    }
  }

  #fits(key: Buffer, start: number, { entitlementId, resource, resourceTypeId }: RowFilter): boolean {
    const parts = partsAt(key, start, entitlementPartCount);
    if (entitlementId !== undefined && entitlementIdOf(parts) !== entitlementId) return false;
    if (resourceTypeId !== undefined && parts[0] !== resourceTypeId) return false;
    return resource === undefined || (parts[0] === resource.resourceType && parts[1] === resource.resource);
  }

  *#entryOf(key: Buffer): Generator<StoreRow> {
    const value = this.#get(key);
    if (value) yield { key, value };
  }

  /** Keys of the grants of an entitlement; undefined when there is no such entitlement and no grant of it. */
  #grantRange(entitlementId: string, known?: ResourceId): KeyRange | undefined {
    const resource = known && known.resourceType !== "" ? known : this.#resourceOf(entitlementId);
    if (!resource) return undefined;
    return rangeOf(prefixes.grant, ...entitlementParts(resource.resourceType, resource.resource, entitlementId));
  }

  /**
   * The resource that an entitlement is on. The usual id begins with it, but colons are allowed in its parts: each cut
   * is tried. Unusual ones are remembered from a walk over all entitlements.
   */
  #resourceOf(entitlementId: string): ResourceId | undefined {
    for (const resource of cutsOf(entitlementId)) {
      const entitlement = { entitlementId, resource };
      if (this.#get(entitlementKey(prefixes.entitlement, entitlement))) return resource;
      const { resourceType: type, resource: id } = resource;
      for (const _ of this.#scan(rangeOf(prefixes.grant, ...entitlementParts(type, id, entitlementId))))
        return resource;
    }
    this.#unusual ??= this.#findUnusual();
    return this.#unusual.get(entitlementId);
  }

  #findUnusual(): ReadonlyMap<string, ResourceId> {
    const found = new Map<string, ResourceId>();
    for (const { key } of this.#scan(rangeOf(prefixes.entitlement))) {
      const [resourceType = "", resource = "", flag, id = ""] = partsAt(key, prefixBytes, entitlementPartCount);
      if (flag === "0") found.set(id, { resourceType, resource });
    }
    return found;
  }

  #grantAt(key: Buffer): HeldGrant {
    const start = this.#principalStart(key);
    return { ...this.#heldAt(key, prefixBytes, start), principal: principalAt(key, start) };
  }

  /** Where the principal begins in the key of a grant. */
  #principalStart(key: Buffer): number {
    let at = prefixBytes;
    for (let index = 0; index < entitlementPartCount; index++) at = endOfPart(key, at) + 1;
    return at;
  }

  /** The entitlement whose parts are in bytes `start` to `end - 1`. Many grants share one. */
  #heldAt(key: Buffer, start: number, end: number): HeldEntitlement {
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

  #typesWith(prefix: Buffer): readonly string[] {
    const types: string[] = [];
    const { to } = rangeOf(prefix);
    for (let from = prefix; ; ) {
      const next = this.#scan({ from, to }).next().value;
      if (!next) return types;
      const type = partAt(next.key, prefixBytes, endOfPart(next.key, prefixBytes));
      types.push(type);
      from = rangeOf(prefix, type).to;
    }
  }

  #countByType(prefix: Buffer): Record<string, number> {
    const counts = this.#typesWith(prefix).map((type) => {
      let count = 0;
      for (const _ of this.#walk(rangeOf(prefix, type))) count++;
      return [type, count] as const;
    });
    return Object.fromEntries(counts);
  }

  #get(key: Buffer): Buffer | undefined {
    return this.#guard(() => this.#store.get(key));
  }

  #scan({ from, to }: KeyRange): Entries {
    return this.#guarded(this.#store.scan(from, to));
  }

  /** The same for those who keep no entry, see `walk` of the store. */
  #walk({ from, to }: KeyRange): Entries {
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

  #guard<T>(action: () => T): T {
    try {
      return action();
    } catch (caught) {
      throw storeError(caught, this.#path);
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
function inOrderOfKeys(types: readonly string[]): readonly string[] {
  return types.toSorted((a, b) => Buffer.compare(Buffer.from(`${a}:`), Buffer.from(`${b}:`)));
}

/** @param key of the row. */
function keyOfResource(type: string, key: Buffer): string {
  return `${type}:${partAt(key, endOfPart(key, prefixBytes) + 1, key.length)}`;
}

/** A grant that only one of two stores has, by its key. */
interface ChangedKey {
  readonly change: GrantChange["change"];
  readonly key: Buffer;
}

/** Changes of grants that are held in memory to be sorted. */
const mostSortedChanges = 50_000;

/** How many grants a digest of an entitlement is of. */
function grantsIn({ value }: Pick<StoreEntry, "value">): number {
  return Number(value.readBigUInt64BE(1));
}

/** The key of a grant, from the one in the index by principal: type and id of the principal, then the entitlement. */
function grantKeyOf(key: Buffer): Buffer {
  const end = endOfPart(key, endOfPart(key, indexPrefixBytes) + 1);
  return Buffer.concat([prefixes.grant, key.subarray(end + 1), key.subarray(indexPrefixBytes - 1, end)]);
}

type StoreRow = Pick<StoreEntry, "key" | "value">;
type Entries = IterableIterator<StoreEntry, undefined>;
type EntryPair =
  | { readonly before: StoreEntry; readonly after: StoreEntry | undefined }
  | { readonly before: undefined; readonly after: StoreEntry };

/** Entries of two stores side by side, by key, but for those that `isLeftOut` when both have the key. */
function* mergeEntries(
  earlier: Iterator<StoreEntry, undefined>,
  later: Iterator<StoreEntry, undefined>,
  isLeftOut: (before: StoreEntry, after: StoreEntry) => boolean,
): Generator<EntryPair> {
  const [left, right] = [noPlace(), noPlace()];
  let [before, after] = [earlier.next(), later.next()];
  while (!before.done || !after.done) {
    before.value?.locateKey(left);
    after.value?.locateKey(right);
    const order = before.done ? 1 : after.done ? -1 : compareKeys(left, right);
    if (order === 0 && !before.done && !after.done) {
      if (!isLeftOut(before.value, after.value)) yield { before: before.value, after: after.value };
    } else if (!before.done && order < 0) yield { before: before.value, after: undefined };
    else if (!after.done) yield { before: undefined, after: after.value };
    if (order <= 0) before = earlier.next();
    if (order >= 0) after = later.next();
  }
}

function noPlace(): KeyPlace {
  return { keys: Buffer.alloc(0), keyStart: 0, keyEnd: 0 };
}

function statsOf(value: Buffer): StatsRecord {
  const reader = new FieldReader(value);
  return readStats(reader, reader.end);
}

/** Entitlements that are remembered at once. */
const rememberedEntitlements = 100_000;
/** Cuts of an id that are tried: a resource type and a resource with a colon or two are rare enough. */
const mostColons = 6;

function* cutsOf(entitlementId: string): Generator<ResourceId> {
  const colons = [...entitlementId.matchAll(/:/g)].map(({ index }) => index).slice(0, mostColons);
  for (const first of colons) {
    for (const second of colons) {
      if (second <= first) continue;
      const resourceType = entitlementId.slice(0, first);
      yield { resourceType, resource: entitlementId.slice(first + 1, second) };
    }
  }
}

function entitlementKey(prefix: Buffer, { entitlementId, resource }: HeldEntitlement): Buffer {
  return keyOf(prefix, ...entitlementParts(resource.resourceType, resource.resource, entitlementId));
}

/** Keys of a family that begins with a resource, of all, one type or one resource. */
function ownRange(prefix: Buffer, { resourceTypeId, resource }: RowFilter): KeyRange {
  if (resource) return rangeOf(prefix, resource.resourceType, resource.resource);
  return resourceTypeId === undefined ? rangeOf(prefix) : rangeOf(prefix, resourceTypeId);
}

function principalAt(key: Buffer, start: number): ResourceId {
  const [resourceType = "", resource = ""] = partsAt(key, start, 2);
  return { resourceType, resource };
}

function sorted(holder: Holder): Holder {
  return { ...holder, held: sortedById(holder.held) };
}

/** By the bytes of their ids, as version 1 files sort them. */
function sortedById(held: readonly HeldEntitlement[]): HeldEntitlement[] {
  return held.toSorted((a, b) => {
    if (a.entitlementId === b.entitlementId) return 0;
    return compareAsUtf8(a.entitlementId, b.entitlementId);
  });
}

function* part(entries: Generator<StoreRow>, window: RowWindow | undefined): Generator<StoreRow> {
  let index = 0;
  for (const entry of entries) {
    if (window && index >= window.offset + window.limit) return;
    if (!window || index >= window.offset) yield entry;
    index++;
  }
}

function sum(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((total, count) => total + count, 0);
}
