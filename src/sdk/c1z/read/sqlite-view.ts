/**
 * A version 1 c1z by any writer, opened: its database is unpacked into the scratch directory, and nothing in it is carried
 * out. The view of one sync answers from the indexes where it can.
 */

import { statSync } from "node:fs";
import { DatabaseSync, type SQLOutputValue } from "node:sqlite";
import type { Entitlement, Grant, Resource, ResourceId, ResourceType } from "../../contracts/model.ts";
import { reportProgress } from "../../file-progress.ts";
import {
  decodeEntitlement,
  decodeGrant,
  decodeResource,
  decodeResourceLater,
  decodeResourceType,
} from "../../proto/decode.ts";
import { compareUtf8 } from "../../wire/encode.ts";
import { unpackDatabase } from "../container/container.ts";
import { type DecoderLimits, rowLimit, tooManyRows } from "../container/decoder-limits.ts";
import { databaseError } from "../container/file-errors.ts";
import { confine } from "../scratch/foreign-database.ts";
import { PageKinds } from "../scratch/page-trees.ts";
import { bytesOf, type Row, resourceKey } from "../scratch/row-sql.ts";
import type { TableName } from "../scratch/schema.ts";
import type { Scratch } from "../scratch/scratch.ts";
import { countRows, statsFromJson } from "../write/stats.ts";
import { listSyncRuns, type SyncRun } from "../write/sync-runs.ts";
import type { SyncStats } from "../write/sync-store.ts";
import { compareGrants, compareResources } from "./compare-views.ts";
import { type Condition, type DatabasePlace, type RowNumbers, rowNumbers, SqliteRows } from "./sqlite-rows.ts";
import type {
  GrantChange,
  HeldEntitlement,
  HeldGrant,
  Holder,
  KeyedResource,
  ReadEngine,
  ResourcePair,
  RowFilter,
  RowKind,
  RowWindow,
  SyncView,
} from "./sync-view.ts";

/** What rows have in common, and their ids. */
interface RowGroup {
  readonly row: Row;
  readonly ids: readonly number[];
}

const tableOf: Readonly<Record<RowKind, TableName>> = {
  "resource type": "v1_resource_types",
  resource: "v1_resources",
  entitlement: "v1_entitlements",
  grant: "v1_grants",
};
const keyedColumns = "external_id, data";
const heldColumns = "entitlement_id, resource_type_id, resource_id";
const holderColumns = "principal_resource_type_id, principal_resource_id";
/** Of a type, and of ids as a JSON array: found in the index first. */
const rowsOfPrincipals = `id in (select id from v1_grants where principal_resource_type_id = ?
  and principal_resource_id in (select value from json_each(?)))`;
const resourcesOfOne = `select external_id from v1_resources where sync_id in (?, ?)
  group by external_id having count(*) = 1`;
const resourcesThatDiffer = `select a.external_id from v1_resources b
  join v1_resources a on b.external_id = a.external_id and b.sync_id = ? where a.sync_id = ? and a.data <> b.data`;
const grantsOfOne = `select external_id, max(sync_id) as sync_id from v1_grants where sync_id in (?, ?)
  group by external_id having count(*) = 1`;
const resourceEnds = `min(resource_type_id) as resource_type_id, max(resource_type_id) as last_type,
  min(resource_id) as resource_id, max(resource_id) as last_id`;
/** Of a group of rows. */
const rowIds = "json_group_array(id) as ids";
/** Of all syncs, so that the index alone answers. */
const rowsByPrincipal = `select principal_resource_id, ${rowIds} from v1_grants where principal_resource_type_id = ?
  group by principal_resource_id order by principal_resource_id`;
const everything: Condition = { where: [], values: [] };

/** Opens the file. @throws BatonError `FILE-CORRUPT`, `FILE-FOREIGN`, `FILE-DECODER-LIMIT`, or what the system refused. */
export async function openSqlite(path: string, scratch: Scratch, limits: DecoderLimits): Promise<ReadEngine> {
  const kinds = new PageKinds();
  const bytes = await unpackDatabase(path, scratch.database, limits, (piece, offset) => kinds.add(piece, offset));
  const place = {
    path,
    scratch: scratch.directory,
    maxRows: rowLimit(limits, bytes),
    // A row is in one place only: no list of rows is longer than what it is read from.
    maxBytes: statSync(scratch.database).size,
  };
  const db = new DatabaseSync(scratch.database, { readOnly: true });
  try {
    confine(db, path, scratch, limits, kinds);
    return {
      syncs: listSyncRuns(db),
      view: (sync) => new SqliteView(db, place, sync),
      close: () => db.isOpen && db.close(),
    };
  } catch (caught) {
    db.close();
    throw databaseError(caught, place);
  }
}

/** The rows of one sync. */
class SqliteView implements SyncView {
  readonly sync: SyncRun | undefined;
  readonly #rows: SqliteRows;

  constructor(db: DatabaseSync, place: DatabasePlace, sync: SyncRun | undefined) {
    this.#rows = new SqliteRows(db, place, sync?.id);
    this.sync = sync;
  }

  stats(): SyncStats {
    return statsFromJson(this.sync?.statsJson) ?? this.recount();
  }

  recount(): SyncStats {
    return this.#rows.guard(() => countRows(this.#rows.db, this.sync?.id, this.sync?.type ?? "full"));
  }

  count(kind: RowKind, filter: RowFilter = {}): number {
    const row = this.#rows.get(tableOf[kind], "count(*) as n", conditionOf(filter));
    return Number(row?.["n"] ?? 0);
  }

  *resourceTypes(): Generator<ResourceType> {
    for (const row of this.#list("v1_resource_types", "data")) yield decodeResourceType(messageOf(row["data"]));
  }

  *resources(filter: RowFilter = {}, window?: RowWindow): Generator<Resource> {
    for (const row of this.#list("v1_resources", "data", filter, window)) yield decodeResource(messageOf(row["data"]));
  }

  *entitlements(filter: RowFilter = {}, window?: RowWindow): Generator<Entitlement> {
    for (const row of this.#list("v1_entitlements", "data", filter, window))
      yield decodeEntitlement(messageOf(row["data"]));
  }

  *grants(filter: RowFilter = {}, window?: RowWindow): Generator<Grant> {
    const expansion = this.#rows.columnsOf("v1_grants").has("expansion") ? "expansion" : "null as expansion";
    const columns = `data, ${expansion}, ${heldColumns}, ${holderColumns}`;
    for (const row of this.#list("v1_grants", columns, filter, window)) yield grantOf(row);
  }

  getResourceType(id: string): ResourceType | undefined {
    const row = this.#rows.get("v1_resource_types", "data", byId(id));
    return row && decodeResourceType(messageOf(row["data"]));
  }

  getResource(id: ResourceId): Resource | undefined {
    const row = this.#rows.get("v1_resources", "data", byId(resourceKey(id)));
    return row && decodeResource(messageOf(row["data"]));
  }

  getEntitlement(id: string): Entitlement | undefined {
    const row = this.#rows.get("v1_entitlements", "data", byId(id));
    return row && decodeEntitlement(messageOf(row["data"]));
  }

  /** From the index alone: a million rows take a fraction of a second. */
  grantsPerEntitlement(): ReadonlyMap<string, number> {
    const rows = this.#rows.all("v1_grants", "entitlement_id, count(*) as n", everything, "group by entitlement_id");
    return new Map(rows.map((row) => [String(row["entitlement_id"]), Number(row["n"])]));
  }

  heldBy(principal: ResourceId): HeldEntitlement[] {
    return this.#rows.all("v1_grants", heldColumns, conditionOf({ principal }), "order by entitlement_id").map(heldOf);
  }

  /** Rows are read in the order in which they lie, each page once: those of one principal lie anywhere. */
  heldByEach(principals: readonly ResourceId[]): readonly (readonly HeldEntitlement[])[] {
    const held = principals.map((): HeldEntitlement[] => []);
    const shared = new SharedEntitlements();
    const byType = Map.groupBy(principals.keys(), (at) => principals[at]?.resourceType ?? "");
    for (const [type, places] of byType) {
      const placesById = Map.groupBy(places, (at) => principals[at]?.resource ?? "");
      const condition = { where: [rowsOfPrincipals], values: [type, JSON.stringify([...placesById.keys()])] };
      const rows = this.#rows.arrays("v1_grants", `principal_resource_id, ${heldColumns}`, condition, "order by id");
      for (const [principal, entitlementId, resourceType, resource] of rows) {
        const one = shared.of(String(entitlementId), String(resourceType), String(resource));
        for (const at of placesById.get(String(principal)) ?? []) held[at]?.push(one);
      }
    }
    return held.map((ofOne) => ofOne.sort((a, b) => compareUtf8(a.entitlementId, b.entitlementId)));
  }

  /** Two indexes say which rows belong to each entitlement and to each principal: no grant is handed out by itself. */
  *holders(resourceTypeId: string): Generator<Holder> {
    if (!this.#rows.has("v1_grants")) return;
    const entitlements: HeldEntitlement[] = [];
    const entitlementOf = this.#numbersOfGrants();
    for (const { row, ids } of this.#rowsByEntitlement()) {
      for (const id of ids) entitlementOf.set(id, entitlements.length);
      entitlements.push(heldOf(row));
    }
    for (const { row, ids } of this.#grouped(rowsByPrincipal, [resourceTypeId])) {
      const held = ofNumbers(entitlements, ids, entitlementOf);
      const principal = { resourceType: resourceTypeId, resource: String(row["principal_resource_id"]) };
      if (held.length > 0) yield { principal, held };
    }
  }

  /** For the grants of all syncs: the ends of those of one would have to be looked for. */
  #numbersOfGrants(): RowNumbers {
    const idsFrom = (end: string) =>
      this.#rows.guard(() => this.#rows.db.prepare(`select ${end}(id) as id from v1_grants`).get());
    const [first, last] = [idsFrom("min")?.["id"], idsFrom("max")?.["id"]];
    return rowNumbers(Number(first ?? 1), Number(last ?? 0), this.#rows.place.maxBytes / 16);
  }

  /** In the order of an index, where there is one: sorting by all columns would take twice as long. */
  *#rowsByEntitlement(): Generator<RowGroup> {
    const columns = `entitlement_id, ${resourceEnds}, ${rowIds}`;
    const query = this.#rows.text("v1_grants", columns, everything, "group by entitlement_id order by entitlement_id");
    if (query === undefined) return;
    for (const group of this.#grouped(query, this.#rows.values(everything))) {
      const { row } = group;
      const isOnOne = row["resource_type_id"] === row["last_type"] && row["resource_id"] === row["last_id"];
      if (isOnOne) yield group;
      else yield* this.#rowsByResource(String(row["entitlement_id"]));
    }
  }

  /** An id may be on several resources. */
  #rowsByResource(entitlementId: string): Iterable<RowGroup> {
    const condition = conditionOf({ entitlementId });
    const tail = "group by resource_type_id, resource_id order by resource_type_id, resource_id";
    const query = this.#rows.text("v1_grants", `${heldColumns}, ${rowIds}`, condition, tail);
    return query === undefined ? [] : this.#grouped(query, this.#rows.values(condition));
  }

  *#grouped(query: string, values: readonly string[]): Generator<RowGroup> {
    const { path, maxRows } = this.#rows.place;
    let count = 0;
    for (const row of this.#rows.walk(query, values)) {
      const ids: readonly number[] = JSON.parse(String(row["ids"]));
      count += ids.length;
      if (count > maxRows) throw tooManyRows(path, maxRows);
      reportProgress();
      yield { row, ids };
    }
  }

  countHolders(resourceTypeId: string): ReadonlyMap<string, number> {
    // One row for each holder first: counting distinct texts that are put together takes three times as long.
    const condition = conditionOf({ resourceTypeId });
    const holders = this.#rows.text("v1_grants", `distinct resource_id, ${holderColumns}`, condition, "");
    if (holders === undefined) return new Map();
    const query = `select resource_id, count(*) as n from (${holders}) group by resource_id`;
    const rows = this.#rows.guard(() => this.#rows.db.prepare(query).all(...this.#rows.values(condition)));
    return new Map(rows.map((row) => [String(row["resource_id"]), Number(row["n"])]));
  }

  *holdersOf({ entitlementId }: HeldEntitlement): Generator<ResourceId> {
    const condition = conditionOf({ entitlementId });
    for (const row of this.#rows.iterate("v1_grants", holderColumns, condition, "order by id")) yield holderOf(row);
  }

  *resourcesByKey(resourceTypeId?: string): Generator<KeyedResource> {
    // The plus keeps the index on the type out: keys come sorted from their own index.
    const condition =
      resourceTypeId === undefined ? everything : { where: ["+resource_type_id = ?"], values: [resourceTypeId] };
    yield* this.#keyedResources(condition, "order by external_id");
  }

  resourcesAsStored(resourceTypeId: string): Generator<KeyedResource> {
    return this.#keyedResources(conditionOf({ resourceTypeId }), "order by id");
  }

  *#keyedResources(condition: Condition, order: string): Generator<KeyedResource> {
    for (const [key, data] of this.#rows.arrays("v1_resources", keyedColumns, condition, order))
      yield keyedOf(key, data);
  }

  #keyedResource(key: string): KeyedResource | undefined {
    const row = this.#rows.get("v1_resources", keyedColumns, byId(key));
    return row && keyedOf(row["external_id"], row["data"]);
  }

  *entitlementKeys(): Generator<HeldEntitlement> {
    const columns = "external_id as entitlement_id, resource_type_id, resource_id";
    for (const row of this.#rows.iterate("v1_entitlements", columns, everything, "order by external_id"))
      yield heldOf(row);
  }

  /** Within one file the database compares the rows, and hands out the keys of those that differ. */
  *resourceChanges(earlier: SyncView, also: ReadonlySet<string>): Generator<ResourcePair> {
    const older = this.#inSameFile(earlier);
    if (!older || !this.#rows.has("v1_resources")) {
      yield* compareResources(earlier, this, also);
      return;
    }
    const keys = new Set(also);
    for (const query of [resourcesOfOne, resourcesThatDiffer]) {
      for (const row of this.#rows.walk(query, older.syncs)) keys.add(String(row["external_id"]));
    }
    for (const key of [...keys].sort(compareUtf8)) {
      const [before, after] = [older.view.#keyedResource(key), this.#keyedResource(key)];
      if (before) yield { before, after };
      else if (after) yield { before, after };
    }
  }

  /** Within one file the index on the ids tells, without a row being read; there grants are told apart by their ids. */
  *grantChanges(earlier: SyncView): Generator<GrantChange> {
    const older = this.#inSameFile(earlier);
    if (!older || !this.#rows.has("v1_grants")) {
      yield* compareGrants(earlier, this);
      return;
    }
    for (const row of this.#rows.walk(grantsOfOne, older.syncs)) {
      const isAdded = row["sync_id"] === this.sync?.id;
      const grant = (isAdded ? this : older.view).#heldGrant(String(row["external_id"]));
      if (grant) yield { change: isAdded ? "added" : "removed", grant };
    }
  }

  /** The earlier sync and the ids of both, where the same database holds them; undefined for one and the same. */
  #inSameFile(view: SyncView): { readonly view: SqliteView; readonly syncs: readonly string[] } | undefined {
    const [before, after] = [view.sync?.id, this.sync?.id];
    if (before === undefined || after === undefined || before === after) return undefined;
    return view instanceof SqliteView && view.#rows.db === this.#rows.db ? { view, syncs: [before, after] } : undefined;
  }

  #heldGrant(id: string): HeldGrant | undefined {
    const row = this.#rows.get("v1_grants", `${heldColumns}, ${holderColumns}`, byId(id));
    return row && { ...heldOf(row), principal: holderOf(row) };
  }

  /** Rows in the order in which they were written. */
  #list(table: TableName, columns: string, filter: RowFilter = {}, window?: RowWindow): Generator<Row> {
    const part = window ? ` limit ${window.limit} offset ${window.offset}` : "";
    return this.#rows.iterate(table, columns, conditionOf(filter), `order by id${part}`);
  }
}

/** Entitlements that many grants name, each in memory once. */
class SharedEntitlements {
  readonly #known = new Map<string, HeldEntitlement>();

  of(entitlementId: string, resourceType: string, resource: string): HeldEntitlement {
    const known = this.#known.get(entitlementId);
    // An id may be on several resources.
    if (known?.resource.resource === resource && known.resource.resourceType === resourceType) return known;
    const held = { entitlementId, resource: { resourceType, resource } };
    this.#known.set(entitlementId, held);
    return held;
  }
}

/** The entitlements of rows, in their order; rows of another sync have none. */
function ofNumbers(
  entitlements: readonly HeldEntitlement[],
  ids: readonly number[],
  entitlementOf: RowNumbers,
): HeldEntitlement[] {
  const numbers: number[] = [];
  for (const id of ids) {
    const number = entitlementOf.get(id);
    if (number !== undefined) numbers.push(number);
  }
  const held: HeldEntitlement[] = [];
  for (const number of numbers.sort((a, b) => a - b)) {
    const entitlement = entitlements[number];
    if (entitlement) held.push(entitlement);
  }
  return held;
}

const nothing = new Uint8Array(0);

function byId(id: string): Condition {
  return { where: ["external_id = ?"], values: [id] };
}

function conditionOf({ resourceTypeId, resource, parent, entitlementId, principal }: RowFilter): Condition {
  const pairs: (readonly [string, string])[] = [
    ...(resourceTypeId === undefined ? [] : [["resource_type_id", resourceTypeId] as const]),
    ...idColumns("resource_type_id", "resource_id", resource),
    ...idColumns("parent_resource_type_id", "parent_resource_id", parent),
    ...(entitlementId === undefined ? [] : [["entitlement_id", entitlementId] as const]),
    ...idColumns("principal_resource_type_id", "principal_resource_id", principal),
  ];
  return { where: pairs.map(([column]) => `${column} = ?`), values: pairs.map(([, value]) => value) };
}

function idColumns(type: string, id: string, value: ResourceId | undefined): (readonly [string, string])[] {
  if (value === undefined) return [];
  return [
    [type, value.resourceType],
    [id, value.resource],
  ];
}

/** The message of a row. Some writers bound the bytes as text, which reads as long as they survived it. */
function messageOf(data: SQLOutputValue | undefined): Uint8Array {
  return typeof data === "string" ? Buffer.from(data) : bytesOf(data);
}

/** Slim rows keep entitlement and principal in columns alone. */
function grantOf(row: Row): Grant {
  const expansion = bytesOf(row["expansion"]);
  const { entitlementId: id, resource } = heldOf(row);
  const references = { entitlement: { id, resource }, principal: holderOf(row) };
  return decodeGrant(messageOf(row["data"]), { ...(expansion.length > 0 && { expansion }), ...references });
}

function keyedOf(key: SQLOutputValue | undefined, data: SQLOutputValue | undefined): KeyedResource {
  const bytes = messageOf(data);
  return { key: String(key), content: [bytes, nothing], encoding: "v1", resource: () => decodeResourceLater(bytes) };
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
