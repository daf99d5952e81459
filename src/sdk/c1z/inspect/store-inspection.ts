/**
 * Checks what a version 3 store says: rows against their keys, what rows name, the indexes and digests that must follow
 * from the rows, counts. Takes each live row once, those of a family in the order of their keys: resources before
 * entitlements before grants before what is derived of them. Keeps 16 bytes for each resource and entitlement.
 */
import { FieldReader } from "../../wire/field-reader.ts";
import type { V3Manifest } from "../container/v3-manifest.ts";
import {
  digestKinds,
  endOfPart,
  entitlementParts,
  joined,
  keyOf,
  metaKeys,
  partsAt,
  prefixBytes,
  prefixes,
  syncRunKey,
} from "../pebble/keys.ts";
import { noStats, readStats } from "../pebble/stats-record.ts";
import type { RowPlace } from "../read/pebble/block-rows.ts";
import { entitlementOf, resourceOf, resourceTypeOf } from "../read/pebble/records.ts";
import type { SyncRun } from "../write/sync-runs.ts";
import type { SyncStats } from "../write/sync-store.ts";
import { GrantInspection } from "./grant-inspection.ts";
import type { InspectProblems } from "./inspect-problems.ts";
import { compareCounts } from "./inspect-run.ts";
import { JoinedHash, KeySum, KnownKeys } from "./key-sums.ts";
import { plainResource } from "./plain-resource.ts";

const maxExamples = 5;
const wholeDigestKey = Buffer.concat([prefixes.digest, Buffer.from([0, digestKinds.whole])]);
/** Rows that say what the store is. */
const kept = [syncRunKey, metaKeys.keyspaceVersion, metaKeys.idFormat, metaKeys.stats, wholeDigestKey];

/** Bytes of a key that say what it is. */
const family = {
  all: 3,
  resourceType: 1,
  resource: 2,
  entitlement: 3,
  grant: 4,
  syncRun: 6,
  index: 7,
  digest: 10,
  meta: 255,
} as const;
const familyNames: Readonly<Record<number, string>> = {
  [family.resourceType]: "resource types",
  [family.resource]: "resources",
  [family.entitlement]: "entitlements",
  [family.grant]: "grants",
};
const index = { byParent: 1, byPrincipal: 4, toExpand: 5, byHash: 8 } as const;

/** What the rows are held against. */
export interface StoreClaims {
  readonly manifest: V3Manifest;
  /** The sync that the store says it holds. */
  readonly sync: SyncRun | undefined;
}

interface Missing {
  count: number;
  readonly examples: string[];
}

/** Checks all rows of a store; give it each with `add`, then call `finish`. */
export class StoreInspection {
  readonly #problems: InspectProblems;
  readonly #resources = new KnownKeys();
  readonly #entitlements = new KnownKeys();
  readonly #grants: GrantInspection;
  readonly #byParent = { expected: new KeySum(), found: new KeySum() };
  readonly #hash = new JoinedHash();
  readonly #counts = {
    type: new TypeCounts(),
    resource: new TypeCounts(),
    entitlement: new TypeCounts(),
    grant: new TypeCounts(),
  };
  /** What is done with rows of a family, and of an index. */
  readonly #byFamily: Readonly<Record<number, (place: RowPlace) => void>> = {
    [family.resourceType]: (place) => this.#resourceType(place),
    [family.resource]: (place) => this.#resource(place),
    [family.entitlement]: (place) => this.#entitlement(place),
    [family.grant]: (place) => this.#grant(place),
    [family.digest]: (place) => this.#digest(place),
    [family.syncRun]: (place) => this.#keep(place),
    [family.meta]: (place) => this.#keep(place),
  };
  readonly #byIndex: Readonly<Record<number, (place: RowPlace) => void>> = {
    [index.byParent]: (place) => this.#byParent.found.add(this.#hash.of(keyAt(place))),
    [index.byPrincipal]: (place) => this.#grants.byPrincipal(place),
    [index.toExpand]: (place) => this.#grants.toExpand(place),
    [index.byHash]: (place) => this.#grants.byHash(place),
  };
  readonly #kept = new Map<string, Buffer>();
  readonly #missing = new Map<string, Missing>();

  constructor(problems: InspectProblems) {
    this.#problems = problems;
    const references = {
      resources: this.#resources,
      entitlements: this.#entitlements,
      missing: (what: string, key: Buffer): void => this.#addMissing(what, key),
    };
    this.#grants = new GrantInspection(references, problems);
  }

  /** The value of one of the rows that say what the store is, once it came. */
  get(key: Buffer): Buffer | undefined {
    return this.#kept.get(key.toString("latin1"));
  }

  /** Takes the row at `place`. A row that cannot be decoded is told, and the others are looked at. */
  add(place: RowPlace): void {
    try {
      this.#take(place);
    } catch (caught) {
      if (!(caught instanceof RangeError)) throw caught;
      const { keys, keyStart, keyEnd } = place;
      const example = `${keys.toString("hex", keyStart, keyEnd)}: ${caught.message}`;
      const where = familyNames[keys[keyStart + 1] ?? 0] ?? "rows";
      this.#problems.fail("rows", where, "a row cannot be decoded", example);
    }
  }

  #take(place: RowPlace): void {
    const { keys, keyStart } = place;
    if (keys[keyStart] !== family.all) return;
    const kind = keys[keyStart + 1] ?? 0;
    const take = kind === family.index ? this.#byIndex[keys[keyStart + 2] ?? 0] : this.#byFamily[kind];
    take?.(place);
  }

  #keep(place: RowPlace): void {
    const key = keyAt(place);
    if (!kept.some((one) => one.equals(key))) return;
    this.#kept.set(key.toString("latin1"), Buffer.from(valueAt(place)));
  }

  #resourceType(place: RowPlace): void {
    this.#counts.type.add(place);
    this.#expectKey("resource types", place, keyOf(prefixes.resourceType, resourceTypeOf(valueAt(place)).id));
  }

  #resource(place: RowPlace): void {
    this.#counts.resource.add(place);
    const { keys, keyStart, keyEnd } = place;
    this.#resources.add(this.#hash.of(keys.subarray(keyStart + prefixBytes, keyEnd)));
    const parent = plainResource(place)?.parent ?? this.#decodeResource(place);
    if (parent.length === 0) return;
    const hash = this.#hash;
    hash.begin(prefixes.resourceByParent.length + parent.length + 1 + keyEnd - keyStart - prefixBytes);
    hash.add(prefixes.resourceByParent);
    hash.add(parent);
    hash.addByte(0);
    hash.add(keys, keyStart + prefixBytes, keyEnd);
    hash.finish();
    this.#byParent.expected.add(hash);
  }

  /** Holds a resource against its key. Returns the part of its parent in a key; empty: there is none. */
  #decodeResource(place: RowPlace): Uint8Array {
    const { id, parentResourceId: parent } = resourceOf(valueAt(place));
    this.#expectKey("resources", place, keyOf(prefixes.resource, id.resourceType, id.resource));
    return parent && parent.resource !== "" ? joined(parent.resourceType, parent.resource) : Buffer.alloc(0);
  }

  #entitlement(place: RowPlace): void {
    this.#counts.entitlement.add(place);
    const key = keyAt(place);
    const own = key.subarray(prefixBytes);
    this.#entitlements.add(this.#hash.of(own));
    this.#grants.entitlement(own);
    const resourceEnd = endOfPart(key, endOfPart(key, prefixBytes) + 1);
    if (!this.#resources.has(this.#hash.of(key.subarray(prefixBytes, resourceEnd)))) {
      this.#addMissing("entitlements name a resource that is not there", key);
    }
    const { id, resource } = entitlementOf(valueAt(place));
    const parts = entitlementParts(resource.id.resourceType, resource.id.resource, id);
    this.#expectKey("entitlements", place, keyOf(prefixes.entitlement, ...parts));
  }

  #grant(place: RowPlace): void {
    this.#counts.grant.add(place);
    this.#grants.grant(place);
  }

  #digest(place: RowPlace): void {
    this.#grants.digest(place);
    this.#keep(place);
  }

  /** Compares what followed from the rows with what was there. Call it behind the last row. */
  finish(claims: StoreClaims): void {
    this.#grants.finish();
    this.#compareSets();
    this.#compareRoot(claims.manifest);
    this.#tellMissing(claims.sync);
    this.#compareSync(claims);
    this.#compareStats(claims);
  }

  #compareSets(): void {
    const { expected, found } = this.#grants;
    const compare = (check: "indexes" | "digests", name: string, all: KeySum, had: KeySum): void => {
      if (all.equals(had)) return;
      const example = `${had.count} keys, ${all.count} expected`;
      this.#problems.fail(check, name, "it is not what follows from the rows", example);
    };
    compare("indexes", "index of resources by parent", this.#byParent.expected, this.#byParent.found);
    compare("indexes", "index of grants by principal", expected.byPrincipal, found.byPrincipal);
    compare("indexes", "index of grants to expand", expected.toExpand, found.toExpand);
    // All of it, or nothing.
    if (!this.#hasDigests && found.byHash.count + found.digests.count === 0) return;
    compare("digests", "index of grants by hash", expected.byHash, found.byHash);
    compare("digests", "digests", expected.digests, found.digests);
  }

  get #hasDigests(): boolean {
    return this.get(wholeDigestKey) !== undefined;
  }

  #compareRoot({ digestRoot }: V3Manifest): void {
    if (!digestRoot) {
      if (this.#hasDigests) this.#problems.warn("digests", "header", "the digest of all grants is not in the header");
      return;
    }
    const { whole } = this.#grants;
    const isTrue = digestRoot.count === Number(whole.readBigUInt64BE(0)) && digestRoot.xor === whole.toString("hex", 8);
    if (!this.#hasDigests) this.#problems.fail("digests", "header", "it has a digest, and the store has none");
    else if (!isTrue) this.#problems.fail("digests", "header", "the digest is not that of the grants");
  }

  #addMissing(what: string, key: Buffer): void {
    const known = this.#missing.get(what) ?? { count: 0, examples: [] };
    this.#missing.set(what, known);
    known.count++;
    if (known.examples.length < maxExamples) known.examples.push(key.toString("hex"));
  }

  /** What a partial sync names may be in the file before. */
  #tellMissing(sync: SyncRun | undefined): void {
    const isComplete = sync?.type === "full" || sync?.type === "resources_only";
    if (!isComplete || sync.endedAt === undefined) return;
    const types = this.#counts.type.byType();
    for (const [type, count] of Object.entries(this.#counts.resource.byType())) {
      if (types[type] === undefined)
        this.#problems.warn("references", "store", "resources are of a type that is not there", type, count);
    }
    for (const [what, { count, examples }] of this.#missing) {
      for (const example of examples) this.#problems.warn("references", "store", what, example);
      this.#problems.warn("references", "store", what, undefined, count - examples.length);
    }
  }

  #compareSync({ manifest, sync }: StoreClaims): void {
    const [summary, ...more] = manifest.syncs;
    if (more.length > 0) this.#problems.fail("syncs", "header", "it names more than one sync");
    if (!sync) {
      if (summary) this.#problems.fail("syncs", "header", "it names a sync that the store does not have", summary.id);
      else this.#problems.warn("syncs", "store", "there is no sync");
      return;
    }
    // A header without syncs is allowed.
    if (!summary) return;
    if (summary.id !== sync.id) this.#problems.fail("syncs", "header", "it names another sync", summary.id);
    if ((summary.endedAt === undefined) !== (sync.endedAt === undefined)) {
      this.#problems.fail("syncs", "header", "it says otherwise whether the sync is finished");
    }
  }

  #compareStats({ manifest, sync }: StoreClaims): void {
    const value = this.get(metaKeys.stats);
    const counted = this.#counted();
    if (value) {
      const reader = new FieldReader(value);
      const { syncId, stats } = readStats(reader, reader.end);
      if (syncId !== sync?.id) this.#problems.warn("stats", "store", "the counts are those of another sync", syncId);
      else compareCounts("store", stats, counted, this.#problems);
    }
    for (const { stats } of manifest.syncs) {
      if (stats !== noStats) compareCounts("header", stats, counted, this.#problems);
    }
  }

  #counted(): SyncStats {
    const { type, resource, entitlement, grant } = this.#counts;
    return {
      resourceTypes: type.total,
      resources: resource.total,
      entitlements: entitlement.total,
      grants: grant.total,
      resourcesByResourceType: resource.byType(),
      entitlementsByResourceType: entitlement.byType(),
      grantsByResourceType: grant.byType(),
    };
  }

  #expectKey(where: string, place: RowPlace, expected: Buffer): void {
    const key = keyAt(place);
    if (!key.equals(expected)) this.#problems.fail("columns", where, "a key differs from its row", key.toString("hex"));
  }
}

function keyAt({ keys, keyStart, keyEnd }: RowPlace): Buffer {
  return keys.subarray(keyStart, keyEnd);
}

function valueAt({ values, valueStart, valueEnd }: RowPlace): Buffer {
  return values.subarray(valueStart, valueEnd);
}

/** Counts rows by the first component of their keys, a resource type. */
class TypeCounts {
  readonly #counts = new Map<string, { count: number }>();
  #current = { count: 0 };
  /** The component with what stands around it. */
  #bytes: Buffer = Buffer.alloc(0);
  total = 0;

  add({ keys, keyStart, keyEnd }: RowPlace): void {
    const start = keyStart + prefixBytes;
    this.total++;
    if (!this.#isSame(keys, start)) {
      const end = Math.min(endOfPart(keys, start) + 1, keyEnd);
      this.#bytes = Buffer.from(keys.subarray(start, end));
      const [type = ""] = partsAt(keys.subarray(start, end), 0, 1);
      this.#current = this.#counts.get(type) ?? { count: 0 };
      this.#counts.set(type, this.#current);
    }
    this.#current.count++;
  }

  #isSame(keys: Buffer, start: number): boolean {
    const bytes = this.#bytes;
    if (bytes.length === 0) return false;
    for (let at = 0; at < bytes.length; at++) if (keys[start + at] !== bytes[at]) return false;
    return true;
  }

  byType(): Record<string, number> {
    return Object.fromEntries(Array.from(this.#counts, ([type, { count }]) => [type, count]));
  }
}
