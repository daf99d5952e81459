/**
 * The rows of v1_resource_types, v1_resources and v1_entitlements while a sync is written: upserts and look-ups by
 * the unique index; and a connector's memory of the sync. Knows nothing of transactions, nor of who writes.
 */

import type { SessionStore } from "../../contracts/connector.ts";
import type { Entitlement, Resource, ResourceId, ResourceType } from "../../contracts/model.ts";
import { decodeEntitlement, decodeResource, decodeResourceType } from "../../proto/decode.ts";
import { encodeResourceType, writeEntitlement, writeResource } from "../../wire/encode.ts";
import { type RowKind, rowsToWrite } from "../scratch/row-batches.ts";
import { bytesOf, nextPage, resourceKey, sqlText } from "../scratch/row-sql.ts";
import type { ScratchDatabase } from "../scratch/scratch-database.ts";
import type { StorePage } from "./sync-store.ts";

// Go SDK: on conflict the other columns keep what the first write put there.
const onConflict = "on conflict (external_id, sync_id) do update set data = excluded.data";

/** Measured: with their two and three indexes, entitlements and resources are inserted in some 5 microseconds. */
const resourceUs = 5;
const entitlementUs = 5;

const hasType = "select 1 from v1_resource_types where external_id = ? and sync_id = ?";
const typesInOrder = "select data from v1_resource_types where sync_id = ? order by id";
const resourceData = "select data from v1_resources where external_id = ? and sync_id = ?";
const removeResources =
  "delete from v1_resources where sync_id = ? and resource_type_id = ? and parent_resource_type_id is ? and parent_resource_id is ?";
const entitlementResource =
  "select resource_type_id, resource_id from v1_entitlements where external_id = ? and sync_id = ?";
/** A row may be long, as a server decides what its texts are; of short ones a page less costs nothing. */
const pageRows = 250;
const page = `order by id limit ${pageRows + 1}`;
const entitlementPage = `select id, data from v1_entitlements where sync_id = ? and id >= ? ${page}`;
const resourcePage = (filter: string): string =>
  `select id, data from v1_resources where sync_id = ? and id >= ? ${filter} ${page}`;
const inTypes = "and resource_type_id in (select value from json_each(?))";

/** Resource types, resources and entitlements of one sync. Every put is an upsert: the last write of an id wins. */
export class RowTables {
  readonly #database: ScratchDatabase;
  readonly #syncId: string;
  readonly #putType: string;
  readonly #putResource: string;
  readonly #putEntitlement: string;

  /** @param discoveredAt for all rows, see `goTime`. */
  constructor(database: ScratchDatabase, syncId: string, discoveredAt: string) {
    this.#database = database;
    this.#syncId = syncId;
    const put = (table: string, columns: string): string => {
      const marks = columns.replace(/\w+/g, "?");
      const tail = `${sqlText(syncId)}, ${sqlText(discoveredAt)}`;
      return `insert into ${table} (${columns}, sync_id, discovered_at) values (${marks}, ${tail}) ${onConflict}`;
    };
    this.#putType = put("v1_resource_types", "external_id, data");
    this.#putResource = put(
      "v1_resources",
      "resource_type_id, external_id, parent_resource_type_id, parent_resource_id, data",
    );
    this.#putEntitlement = put("v1_entitlements", "resource_type_id, resource_id, external_id, data");
  }

  putResourceTypes(types: readonly ResourceType[]): void {
    for (const type of types) this.#database.run(this.#putType, type.id, encodeResourceType(type));
  }

  putResources(resources: readonly Resource[]): void {
    this.#put(this.#putResource, resources, resourceRows);
  }

  /** Takes out the resources of a type that have this parent, or none. */
  removeResources(typeId: string, parent: ResourceId | undefined): void {
    const { resourceType = null, resource = null } = parent ?? {};
    this.#database.run(removeResources, this.#syncId, typeId, resourceType, resource);
  }

  /** Tells that so many resources are likely to come; nothing depends on it but how fast they are written. */
  expectResources(count: number): void {
    this.#database.expect(count * resourceUs);
  }

  putEntitlements(entitlements: readonly Entitlement[]): void {
    this.#put(this.#putEntitlement, entitlements, entitlementRows);
  }

  #put<T>(sql: string, rows: readonly T[], kind: RowKind<T>): void {
    if (rows.length > 0) this.#database.put(rowsToWrite(sql, rows, kind));
  }

  hasResourceType(id: string): boolean {
    return this.#database.get(hasType, id, this.#syncId) !== undefined;
  }

  listResourceTypes(): readonly ResourceType[] {
    const rows = this.#database.all(typesInOrder, this.#syncId);
    return rows.map((row) => decodeResourceType(bytesOf(row["data"])));
  }

  getResource(id: ResourceId): Resource | undefined {
    const row = this.#database.get(resourceData, resourceKey(id), this.#syncId);
    return row && decodeResource(bytesOf(row["data"]));
  }

  /**
   * Resources in insertion order, by page; with `resourceTypeIds` only those of these types, so that the planners never
   * read the rows of types that they skip. The token is the next row id in both cases.
   */
  listResources({
    resourceTypeIds: typeIds,
    pageToken,
  }: {
    readonly resourceTypeIds?: readonly string[];
    readonly pageToken: string;
  }): StorePage<Resource> {
    const types = typeIds === undefined ? [] : [JSON.stringify(typeIds)];
    const sql = resourcePage(typeIds === undefined ? "" : inTypes);
    const rows = this.#database.all(sql, this.#syncId, Number(pageToken), ...types);
    return nextPage(rows, (row) => decodeResource(bytesOf(row["data"])), pageRows);
  }

  hasEntitlement(id: string): boolean {
    return this.#database.get(entitlementResource, id, this.#syncId) !== undefined;
  }

  getEntitlementResource(id: string): ResourceId | undefined {
    const row = this.#database.get(entitlementResource, id, this.#syncId);
    return row && { resourceType: String(row["resource_type_id"]), resource: String(row["resource_id"]) };
  }

  /** All entitlements in insertion order, by page. */
  listEntitlements(pageToken: string): StorePage<Entitlement> {
    const rows = this.#database.all(entitlementPage, this.#syncId, Number(pageToken));
    return nextPage(rows, (row) => decodeEntitlement(bytesOf(row["data"])), pageRows);
  }
}

const resourceRows: RowKind<Resource> = { valuesOf: resourceValues, write: writeResource, us: resourceUs };
const entitlementRows: RowKind<Entitlement> = {
  valuesOf: entitlementValues,
  write: writeEntitlement,
  us: entitlementUs,
};

function resourceValues({ id, parentResourceId: parent }: Resource): readonly (string | null)[] {
  return [id.resourceType, resourceKey(id), parent?.resourceType ?? null, parent?.resource ?? null];
}

function entitlementValues({ id, resource }: Entitlement): readonly string[] {
  return [resource.id.resourceType, resource.id.resource, id];
}

const sessionValue = "select value from v1_connector_sessions where sync_id = ? and key = ?";
const setSessionValue = `insert into v1_connector_sessions (sync_id, key, value) values (?, ?, ?)
  on conflict (sync_id, key) do update set value = excluded.value`;
// SQLite counts substr in code points. What begins with baton/ is the program's own.
const sessionKeys = `select key from v1_connector_sessions
  where sync_id = ? and key >= ? and substr(key, 1, ?) = ? and substr(key, 1, 6) <> 'baton/' order by key`;

/** The session rows of one sync. */
export class SqliteSessionStore implements SessionStore {
  readonly #database: ScratchDatabase;
  readonly #syncId: string;

  constructor(database: ScratchDatabase, syncId: string) {
    this.#database = database;
    this.#syncId = syncId;
  }

  get(key: string): Uint8Array | undefined {
    const value = this.#database.get(sessionValue, this.#syncId, key)?.["value"];
    return value instanceof Uint8Array ? value : undefined;
  }

  set(key: string, value: Uint8Array): void {
    this.#database.run(setSessionValue, this.#syncId, key, value);
  }

  keys(prefix: string): string[] {
    const codePoints = [...prefix].length;
    const rows = this.#database.all(sessionKeys, this.#syncId, prefix, codePoints, prefix);
    return rows.map((row) => String(row["key"]));
  }
}
