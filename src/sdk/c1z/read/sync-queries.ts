/**
 * Questions asked many times over one sync: prepared once, answered from the indexes, and lists in the order of their
 * keys, so that two syncs can be walked side by side. Memory stays flat whatever the size of the file.
 */
import type { DatabaseSync, SQLInputValue, StatementSync } from "node:sqlite";
import type { Entitlement, Resource, ResourceId } from "../../contracts/model.ts";
import { decodeEntitlement, decodeResource } from "../../proto/decode.ts";
import { type Row, resourceKey } from "../scratch/row-sql.ts";
import { columnsOf, type TableName } from "../scratch/schema.ts";
import { textOrBytes } from "./row-query.ts";

/** A row by its key. */
export interface KeyedRow {
  /** external_id. */
  readonly key: string;
  /** The message as it is stored. */
  readonly data: Uint8Array;
}

/** An entitlement that somebody holds, from the columns of the grant alone. */
export interface HeldEntitlement {
  readonly entitlementId: string;
  readonly resource: ResourceId;
}

/** Who holds what, from the columns of the grant alone. */
export interface GrantColumns extends HeldEntitlement {
  readonly principal: ResourceId;
}

/** Somebody with everything that they hold. */
export interface Holder {
  readonly principal: ResourceId;
  readonly held: HeldEntitlement[];
}

const heldColumns = "entitlement_id, resource_type_id, resource_id";
const holderColumns = "principal_resource_type_id, principal_resource_id";

/** Prepared questions over one sync; made by `SyncView.queries`, ends with the reader. */
export class SyncQueries {
  readonly #db: DatabaseSync;
  readonly #syncId: string | undefined;
  readonly #guard: <T>(action: () => T) => T;
  readonly #tables = new Map<TableName, boolean>();
  readonly #statements = new Map<string, StatementSync | undefined>();

  /** @param guard turns what SQLite throws into errors for people. */
  constructor(db: DatabaseSync, syncId: string | undefined, guard: <T>(action: () => T) => T) {
    this.#db = db;
    this.#syncId = syncId;
    this.#guard = guard;
  }

  getResource(id: ResourceId): Resource | undefined {
    const row = this.#get("v1_resources", "data", "external_id = ?", resourceKey(id));
    return row && decodeResource(textOrBytes(row));
  }

  getEntitlement(id: string): Entitlement | undefined {
    const row = this.#get("v1_entitlements", "data", "external_id = ?", id);
    return row && decodeEntitlement(textOrBytes(row));
  }

  /** Who holds what by the grant of this key. */
  getGrantColumns(key: string): GrantColumns | undefined {
    const row = this.#get("v1_grants", `${heldColumns}, ${holderColumns}`, "external_id = ?", key);
    return row && { ...heldOf(row), principal: holderOf(row) };
  }

  /** What `principal` holds, by entitlement id. */
  heldBy(principal: ResourceId): HeldEntitlement[] {
    const where = "principal_resource_type_id = ? and principal_resource_id = ?";
    const statement = this.#prepare("v1_grants", heldColumns, where, "entitlement_id");
    const rows = this.#guard(() => statement?.all(...this.#values(principal.resourceType, principal.resource)));
    return (rows ?? []).map(heldOf);
  }

  /**
   * Everybody of one type who holds something, by id, with what they hold by entitlement id. For all of them this is
   * several times as fast as asking for each.
   */
  *holders(resourceTypeId: string): Generator<Holder> {
    // The plus keeps the index out: sorting the columns costs less than fetching every row by itself.
    const where = "+principal_resource_type_id = ?";
    const order = "principal_resource_id, entitlement_id";
    let group: Holder | undefined;
    for (const row of this.#iterate("v1_grants", `${heldColumns}, ${holderColumns}`, where, order, resourceTypeId)) {
      if (group?.principal.resource !== String(row["principal_resource_id"])) {
        if (group) yield group;
        group = { principal: holderOf(row), held: [] };
      }
      group.held.push(heldOf(row));
    }
    if (group) yield group;
  }

  /**
   * How many different principals hold something on each resource of one type, by its id; resources on which nobody
   * holds anything are absent.
   */
  countHolders(resourceTypeId: string): ReadonlyMap<string, number> {
    // One row for each holder first: counting distinct texts that are put together takes three times as long.
    const holders = this.#text("v1_grants", `distinct resource_id, ${holderColumns}`, "resource_type_id = ?", "");
    if (holders === undefined) return new Map();
    const query = `select resource_id, count(*) as n from (${holders}) group by resource_id`;
    const rows = this.#guard(() => this.#db.prepare(query).all(...this.#values(resourceTypeId)));
    return new Map(rows.map((row) => [String(row["resource_id"]), Number(row["n"])]));
  }

  /** Who holds the entitlement, in the order in which the grants were written. */
  *holdersOf(entitlementId: string): Generator<ResourceId> {
    const rows = this.#iterate("v1_grants", holderColumns, "entitlement_id = ?", "id", entitlementId);
    for (const row of rows) yield holderOf(row);
  }

  /** Resources by key, all or those of one type. */
  *resourcesByKey(resourceTypeId?: string): Generator<KeyedRow> {
    // The plus keeps the index on the type out: keys come sorted from their own index.
    const [where, values] = resourceTypeId === undefined ? ["", []] : ["+resource_type_id = ?", [resourceTypeId]];
    const rows = this.#iterate("v1_resources", "external_id, data", where, "external_id", ...values);
    for (const row of rows) yield { key: String(row["external_id"]), data: textOrBytes(row) };
  }

  /** Keys of all entitlements, sorted. */
  entitlementKeys(): Generator<string> {
    return this.#keys("v1_entitlements");
  }

  /** Keys of all grants, sorted; read from their index alone. */
  grantKeys(): Generator<string> {
    return this.#keys("v1_grants");
  }

  *#keys(table: TableName): Generator<string> {
    for (const row of this.#iterate(table, "external_id", "", "external_id")) yield String(row["external_id"]);
  }

  #get(table: TableName, columns: string, where: string, ...values: string[]): Row | undefined {
    const statement = this.#prepare(table, columns, where, "");
    return this.#guard(() => statement?.get(...this.#values(...values)));
  }

  /** A statement of its own, so that lists can be walked inside one another. */
  *#iterate(table: TableName, columns: string, where: string, order: string, ...values: string[]): Generator<Row> {
    const text = this.#text(table, columns, where, order);
    if (text === undefined) return;
    const rows = this.#guard(() => this.#db.prepare(text).iterate(...this.#values(...values)));
    try {
      for (;;) {
        const next = this.#guard(() => rows.next());
        if (next.done) return;
        yield next.value;
      }
    } finally {
      rows.return?.();
    }
  }

  #prepare(table: TableName, columns: string, where: string, order: string): StatementSync | undefined {
    const key = `${table} ${columns} ${where}`;
    if (!this.#statements.has(key)) {
      const text = this.#text(table, columns, where, order);
      this.#statements.set(key, text === undefined ? undefined : this.#guard(() => this.#db.prepare(text)));
    }
    return this.#statements.get(key);
  }

  /** Undefined when the file has no such table. */
  #text(table: TableName, columns: string, where: string, order: string): string | undefined {
    if (!this.#has(table)) return undefined;
    const conditions = [where, this.#syncId === undefined ? "" : "sync_id = ?"].filter((text) => text !== "");
    const filter = conditions.length === 0 ? "" : ` where ${conditions.join(" and ")}`;
    return `select ${columns} from ${table}${filter}${order === "" ? "" : ` order by ${order}`}`;
  }

  /** A file does not change while it is read. */
  #has(table: TableName): boolean {
    const known = this.#tables.get(table) ?? this.#guard(() => columnsOf(this.#db, table)).size > 0;
    this.#tables.set(table, known);
    return known;
  }

  #values(...values: string[]): SQLInputValue[] {
    return this.#syncId === undefined ? values : [...values, this.#syncId];
  }
}

function heldOf(row: Row): HeldEntitlement {
  return {
    entitlementId: String(row["entitlement_id"]),
    resource: { resourceType: String(row["resource_type_id"]), resource: String(row["resource_id"]) },
  };
}

function holderOf(row: Row): ResourceId {
  return {
    resourceType: String(row["principal_resource_type_id"]),
    resource: String(row["principal_resource_id"]),
  };
}
