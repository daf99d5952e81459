/**
 * What the sync engine needs of a store while it writes one sync. `C1zWriter` implements it; the
 * engine knows neither SQL nor the file's bytes.
 */
import type { SessionStore } from "../../contracts/connector.ts";
import type { Entitlement, Grant, Resource, ResourceId, ResourceType } from "../../contracts/model.ts";

/** Kinds of sync (c1z: sync_runs.sync_type). */
export type SyncType = "full" | "resources_only" | "partial";

/** The sync being written. */
export interface OpenSync {
  /** KSUID, 27 characters. */
  readonly id: string;
  readonly type: SyncType;
  /** The engine's last checkpoint; "" for a new sync. */
  readonly token: string;
  /** True when an unfinished sync of the same type, started less than seven days ago, was taken up again. */
  readonly resumed: boolean;
}

/** Row counts of one sync (c1z: sync_runs.stats). Types without rows are 0 in `resourcesByResourceType`, absent in the others. */
export interface SyncStats {
  readonly resourceTypes: number;
  readonly resources: number;
  readonly entitlements: number;
  readonly grants: number;
  readonly resourcesByResourceType: Readonly<Record<string, number>>;
  readonly entitlementsByResourceType: Readonly<Record<string, number>>;
  readonly grantsByResourceType: Readonly<Record<string, number>>;
}

/** One page in insertion order; `nextPageToken` "" ends the list. */
export interface StorePage<T> {
  readonly items: readonly T[];
  readonly nextPageToken: string;
}

/** All rows of a list, page by page. */
export function* rowsOf<T>(list: (pageToken: string) => StorePage<T>): Generator<T> {
  let pageToken = "";
  do {
    const page = list(pageToken);
    yield* page.items;
    pageToken = page.nextPageToken;
  } while (pageToken !== "");
}

/** Counts and up to 25 example ids per broken reference (invariants I3, I7, I8, I9), and the verdict of I5. */
export interface ReferenceReport {
  /** I7: entitlements whose resource is missing. */
  readonly entitlementsWithoutResource: BrokenReferences;
  /** I3: grants whose entitlement's resource is missing. */
  readonly grantsWithoutResource: BrokenReferences;
  /** I8: grants whose entitlement is missing. */
  readonly grantsWithoutEntitlement: BrokenReferences;
  /** I9: grants whose principal is missing. */
  readonly grantsWithoutPrincipal: BrokenReferences;
}

/** How many rows break one rule, with at most 25 example ids. */
export interface BrokenReferences {
  readonly count: number;
  readonly examples: readonly string[];
}

/** A store that holds one open sync. Every put is an upsert: the last write of an id wins. */
export interface SyncStore {
  /**
   * Resumes the newest unfinished sync of `type` not older than seven days, else begins a new one.
   * @param scope what is read; an unfinished sync that says another scope is deleted instead of resumed. "": any.
   */
  startSync(type: SyncType, scope?: string): OpenSync;
  readonly session: SessionStore;

  putResourceTypes(types: readonly ResourceType[]): void;
  putResources(resources: readonly Resource[]): void;
  /** Takes out the resources of a type that have this parent, or none. */
  removeResources(resourceTypeId: string, parent: ResourceId | undefined): void;
  /** Tells that so many resources are likely to come; nothing depends on it but how fast they are written. */
  expectResources(count: number): void;
  putEntitlements(entitlements: readonly Entitlement[]): void;
  putGrants(grants: readonly Grant[]): void;

  hasResourceType(id: string): boolean;
  listResourceTypes(): readonly ResourceType[];
  getResource(id: ResourceId): Resource | undefined;
  /**
   * Resources in insertion order, at most 10,000 a page; with `resourceTypeIds` only those of these types, so that
   * the planners never read the rows of types that they skip. The token is the next row id in both cases.
   */
  listResources(options: {
    readonly resourceTypeIds?: readonly string[];
    readonly pageToken: string;
  }): StorePage<Resource>;
  hasEntitlement(id: string): boolean;
  getEntitlementResource(id: string): ResourceId | undefined;
  /** All entitlements in insertion order, at most 10,000 a page. */
  listEntitlements(pageToken: string): StorePage<Entitlement>;
  /** Grants that carry GrantExpandable, in insertion order, at most 10,000 a page. */
  listExpandableGrants(pageToken: string): StorePage<Grant>;
  /** Grants of one entitlement in insertion order, at most 10,000 a page. */
  listGrantsOfEntitlement(entitlementId: string, pageToken: string): StorePage<Grant>;
  /** The grant of `principal` on `entitlementId`, whatever its id. */
  getGrantOf(entitlementId: string, principal: ResourceId): Grant | undefined;

  /** Checks references over the whole open sync. */
  checkReferences(): ReferenceReport;

  /** True while rows would be written faster after the next checkpoint. */
  readonly isCheckpointAwaited: boolean;
  /** Stores the engine's token; durable in the scratch database when it returns. */
  checkpoint(token: string): void;
  /** Marks the sync as able to be compared (c1z: supports_diff). */
  markSupportsDiff(): void;
  /** Seals the sync: forgets its session rows, prunes old syncs, computes stats, sets ended_at. */
  endSync(end?: { readonly droppedRows: boolean }): SyncStats;
}
