/** What a version 3 file is made of, read from the scratch database: rows of one sync, in the order of their keys. */
import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { Timestamp } from "../../../contracts/model.ts";
import { ProtoWriter } from "../../../wire/proto-writer.ts";
import { Xxh64 } from "../../pebble/checksums.ts";
import { entitlementParts, escaped, joined, prefixes } from "../../pebble/keys.ts";
import { bytesOf } from "../../scratch/row-sql.ts";
import { hashWithSources, type SourceHashes } from "./grant-digests.ts";
import { countsBelow, type GrantCodes, type GrantOrder, orderGrants } from "./grant-order.ts";
import type { StoredGrant } from "./grant-tables.ts";
import { type EntitlementName, stringAt } from "./names.ts";
import {
  type IdBytes,
  readGrantExtras,
  writeEntitlementRecord,
  writeResourceRecord,
  writeTypeRecord,
} from "./row-records.ts";

/** A row of a table: its value is valid until the next one is asked for. */
export type Row = readonly [key: Uint8Array, value: Uint8Array];

const nothing = new Uint8Array(0);

/** Rows of one sync in a scratch database. Nothing may be written to it meanwhile. */
export class SyncSource {
  readonly #db: DatabaseSync;
  readonly #syncId: string;
  readonly #discoveredAt: Timestamp;
  /** One for all rows: a statement for each is half of the time of a save, and megabytes until V8 collects it. */
  readonly #findStored: StatementSync;
  readonly #entitlementRows: Float64Array;
  readonly #children = new ChildrenByParent();
  /** Entitlements, grants, and entitlements that only grants name. */
  readonly order: GrantOrder;
  /** Names of the entitlements by their numbers. */
  readonly entitlementNames: readonly EntitlementName[];
  /** Entitlements that are named by grants alone have numbers from here on. */
  readonly entitlementCount: number;
  /** The order's number of each principal, by its place. */
  readonly principalNames: GrantCodes["principals"];

  /** @param grants whose numbers are gone afterwards, see `orderGrants`. */
  constructor(db: DatabaseSync, syncId: string, grants: GrantCodes, discoveredAt: Timestamp) {
    this.#db = db;
    this.#syncId = syncId;
    this.#discoveredAt = discoveredAt;
    this.#findStored = db.prepare(storedGrant);
    const rows = entitlementsOf(db, syncId);
    this.#entitlementRows = Float64Array.from(rows, ({ row }) => row);
    const own = rows.map(({ name }) => name);
    this.entitlementCount = own.length;
    this.entitlementNames = [...own, ...grants.entitlements];
    this.principalNames = grants.principals;
    const { entitlementOf } = grants;
    for (let grant = 0; grant < entitlementOf.length; grant++)
      entitlementOf[grant] = (entitlementOf[grant] ?? 0) + own.length;
    this.order = orderGrants({ ...grants, entitlements: this.entitlementNames });
  }

  /** Counts of grants by the type of the resource that they are on; types without grants are absent. */
  grantsByResourceType(): Record<string, number> {
    const { entitlements, entitlementOf } = this.order;
    const counts: Record<string, number> = {};
    const below = countsBelow(entitlementOf, entitlements.count);
    for (let place = 0; place < entitlements.count; place++) {
      const count = (below[place + 1] ?? 0) - (below[place] ?? 0);
      const [type = ""] = this.entitlementNames[entitlements.numberAt[place] ?? 0] ?? [];
      if (count > 0) counts[type] = (counts[type] ?? 0) + count;
    }
    return counts;
  }

  /** Rows of the resource types. */
  *resourceTypes(): Generator<Row> {
    const statement = this.#db.prepare(
      "select external_id, data from v1_resource_types where sync_id = ? order by external_id",
    );
    const writer = new ProtoWriter();
    for (const row of statement.iterate(this.#syncId)) {
      writer.reset();
      writeTypeRecord(writer, bytesOf(row["data"]), this.#discoveredAt);
      yield [keyOf(prefixes.resourceType, String(row["external_id"])), writer.view()];
    }
  }

  /** Ids of the types that resources have, in the order of their keys. */
  #typesOfResources(): readonly string[] {
    const statement = this.#db.prepare(
      "select distinct resource_type_id from v1_resources where sync_id = ? order by 1",
    );
    return statement.all(this.#syncId).map((row) => String(row["resource_type_id"]));
  }

  /** Rows of the resources. Ask for them once. */
  *resources(): Generator<Row> {
    // By the unique index: sorting the rows themselves would copy them all.
    const statement = this.#db.prepare(
      `select external_id, data from v1_resources where sync_id = ? and +resource_type_id = ?
       and external_id >= ? and external_id < ? order by external_id`,
    );
    const writer = new ProtoWriter();
    for (const type of this.#typesOfResources()) {
      for (const row of statement.iterate(this.#syncId, type, `${type}:`, `${type};`)) {
        writer.reset();
        const parent = writeResourceRecord(writer, bytesOf(row["data"]), this.#discoveredAt);
        const key = keyOf(prefixes.resource, type, String(row["external_id"]).slice(type.length + 1));
        if (parent.id.length > 0) this.#children.add(parent, key);
        yield [key, writer.view()];
      }
    }
  }

  /** Keys of the resources that have a parent, by the parent, once `resources` has given them all. */
  resourcesByParent(): Iterable<Row> {
    return this.#children.rows();
  }

  /** Rows of the entitlements. */
  *entitlements(): Generator<Row> {
    const statement = this.#db.prepare("select data from v1_entitlements where id = ?");
    const { count, numberAt } = this.order.entitlements;
    const writer = new ProtoWriter();
    for (let place = 0; place < count; place++) {
      // Of equal names the smallest number stands there; the sync's own entitlements have the smallest.
      const number = numberAt[place] ?? 0;
      if (number >= this.entitlementCount) continue;
      const row = statement.get(this.#entitlementRows[number] ?? 0);
      writer.reset();
      writeEntitlementRecord(writer, bytesOf(row?.["data"]), this.#discoveredAt);
      const name = this.entitlementNames[number] ?? ["", "", ""];
      yield [keyOf(prefixes.entitlement, ...entitlementParts(...name)), writer.view()];
    }
  }

  /** The row of v1_grants with this id. */
  storedGrant(row: number): StoredGrant {
    const { data, expansion, unusual_id: unusualId } = this.#findStored.get(row) ?? {};
    return {
      ...readGrantExtras(bytesOf(data)),
      expansion: expansion instanceof Uint8Array ? expansion : undefined,
      unusualId: typeof unusualId === "string" ? unusualId : undefined,
    };
  }
}

/** The resources of each parent, collected as they are written in the order of their keys. */
class ChildrenByParent {
  /** Parts of keys, as Latin-1 of their bytes. */
  readonly #children = new Map<string, string[]>();
  /** Nearly every resource has the parent of the one before. */
  #parent: IdBytes = { type: nothing, id: nothing };
  #ofParent: string[] = [];

  /** @param key of the resource. */
  add(parent: IdBytes, key: Buffer): void {
    const isSame =
      Buffer.compare(parent.id, this.#parent.id) === 0 && Buffer.compare(parent.type, this.#parent.type) === 0;
    if (!isSame) this.#turnTo(parent);
    this.#ofParent.push(key.toString("latin1", prefixes.resource.length));
  }

  #turnTo(parent: IdBytes): void {
    const name = `${escaped(parent.type).toString("latin1")}\0${escaped(parent.id).toString("latin1")}`;
    this.#parent = parent;
    this.#ofParent = this.#children.get(name) ?? [];
    this.#children.set(name, this.#ofParent);
  }

  /** The keys of all. */
  *rows(): Generator<Row> {
    const prefix = prefixes.resourceByParent.toString("latin1");
    for (const [parent, children] of [...this.#children].sort(([a], [b]) => (a < b ? -1 : 1))) {
      for (const child of children) yield [Buffer.from(`${prefix}${parent}\0${child}`, "latin1"), nothing];
      children.length = 0;
    }
  }
}

/** Grants that have a row as they are written, and what is derived of them. */
export class StoredGrants {
  /** Places of those that expand. */
  readonly expanding: number[] = [];
  readonly #source: SyncSource;
  readonly #hash = new Xxh64();
  readonly #places: number[] = [];
  readonly #halves: number[] = [];

  constructor(source: SyncSource) {
    this.#source = source;
  }

  /** The grant at a place of the order. Ask for each once, in their order. */
  at(place: number): StoredGrant {
    const { rowOf, entitlements, principals, entitlementOf, principalOf } = this.#source.order;
    const grant = this.#source.storedGrant(rowOf[place] ?? 0);
    if (grant.expansion) this.expanding.push(place);
    if (grant.sources.length === 0) return grant;
    const entitlement = stringAt(entitlements.keys, entitlementOf[place] ?? 0);
    const principal = stringAt(principals.keys, principalOf[place] ?? 0);
    const key = Buffer.concat([entitlement, Buffer.alloc(1), principal]);
    const sources = grant.sources.map(([id]) => id);
    hashWithSources(this.#hash, key, sources);
    this.#places.push(place);
    this.#halves.push(this.#hash.high, this.#hash.low);
    return grant;
  }

  /** Hashes of those that have sources. */
  hashes(): SourceHashes {
    return { places: Uint32Array.from(this.#places), halves: Uint32Array.from(this.#halves) };
  }
}

/** An id is told when it is not the usual one (`usualGrantId`). */
const storedGrant = `select data, expansion, nullif(external_id, entitlement_id || ':' || principal_resource_type_id
  || ':' || principal_resource_id) as unusual_id from v1_grants where id = ?`;

function keyOf(prefix: Buffer, ...parts: readonly string[]): Buffer {
  return Buffer.concat([prefix, joined(...parts)]);
}

function entitlementsOf(db: DatabaseSync, syncId: string): { readonly row: number; readonly name: EntitlementName }[] {
  const statement = db.prepare(
    "select id, resource_type_id, resource_id, external_id from v1_entitlements where sync_id = ? order by id",
  );
  return statement.all(syncId).map((row) => ({
    row: Number(row["id"]),
    name: [String(row["resource_type_id"]), String(row["resource_id"]), String(row["external_id"])],
  }));
}
