/**
 * The rows of v1_resource_types, v1_resources and v1_entitlements while a sync is written: upserts and look-ups by
 * the unique index. Knows nothing of transactions.
 */
import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { Entitlement, Resource, ResourceId, ResourceType } from "../contracts/model.ts";
import { decodeEntitlement, decodeResource, decodeResourceType } from "../proto/decode.ts";
import { encodeEntitlement, encodeResourceType, viewOfResource } from "../wire/encode.ts";
import { bytesOf, nextPage, pageRows, resourceKey, sqlText } from "./row-sql.ts";
import type { StorePage } from "./sync-store.ts";

// Go SDK: on conflict the other columns keep what the first write put there.
const onConflict = "on conflict (external_id, sync_id) do update set data = excluded.data";

/** Resource types, resources and entitlements of one sync. */
export class RowTables {
  readonly #db: DatabaseSync;
  readonly #syncId: string;
  readonly #putType: StatementSync;
  readonly #putResource: StatementSync;
  readonly #putEntitlement: StatementSync;
  readonly #hasType: StatementSync;
  readonly #resource: StatementSync;
  readonly #entitlement: StatementSync;

  /** @param discoveredAt for all rows, see `goTime`. */
  constructor(db: DatabaseSync, syncId: string, discoveredAt: string) {
    this.#db = db;
    this.#syncId = syncId;
    const put = (table: string, columns: string): StatementSync => {
      const marks = columns.replace(/\w+/g, "?");
      const tail = `${sqlText(syncId)}, ${sqlText(discoveredAt)}`;
      return db.prepare(
        `insert into ${table} (${columns}, sync_id, discovered_at) values (${marks}, ${tail}) ${onConflict}`,
      );
    };
    this.#putType = put("v1_resource_types", "external_id, data");
    this.#putResource = put(
      "v1_resources",
      "resource_type_id, external_id, parent_resource_type_id, parent_resource_id, data",
    );
    this.#putEntitlement = put("v1_entitlements", "resource_type_id, resource_id, external_id, data");
    this.#hasType = db.prepare("select 1 from v1_resource_types where external_id = ? and sync_id = ?");
    this.#resource = db.prepare("select data from v1_resources where external_id = ? and sync_id = ?");
    this.#entitlement = db.prepare(
      "select resource_type_id, resource_id from v1_entitlements where external_id = ? and sync_id = ?",
    );
  }

  putTypes(types: readonly ResourceType[]): void {
    for (const type of types) this.#putType.run(type.id, encodeResourceType(type));
  }

  putResources(resources: readonly Resource[]): void {
    for (const resource of resources) {
      const { id, parentResourceId: parent } = resource;
      this.#putResource.run(
        id.resourceType,
        resourceKey(id),
        parent?.resourceType ?? null,
        parent?.resource ?? null,
        // SQLite takes a copy of its own.
        viewOfResource(resource),
      );
    }
  }

  putEntitlements(entitlements: readonly Entitlement[]): void {
    for (const entitlement of entitlements) {
      const { resourceType, resource } = entitlement.resource.id;
      this.#putEntitlement.run(resourceType, resource, entitlement.id, encodeEntitlement(entitlement));
    }
  }

  hasType(id: string): boolean {
    return this.#hasType.get(id, this.#syncId) !== undefined;
  }

  listTypes(): ResourceType[] {
    const rows = this.#db.prepare("select data from v1_resource_types where sync_id = ? order by id").all(this.#syncId);
    return rows.map((row) => decodeResourceType(bytesOf(row["data"])));
  }

  getResource(id: ResourceId): Resource | undefined {
    const row = this.#resource.get(resourceKey(id), this.#syncId);
    return row && decodeResource(bytesOf(row["data"]));
  }

  /** Resources of these types, or all, by page. */
  listResources(typeIds: readonly string[] | undefined, pageToken: string): StorePage<Resource> {
    const inTypes = typeIds === undefined ? "" : "and resource_type_id in (select value from json_each(?))";
    const query = `select id, data from v1_resources where sync_id = ? and id >= ? ${inTypes}
      order by id limit ${pageRows + 1}`;
    const types = typeIds === undefined ? [] : [JSON.stringify(typeIds)];
    const rows = this.#db.prepare(query).all(this.#syncId, Number(pageToken), ...types);
    return nextPage(rows, (row) => decodeResource(bytesOf(row["data"])));
  }

  hasEntitlement(id: string): boolean {
    return this.#entitlement.get(id, this.#syncId) !== undefined;
  }

  getEntitlementResource(id: string): ResourceId | undefined {
    const row = this.#entitlement.get(id, this.#syncId);
    return row && { resourceType: String(row["resource_type_id"]), resource: String(row["resource_id"]) };
  }

  /** All entitlements by page. */
  listEntitlements(pageToken: string): StorePage<Entitlement> {
    const query = `select id, data from v1_entitlements where sync_id = ? and id >= ? order by id limit ${pageRows + 1}`;
    const rows = this.#db.prepare(query).all(this.#syncId, Number(pageToken));
    return nextPage(rows, (row) => decodeEntitlement(bytesOf(row["data"])));
  }
}
