/**
 * What can be asked of one sync of a c1z, whatever its version. Lists are walked row by row, so that a file of any
 * size takes little memory; each can be left early, and another begun meanwhile.
 */
import type { Entitlement, Grant, Resource, ResourceId, ResourceType } from "../../contracts/model.ts";
import type { SyncRun } from "../write/sync-runs.ts";
import type { SyncStats } from "../write/sync-store.ts";

/** Kinds of row that can be counted. */
export type RowKind = "resource type" | "resource" | "entitlement" | "grant";

/** Which rows; everything that is given must hold. */
export interface RowFilter {
  /** The type of a resource, or of the resource that an entitlement or grant is on. */
  readonly resourceTypeId?: string;
  /** The resource that an entitlement or grant is on. */
  readonly resource?: ResourceId;
  readonly parent?: ResourceId;
  readonly entitlementId?: string;
  readonly principal?: ResourceId;
}

/** A part of a list, in rows. */
export interface RowWindow {
  readonly offset: number;
  readonly limit: number;
}

/** A resource by its key. Methods and content are for as long as the next one is not asked for; what `resource` gives lasts. */
export interface KeyedResource {
  /** `type:id`. */
  readonly key: string;
  /**
   * Bytes of the row, in two parts: what is between them is when it was written. Rows of the same encoding and the same
   * bytes say the same.
   */
  readonly content: readonly [Uint8Array, Uint8Array];
  readonly encoding: "v1" | "v3";
  /** The resource, anew each time; most of it is read when it is first asked for. It keeps the bytes of its row. */
  resource(): Resource;
}

/** An entitlement that somebody holds. */
export interface HeldEntitlement {
  readonly entitlementId: string;
  readonly resource: ResourceId;
}

/** Somebody with everything that they hold. */
export interface Holder {
  readonly principal: ResourceId;
  readonly held: HeldEntitlement[];
}

/** Who holds what. */
export interface HeldGrant extends HeldEntitlement {
  readonly principal: ResourceId;
}

/** A resource in one of two syncs, or in both. */
export type ResourcePair =
  | { readonly before: KeyedResource; readonly after: KeyedResource | undefined }
  | { readonly before: undefined; readonly after: KeyedResource };

/** A grant that only one of two syncs has. */
export interface GrantChange {
  readonly change: "added" | "removed";
  readonly grant: HeldGrant;
}

/** One sync of an open file; it ends with the reader that made it. Methods throw BatonError `FILE-CORRUPT` and others. */
export interface SyncView {
  /** The sync shown; undefined when the file names none, and then all its rows are shown. */
  readonly sync: SyncRun | undefined;

  /** Counts of rows: those that the file holds ready, else counted. */
  stats(): SyncStats;
  /** Counts the rows, whatever the file says. */
  recount(): SyncStats;
  /** How many rows of a kind there are; they are not read. */
  count(kind: RowKind, filter?: RowFilter): number;

  /** Version 1: in the order in which rows were written; version 3: by key. So are the next three. */
  resourceTypes(): Generator<ResourceType>;
  /** All resources, those of one type, or the children of one. */
  resources(filter?: Pick<RowFilter, "resourceTypeId" | "parent">, window?: RowWindow): Generator<Resource>;
  /** All entitlements, or those of one resource or resource type. */
  entitlements(filter?: Pick<RowFilter, "resourceTypeId" | "resource">, window?: RowWindow): Generator<Entitlement>;
  /** All grants, or those of an entitlement, on a resource or resource type, to a principal. */
  grants(filter?: Omit<RowFilter, "parent">, window?: RowWindow): Generator<Grant>;

  getResourceType(id: string): ResourceType | undefined;
  getResource(id: ResourceId): Resource | undefined;
  /** @param resource the resource that it is on, where it is known; version 3 finds it faster then. */
  getEntitlement(id: string, resource?: ResourceId): Entitlement | undefined;

  /** Grants by entitlement id, without reading them one by one; entitlements that nobody holds may be absent. */
  grantsPerEntitlement(): ReadonlyMap<string, number>;
  /** What `principal` holds, by entitlement id. */
  heldBy(principal: ResourceId): HeldEntitlement[];
  /**
   * What each of them holds, in their order, as `heldBy` says it. Asked for by the thousand this takes a fraction of
   * asking one by one; all of it is in memory.
   */
  heldByEach(principals: readonly ResourceId[]): readonly (readonly HeldEntitlement[])[];
  /**
   * Everybody of one type who holds something, by id, with what they hold by entitlement id. For all of them this is
   * several times as fast as asking for each.
   */
  holders(resourceTypeId: string): Generator<Holder>;
  /**
   * How many different principals hold something on each resource of one type, by its id; resources on which nobody
   * holds anything are absent.
   */
  countHolders(resourceTypeId: string): ReadonlyMap<string, number>;
  /** Who holds the entitlement, in the order of the grants. */
  holdersOf(entitlement: HeldEntitlement): Generator<ResourceId>;
  /** Resources by key as UTF-8 sorts, all or those of one type. */
  resourcesByKey(resourceTypeId?: string): Generator<KeyedResource>;
  /** Those of one type in the order in which they are read fastest. */
  resourcesAsStored(resourceTypeId: string): Generator<KeyedResource>;
  /** All entitlements by id as UTF-8 sorts. */
  entitlementKeys(): Generator<HeldEntitlement>;
  /**
   * Resources that only one of this sync and an earlier one has, or whose rows differ; by key. So are those of the keys
   * `also`, whether they differ or not.
   */
  resourceChanges(earlier: SyncView, also: ReadonlySet<string>): Generator<ResourcePair>;
  /**
   * Who holds what in only one of this sync and an earlier one, of the same file or another. Grants are the same when
   * entitlement and principal are.
   */
  grantChanges(earlier: SyncView): Generator<GrantChange>;
}

/** An open file, as an engine reads it. */
export interface ReadEngine {
  /** All syncs in the order in which they were begun. */
  readonly syncs: readonly SyncRun[];
  /** The rows of one of them; undefined: of all. */
  view(sync: SyncRun | undefined): SyncView;
  close(): void;
}
