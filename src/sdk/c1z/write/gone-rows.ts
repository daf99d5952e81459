/** Names of resources in the syncs of a database, such as of those that a later sync does not hold any more. */
import type { DatabaseSync } from "node:sqlite";
import { decodeResource } from "../../proto/decode.ts";
import { bytesOf } from "../scratch/row-sql.ts";

/** A resource as a person is told of it. */
export interface NamedResource {
  readonly id: string;
  readonly name: string;
}

/** One that is gone, or that lost a grant. */
export interface GoneResource extends NamedResource {
  readonly resourceType: string;
}

/** Which rows are compared. */
export interface GoneRows {
  readonly before: string;
  readonly now: string;
  /** Resource types of which rows are missed; empty: those who lost a grant are meant instead. */
  readonly resourceTypeIds: readonly string[];
  readonly limit: number;
}

/** What is gone, in the order in which the earlier sync wrote it, at most `limit`. */
export function goneOf(db: DatabaseSync, { before, now, resourceTypeIds, limit }: GoneRows): readonly GoneResource[] {
  const gone: GoneResource[] = [];
  for (const data of resourceTypeIds.length > 0
    ? goneResources(db, before, now, resourceTypeIds)
    : losersOfGrants(db, before, now)) {
    const { displayName, id } = decodeResource(data);
    gone.push({ resourceType: id.resourceType, id: id.resource, name: displayName || id.resource });
    if (gone.length >= limit) break;
  }
  return gone;
}

/** Ids and display names of the resources of one type in a sync, in the order in which they were written. */
export function namedResources(db: DatabaseSync, syncId: string, resourceTypeId: string): readonly NamedResource[] {
  const query = "select data from v1_resources where sync_id = ? and resource_type_id = ? order by id";
  return db
    .prepare(query)
    .all(syncId, resourceTypeId)
    .map((row) => {
      const { id, displayName } = decodeResource(bytesOf(row["data"]));
      return { id: id.resource, name: displayName || id.resource };
    });
}

function* goneResources(
  db: DatabaseSync,
  before: string,
  now: string,
  types: readonly string[],
): Generator<Uint8Array> {
  const statement = db.prepare(
    `select data from v1_resources where sync_id = ? and resource_type_id in (${types.map(() => "?").join(", ")})
     and external_id not in (select external_id from v1_resources where sync_id = ?) order by id`,
  );
  for (const row of statement.iterate(before, ...types, now)) yield bytesOf(row["data"]);
}

/** Not by "not exists": while a sync is written its grants have no index, and the list of ids makes its own. */
function* losersOfGrants(db: DatabaseSync, before: string, now: string): Generator<Uint8Array> {
  const statement = db.prepare(
    `select distinct resource.id, resource.data from v1_grants as held join v1_resources as resource
     on resource.external_id = held.principal_resource_type_id || ':' || held.principal_resource_id
     and resource.sync_id = held.sync_id
     where held.sync_id = ? and held.external_id not in (select external_id from v1_grants where sync_id = ?)`,
  );
  for (const row of statement.iterate(before, now)) yield bytesOf(row["data"]);
}
