/**
 * A version 3 c1z, opened, and the view of its one sync. Lists come in the order of the keys. What can be told from keys
 * alone is told without reading values, and per-principal questions from the index that every sealed file has.
 */

import type { Entitlement, Grant, Resource, ResourceId, ResourceType } from "../../../contracts/model.ts";
import { reportProgress } from "../../../file-progress.ts";
import { compareUtf8 } from "../../../wire/encode.ts";
import { FieldReader } from "../../../wire/field-reader.ts";
import type { DecoderLimits } from "../../container/decoder-limits.ts";
import {
  endOfPart,
  entitlementIdOf,
  entitlementPartCount,
  entitlementParts,
  indexPrefixBytes,
  type KeyRange,
  keyOf,
  metaKeys,
  partAt,
  partsAt,
  prefixBytes,
  prefixes,
  rangeOf,
  unescaped,
} from "../../pebble/keys.ts";
import { readStats, type StatsRecord } from "../../pebble/stats-record.ts";
import { readSyncRun } from "../../pebble/sync-run.ts";
import type { Scratch } from "../../scratch/scratch.ts";
import type { SyncRun } from "../../write/sync-runs.ts";
import type { SyncStats } from "../../write/sync-store.ts";
import { compareGrants, compareResources } from "../compare-views.ts";
import type {
  GrantChange,
  HeldEntitlement,
  Holder,
  KeyedResource,
  ReadEngine,
  ResourcePair,
  RowFilter,
  RowKind,
  RowWindow,
  SyncView,
} from "../sync-view.ts";
import { changedGrants, changedResources } from "./pebble-comparison.ts";
import { grantKeyOf, grantsIn, inOrderOfKeys, PebbleRows, principalAt } from "./pebble-rows.ts";
import { entitlementOf, grantOf, resourceOf, resourceTypeOf } from "./records.ts";
import { PebbleStore, type StoreEntry } from "./store.ts";
import { openStoreFiles, storeError } from "./store-files.ts";

/** Opens the file. @throws BatonError `FILE-CORRUPT`, `FILE-V3`, `FILE-DECODER-LIMIT`, or what the system refused. */
export async function openPebble(path: string, scratch: Scratch, limits: DecoderLimits): Promise<ReadEngine> {
  const { files, close, limits: suited } = await openStoreFiles(path, scratch, limits);
  try {
    const store = new PebbleStore(files, suited);
    const sync = readSyncRun(store);
    const rows = new PebbleRows(store, path);
    return { syncs: sync ? [sync] : [], view: (one) => new PebbleView(rows, one), close };
  } catch (caught) {
    close();
    throw storeError(caught, path);
  }
}

/** The rows of the one sync. */
class PebbleView implements SyncView {
  readonly sync: SyncRun | undefined;
  readonly #rows: PebbleRows;
  #unusual: ReadonlyMap<string, ResourceId> | undefined;

  constructor(rows: PebbleRows, sync: SyncRun | undefined) {
    this.#rows = rows;
    this.sync = sync;
  }

  stats(): SyncStats {
    const value = this.#rows.get(metaKeys.stats);
    const record = value && this.#rows.guard(() => statsOf(value));
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
    for (const { value } of this.#rows.scan(rangeOf(prefixes.resourceType)))
      yield this.#rows.guard(() => resourceTypeOf(value));
  }

  *resources(filter: RowFilter = {}, window?: RowWindow): Generator<Resource> {
    for (const { value } of part(this.#select("resource", filter), window))
      yield this.#rows.guard(() => resourceOf(value));
  }

  *entitlements(filter: RowFilter = {}, window?: RowWindow): Generator<Entitlement> {
    const entries = part(this.#select("entitlement", filter), window);
    for (const { value } of entries) yield this.#rows.guard(() => entitlementOf(value));
  }

  *grants(filter: RowFilter = {}, window?: RowWindow): Generator<Grant> {
    for (const { value } of part(this.#select("grant", filter), window)) yield this.#rows.guard(() => grantOf(value));
  }

  getResourceType(id: string): ResourceType | undefined {
    const value = this.#rows.get(keyOf(prefixes.resourceType, id));
    return value && this.#rows.guard(() => resourceTypeOf(value));
  }

  getResource({ resourceType, resource }: ResourceId): Resource | undefined {
    const value = this.#rows.get(keyOf(prefixes.resource, resourceType, resource));
    // What is read of it later must not keep the table around it in memory.
    return value && this.#rows.guard(() => resourceOf(Buffer.from(value)));
  }

  getEntitlement(id: string, resource: ResourceId | undefined = this.#resourceOf(id)): Entitlement | undefined {
    const value = resource && this.#rows.get(entitlementKey(prefixes.entitlement, { entitlementId: id, resource }));
    return value && this.#rows.guard(() => entitlementOf(value));
  }

  grantsPerEntitlement(): ReadonlyMap<string, number> {
    const counts = new Map<string, number>();
    for (const { key, value } of this.#rows.digestRoots()) {
      const end = key.indexOf(0, indexPrefixBytes);
      const parts = partsAt(unescaped(key.subarray(indexPrefixBytes, end)), 0, entitlementPartCount);
      counts.set(entitlementIdOf(parts), grantsIn({ value }));
    }
    if (counts.size > 0) return counts;
    for (const { key } of this.#rows.walk(rangeOf(prefixes.grant))) {
      const { entitlementId } = this.#rows.heldAt(key, prefixBytes, this.#rows.principalStart(key));
      counts.set(entitlementId, (counts.get(entitlementId) ?? 0) + 1);
    }
    return counts;
  }

  heldBy({ resourceType, resource }: ResourceId): HeldEntitlement[] {
    const range = rangeOf(prefixes.grantByPrincipal, resourceType, resource);
    const held: HeldEntitlement[] = [];
    for (const { key } of this.#rows.scan(range)) held.push(this.#rows.heldAt(key, range.from.length, key.length + 1));
    return sortedById(held);
  }

  /** In the order of the keys, so that each block is decoded once. */
  heldByEach(principals: readonly ResourceId[]): readonly (readonly HeldEntitlement[])[] {
    const held: HeldEntitlement[][] = [];
    const sorted = [...principals.entries()].sort(
      ([, a], [, b]) => compareUtf8(a.resourceType, b.resourceType) || compareUtf8(a.resource, b.resource),
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
    for (const { key } of this.#rows.walk(range)) {
      const end = endOfPart(key, range.from.length);
      const bytes = key.subarray(range.from.length, end);
      if (group?.bytes.equals(bytes) !== true) {
        if (group) yield sorted(group.holder);
        const principal = { resourceType: resourceTypeId, resource: partAt(bytes, 0, bytes.length) };
        group = { bytes: Buffer.from(bytes), holder: { principal, held: [] } };
      }
      group.holder.held.push(this.#rows.heldAt(key, end + 1, key.length + 1));
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
    for (const { key } of this.#rows.walk(range)) {
      const bytes = key.subarray(range.from.length, endOfPart(key, range.from.length));
      if (resource?.equals(bytes) !== true) {
        close();
        resource = Buffer.from(bytes);
      }
      holders.add(key.toString("latin1", this.#rows.principalStart(key)));
    }
    close();
    return counts;
  }

  *holdersOf(entitlement: HeldEntitlement): Generator<ResourceId> {
    const range = this.#grantRange(entitlement.entitlementId, entitlement.resource);
    if (!range) return;
    for (const { key } of this.#rows.scan(range)) yield principalAt(key, range.from.length);
  }

  *resourcesByKey(resourceTypeId?: string): Generator<KeyedResource> {
    const types = resourceTypeId === undefined ? this.#rows.typesWith(prefixes.resource) : [resourceTypeId];
    for (const type of inOrderOfKeys(types)) {
      for (const entry of this.#rows.walk(rangeOf(prefixes.resource, type))) yield this.#rows.keyed(type, entry);
    }
  }

  resourceChanges(earlier: SyncView, also: ReadonlySet<string>): Generator<ResourcePair> {
    if (!(earlier instanceof PebbleView)) return compareResources(earlier, this, also);
    return changedResources(earlier.#rows, this.#rows, also);
  }

  grantChanges(earlier: SyncView): Generator<GrantChange> {
    return earlier instanceof PebbleView ? changedGrants(earlier.#rows, this.#rows) : compareGrants(earlier, this);
  }

  resourcesAsStored(resourceTypeId: string): Generator<KeyedResource> {
    return this.resourcesByKey(resourceTypeId);
  }

  *entitlementKeys(): Generator<HeldEntitlement> {
    const found: HeldEntitlement[] = [];
    for (const { key } of this.#rows.scan(rangeOf(prefixes.entitlement))) {
      found.push(this.#rows.heldAt(key, prefixBytes, key.length + 1));
    }
    yield* sortedById(found);
  }

  /** Entries that fit a filter: the narrowest range of keys, and what is left is compared. */
  *#select(kind: RowKind, filter: RowFilter): Generator<StoreRow> {
    if (kind === "resource type") yield* this.#rows.scan(rangeOf(prefixes.resourceType));
    else if (kind === "resource") yield* this.#selectResources(filter);
    else if (kind === "entitlement") yield* this.#rows.scan(ownRange(prefixes.entitlement, filter));
    else yield* this.#selectGrants(filter);
  }

  *#selectResources({ resourceTypeId, parent }: RowFilter): Generator<StoreRow> {
    if (parent === undefined) {
      yield* this.#rows.scan(ownRange(prefixes.resource, { ...(resourceTypeId !== undefined && { resourceTypeId }) }));
      return;
    }
    const range = rangeOf(prefixes.resourceByParent, parent.resourceType, parent.resource);
    for (const { key } of this.#rows.scan(range)) {
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
      yield* this.#rows.scan(ownRange(prefixes.grant, filter));
      return;
    }
    const range = this.#grantRange(entitlementId, filter.resource);
    if (range) for (const entry of this.#rows.scan(range)) if (this.#fits(entry.key, prefixBytes, filter)) yield entry;
  }

  *#grantsTo({ resourceType, resource }: ResourceId, filter: RowFilter): Generator<StoreRow> {
    const range = rangeOf(prefixes.grantByPrincipal, resourceType, resource);
    for (const { key } of this.#rows.scan(range)) {
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
    const value = this.#rows.get(key);
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
      if (this.#rows.get(entitlementKey(prefixes.entitlement, entitlement))) return resource;
      const { resourceType: type, resource: id } = resource;
      for (const _ of this.#rows.scan(rangeOf(prefixes.grant, ...entitlementParts(type, id, entitlementId))))
        return resource;
    }
    this.#unusual ??= this.#findUnusual();
    return this.#unusual.get(entitlementId);
  }

  #findUnusual(): ReadonlyMap<string, ResourceId> {
    const found = new Map<string, ResourceId>();
    for (const { key } of this.#rows.scan(rangeOf(prefixes.entitlement))) {
      const [resourceType = "", resource = "", flag, id = ""] = partsAt(key, prefixBytes, entitlementPartCount);
      if (flag === "0") found.set(id, { resourceType, resource });
    }
    return found;
  }

  #countByType(prefix: Buffer): Record<string, number> {
    const counts = this.#rows.typesWith(prefix).map((type) => {
      let count = 0;
      for (const _ of this.#rows.walk(rangeOf(prefix, type))) count++;
      return [type, count] as const;
    });
    return Object.fromEntries(counts);
  }
}

type StoreRow = Pick<StoreEntry, "key" | "value">;
function statsOf(value: Buffer): StatsRecord {
  const reader = new FieldReader(value);
  return readStats(reader, reader.end);
}

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

function sorted(holder: Holder): Holder {
  return { ...holder, held: sortedById(holder.held) };
}

/** By the bytes of their ids, as version 1 files sort them. */
function sortedById(held: readonly HeldEntitlement[]): HeldEntitlement[] {
  return held.toSorted((a, b) => {
    if (a.entitlementId === b.entitlementId) return 0;
    return compareUtf8(a.entitlementId, b.entitlementId);
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
