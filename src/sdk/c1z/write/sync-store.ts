/** What is said of a sync while it is written, and of what was written. */

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
