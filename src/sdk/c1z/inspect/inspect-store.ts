/**
 * Checks what a version 3 store says: rows against their keys, what rows name, the indexes and digests that must follow
 * from the rows, counts. Goes through all keys once; memory does not grow with the file.
 */

import { FieldReader } from "../../wire/field-reader.ts";
import type { V3Manifest } from "../container/v3-manifest.ts";
import { digestKinds, entitlementParts, joined, metaKeys, prefixes } from "../pebble/keys.ts";
import { noStats, readStats } from "../pebble/stats-record.ts";
import { endOfPart, type KeyRange, keyOf, partsAt, rangeOf } from "../read/pebble/key-parts.ts";
import { entitlementOf, grantRecordOf, resourceOf, resourceTypeOf } from "../read/pebble/records.ts";
import type { PebbleStore, StoreEntry } from "../read/pebble/store.ts";
import type { SyncRun } from "../write/sync-runs.ts";
import type { SyncStats } from "../write/sync-store.ts";
import { GrantDigests } from "./grant-digests.ts";
import type { InspectProblems } from "./inspect-problems.ts";
import { KeySet } from "./key-set.ts";

const prefixBytes = 3;
const separator = Buffer.from([0]);

/** Sets of keys that follow from the rows, with where they stand in the store. */
const derivedSets = {
  byParent: { prefix: prefixes.resourceByParent, name: "index of resources by parent" },
  byPrincipal: { prefix: prefixes.grantByPrincipal, name: "index of grants by principal" },
  toExpand: { prefix: prefixes.grantToExpand, name: "index of grants to expand" },
  byHash: { prefix: prefixes.grantByHash, name: "index of grants by hash" },
  digests: { prefix: prefixes.digest, name: "digests" },
} as const;

type DerivedSet = keyof typeof derivedSets;

/** Checks the rows of the store. @param sync its sync, when it has one. */
export function inspectStore(
  store: PebbleStore,
  manifest: V3Manifest,
  sync: SyncRun | undefined,
  problems: InspectProblems,
): void {
  new StoreInspection(store, manifest, sync, problems).run();
}

class StoreInspection {
  readonly #store: PebbleStore;
  readonly #manifest: V3Manifest;
  readonly #sync: SyncRun | undefined;
  readonly #problems: InspectProblems;
  readonly #expected: Readonly<Record<DerivedSet, KeySet>> = {
    byParent: new KeySet(),
    byPrincipal: new KeySet(),
    toExpand: new KeySet(),
    byHash: new KeySet(),
    digests: new KeySet(),
  };
  readonly #digests = new GrantDigests(this.#expected.digests, this.#expected.byHash);
  readonly #types = new Set<string>();
  readonly #counts = { resource: new Map<string, number>(), entitlement: new Map(), grant: new Map() } as const;

  constructor(store: PebbleStore, manifest: V3Manifest, sync: SyncRun | undefined, problems: InspectProblems) {
    this.#store = store;
    this.#manifest = manifest;
    this.#sync = sync;
    this.#problems = problems;
  }

  run(): void {
    this.#each("resource types", prefixes.resourceType, (entry) => this.#resourceType(entry));
    this.#each("resources", prefixes.resource, (entry) => this.#resource(entry));
    this.#entitlements();
    this.#grants();
    this.#principals();
    this.#digests.finish();
    this.#compareSets();
    this.#compareSync();
    this.#compareStats();
  }

  /** A row that cannot be decoded is told, and the others are looked at. */
  #each(where: string, prefix: Buffer, inspect: (entry: StoreEntry) => void): void {
    for (const entry of this.#scan(rangeOf(prefix))) {
      try {
        inspect(entry);
      } catch (caught) {
        if (!(caught instanceof RangeError)) throw caught;
        this.#problems.fail(
          "rows",
          where,
          "a row cannot be decoded",
          `${entry.key.toString("hex")}: ${caught.message}`,
        );
      }
    }
  }

  #resourceType({ key, value }: StoreEntry): void {
    const { id } = resourceTypeOf(value);
    this.#types.add(partsAt(key, prefixBytes, 1)[0] ?? "");
    this.#expectKey("resource types", key, keyOf(prefixes.resourceType, id));
  }

  #resource({ key, value }: StoreEntry): void {
    this.#count("resource", key);
    const { id, parentResourceId: parent } = resourceOf(value);
    const own = joined(id.resourceType, id.resource);
    this.#expectKey("resources", key, Buffer.concat([prefixes.resource, own]));
    if (!parent || parent.resource === "") return;
    const place = joined(parent.resourceType, parent.resource);
    this.#expected.byParent.add(Buffer.concat([prefixes.resourceByParent, place, separator, own]));
  }

  #entitlements(): void {
    const resources = new Walk(this.#scan(rangeOf(prefixes.resource)));
    this.#each("entitlements", prefixes.entitlement, ({ key, value }) => {
      this.#count("entitlement", key);
      const resourceEnd = endOfPart(key, endOfPart(key, prefixBytes) + 1);
      if (!resources.reach(key.subarray(prefixBytes, resourceEnd))) {
        this.#missing("entitlements name a resource that is not there", key);
      }
      const { id, resource } = entitlementOf(value);
      const parts = entitlementParts(resource.id.resourceType, resource.id.resource, id);
      this.#expectKey("entitlements", key, keyOf(prefixes.entitlement, ...parts));
    });
  }

  #grants(): void {
    const entitlements = new Walk(this.#scan(rangeOf(prefixes.entitlement)));
    // Entitlements that nobody holds have a digest as well, and lie between the others.
    entitlements.passed = (own) => this.#digests.begin(own);
    this.#each("grants", prefixes.grant, ({ key, value }) => {
      this.#count("grant", key);
      const principalStart = startOfPrincipal(key);
      const partition = key.subarray(prefixBytes, principalStart - 1);
      if (!entitlements.reach(partition)) this.#missing("grants name an entitlement that is not there", key);
      const { grant, needsExpansion } = grantRecordOf(value);
      const { entitlement, principal } = grant;
      const { resourceType, resource } = entitlement.resource;
      const parts = [...entitlementParts(resourceType, resource, entitlement.id), principal.resourceType];
      this.#expectKey("grants", key, keyOf(prefixes.grant, ...parts, principal.resource));
      const principalBytes = key.subarray(principalStart);
      this.#expected.byPrincipal.add(Buffer.concat([prefixes.grantByPrincipal, principalBytes, separator, partition]));
      const own = key.subarray(prefixBytes);
      if (needsExpansion) this.#expected.toExpand.add(Buffer.concat([prefixes.grantToExpand, own]));
      this.#digests.begin(partition);
      this.#digests.add(own, principalBytes, [...(grant.sources?.keys() ?? [])]);
    });
    entitlements.finish();
  }

  /** The index by principal has the principals in the order of the resources. */
  #principals(): void {
    const resources = new Walk(this.#scan(rangeOf(prefixes.resource)));
    const start = prefixes.grantByPrincipal.length;
    for (const { key } of this.#scan(rangeOf(prefixes.grantByPrincipal))) {
      const end = endOfPart(key, endOfPart(key, start) + 1);
      if (!resources.reach(key.subarray(start, end))) this.#missing("grants name a principal that is not there", key);
    }
  }

  #compareSets(): void {
    const hasDigests = this.#store.get(wholeDigestKey) !== undefined;
    for (const [set, { prefix, name }] of Object.entries(derivedSets) as [
      DerivedSet,
      (typeof derivedSets)[DerivedSet],
    ][]) {
      const found = new KeySet();
      for (const { key, value } of this.#scan(rangeOf(prefix))) found.add(key, value);
      const isOptional = set === "byHash" || set === "digests";
      if (isOptional && !hasDigests && found.count === 0) continue;
      const expected = this.#expected[set];
      if (expected.equals(found)) continue;
      const check = isOptional ? "digests" : "indexes";
      this.#problems.fail(
        check,
        name,
        "it is not what follows from the rows",
        `${found.count} keys, ${expected.count} expected`,
      );
    }
    this.#compareRoot(hasDigests);
  }

  #compareRoot(hasDigests: boolean): void {
    const { digestRoot } = this.#manifest;
    const whole = this.#digests.whole;
    if (!digestRoot) {
      if (hasDigests) this.#problems.warn("digests", "header", "the digest of all grants is not in the header");
      return;
    }
    const isTrue = digestRoot.count === Number(whole.readBigUInt64BE(0)) && digestRoot.xor === whole.toString("hex", 8);
    if (!hasDigests) this.#problems.fail("digests", "header", "it has a digest, and the store has none");
    else if (!isTrue) this.#problems.fail("digests", "header", "the digest is not that of the grants");
  }

  #compareSync(): void {
    const [summary, ...more] = this.#manifest.syncs;
    if (more.length > 0) this.#problems.fail("syncs", "header", "it names more than one sync");
    if (!this.#sync) {
      if (summary) this.#problems.fail("syncs", "header", "it names a sync that the store does not have", summary.id);
      else this.#problems.warn("syncs", "store", "there is no sync");
      return;
    }
    // A header without syncs is allowed.
    if (!summary) return;
    if (summary.id !== this.#sync.id) this.#problems.fail("syncs", "header", "it names another sync", summary.id);
    const isFinished = summary.endedAt !== undefined;
    if (isFinished !== (this.#sync.endedAt !== undefined)) {
      this.#problems.fail("syncs", "header", "it says otherwise whether the sync is finished");
    }
  }

  #compareStats(): void {
    const value = this.#store.get(metaKeys.stats);
    const counted = this.#counted();
    if (value) {
      const reader = new FieldReader(value);
      const { syncId, stats } = readStats(reader, reader.end);
      if (syncId !== this.#sync?.id)
        this.#problems.warn("stats", "store", "the counts are those of another sync", syncId);
      else this.#compareCounts("store", stats, counted);
    }
    for (const { stats } of this.#manifest.syncs) {
      if (stats !== noStats) this.#compareCounts("header", stats, counted);
    }
  }

  #compareCounts(where: string, stored: SyncStats, counted: SyncStats): void {
    for (const key of ["resourceTypes", "resources", "entitlements", "grants"] as const) {
      if (stored[key] === counted[key]) continue;
      this.#problems.fail("stats", where, `${key} differ`, `${stored[key]} stored, ${counted[key]} counted`);
    }
    for (const key of ["resourcesByResourceType", "entitlementsByResourceType", "grantsByResourceType"] as const) {
      for (const type of new Set([...Object.keys(stored[key]), ...Object.keys(counted[key])])) {
        const [had, has] = [stored[key][type] ?? 0, counted[key][type] ?? 0];
        if (had !== has) this.#problems.fail("stats", where, `${key} differ`, `${type}: ${had} stored, ${has} counted`);
      }
    }
  }

  #counted(): SyncStats {
    const { resource, entitlement, grant } = this.#counts;
    return {
      resourceTypes: this.#types.size,
      resources: sum(resource),
      entitlements: sum(entitlement),
      grants: sum(grant),
      resourcesByResourceType: Object.fromEntries(resource),
      entitlementsByResourceType: Object.fromEntries(entitlement),
      grantsByResourceType: Object.fromEntries(grant),
    };
  }

  #count(kind: "resource" | "entitlement" | "grant", key: Buffer): void {
    const counts: Map<string, number> = this.#counts[kind];
    const type = partsAt(key, prefixBytes, 1)[0] ?? "";
    counts.set(type, (counts.get(type) ?? 0) + 1);
  }

  #expectKey(where: string, key: Buffer, expected: Buffer): void {
    if (!key.equals(expected)) this.#problems.fail("columns", where, "a key differs from its row", key.toString("hex"));
  }

  /** What a partial sync names may be in the file before. */
  #missing(what: string, key: Buffer): void {
    const isComplete = this.#sync?.type === "full" || this.#sync?.type === "resources_only";
    if (isComplete && this.#sync?.endedAt !== undefined)
      this.#problems.warn("references", "store", what, key.toString("hex"));
  }

  #scan({ from, to }: KeyRange): Generator<StoreEntry> {
    return this.#store.scan(from, to);
  }
}

const wholeDigestKey = Buffer.concat([prefixes.digest, Buffer.from([0, digestKinds.whole])]);

/** Goes along the keys of a family beside others in the same order. */
class Walk {
  readonly #entries: Generator<StoreEntry>;
  #own: Buffer | undefined;
  /** Called with each key, without its prefix, when it is reached. */
  passed: (own: Buffer) => void = () => undefined;

  constructor(entries: Generator<StoreEntry>) {
    this.#entries = entries;
    this.#own = this.#next();
  }

  /** True when there is the key `own`, without its prefix. What is asked for must ascend. */
  reach(own: Buffer): boolean {
    while (this.#own && Buffer.compare(this.#own, own) < 0) {
      this.passed(this.#own);
      this.#own = this.#next();
    }
    return this.#own?.equals(own) === true;
  }

  /** Goes to the end. */
  finish(): void {
    for (; this.#own; this.#own = this.#next()) this.passed(this.#own);
  }

  #next(): Buffer | undefined {
    const next = this.#entries.next();
    return next.done ? undefined : next.value.key.subarray(prefixBytes);
  }
}

/** Where the principal begins in the key of a grant: behind four parts. */
function startOfPrincipal(key: Buffer): number {
  let at = prefixBytes;
  for (let part = 0; part < 4; part++) at = endOfPart(key, at) + 1;
  return at;
}

function sum(counts: ReadonlyMap<string, number>): number {
  return [...counts.values()].reduce((total, count) => total + count, 0);
}
