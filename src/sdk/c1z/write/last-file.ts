/** The sync before one that is being written, where it lies in a file of its own. */

import type { ResourceId } from "../../contracts/model.ts";
import { formatOf } from "../container/container.ts";
import { readV3Manifest } from "../container/v3-manifest.ts";
import type { C1zReader } from "../read/reader.ts";
import type { GoneResource, NamedResource } from "./gone-rows.ts";
import type { SyncStats } from "./sync-store.ts";

/** A finished full sync in a file. */
export interface LastSync {
  readonly path: string;
  readonly id: string;
  readonly stats: SyncStats;
}

/** The finished full sync of the first of `files` that holds one. */
export async function lastFullSync(
  files: readonly string[],
  tempDir: string | undefined,
): Promise<LastSync | undefined> {
  for (const path of files) {
    const found = await fullSyncOf(path, tempDir);
    if (found) return { path, ...found };
  }
  return undefined;
}

async function fullSyncOf(path: string, tempDir: string | undefined): Promise<Omit<LastSync, "path"> | undefined> {
  const format = await formatOf(path);
  if (format === "none") return undefined;
  if (format === "v3") {
    const { syncs } = await readV3Manifest(path);
    const sync = syncs.find(({ type, endedAt }) => type === "full" && endedAt !== undefined);
    return sync?.stats && { id: sync.id, stats: sync.stats };
  }
  using file = await openFile(path, tempDir);
  const sync = file.latestFinished("full");
  return sync && { id: sync.id, stats: file.view(sync.id).stats() };
}

/** The readers are loaded for it: a sync that asks nothing of another file needs none of their 22 modules. */
async function openFile(path: string, tempDir: string | undefined): Promise<C1zReader> {
  const { openC1z } = await import("../read/reader.ts");
  return await openC1z(path, tempDir === undefined ? {} : { tempDir });
}

/** Resources of one type in the newest finished sync of a file; undefined when it holds none, or is not there. */
export async function namedResourcesOfFile(
  path: string,
  resourceTypeId: string,
  tempDir: string | undefined,
): Promise<readonly NamedResource[] | undefined> {
  if ((await formatOf(path)) === "none") return undefined;
  using file = await openFile(path, tempDir);
  const sync = file.latestFinished();
  if (!sync) return undefined;
  const resources = file.view(sync.id).resources({ resourceTypeId });
  return Array.from(resources, ({ id, displayName }) => ({ id: id.resource, name: displayName || id.resource }));
}

/** What is wanted. */
export interface GoneFromFile {
  readonly resourceTypeIds: readonly string[];
  readonly limit: number;
  /** True when the open sync holds the resource, by its type and id. */
  isThere(resourceType: string, resource: string): boolean;
  /** True when the open sync holds a grant of that entitlement to that principal. */
  isGranted(entitlementId: string, principalType: string, principal: string): boolean;
}

/**
 * Resources of the types that the file holds and the open sync does not, or with no types given those who lost a grant;
 * each once, at most `limit`.
 */
export async function goneFromFile(
  path: string,
  { resourceTypeIds, limit, isThere, isGranted }: GoneFromFile,
  tempDir: string | undefined,
): Promise<readonly GoneResource[]> {
  using file = await openFile(path, tempDir);
  const view = file.view(file.latestFinished("full")?.id);
  const gone = new Map<string, GoneResource>();
  const add = ({ resourceType, resource: id }: ResourceId, name: string | undefined): boolean =>
    gone.set(`${resourceType}:${id}`, { resourceType, id, name: name || id }).size >= limit;
  for (const resourceTypeId of resourceTypeIds) {
    for (const { id, displayName } of view.resources({ resourceTypeId })) {
      if (!isThere(id.resourceType, id.resource) && add(id, displayName)) return [...gone.values()];
    }
  }
  if (resourceTypeIds.length > 0) return [...gone.values()];
  for (const { entitlement, principal } of view.grants()) {
    if (isGranted(entitlement.id, principal.resourceType, principal.resource)) continue;
    if (add(principal, view.getResource(principal)?.displayName)) break;
  }
  return [...gone.values()];
}
