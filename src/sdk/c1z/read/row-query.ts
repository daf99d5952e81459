/**
 * Finds rows of one sync in a c1z's database, whoever wrote it: columns and tables that older writers lack are worked
 * around. Yields bytes; what they mean is the caller's business.
 */
import type { DatabaseSync } from "node:sqlite";
import type { ResourceId } from "../../contracts/model.ts";
import { bytesOf, type Row } from "../scratch/row-sql.ts";
import { columnsOf, type TableName } from "../scratch/schema.ts";

/** Kinds of row that hold a message. */
export type RowKind = "resource type" | "resource" | "entitlement" | "grant";

/** Which rows; everything that is given must hold. What does not apply to a kind is not offered for it by the views. */
export interface RowFilter {
  /** The row's external_id. */
  readonly id?: string;
  readonly resourceTypeId?: string;
  /** The resource that an entitlement or grant is on. */
  readonly resource?: ResourceId;
  readonly parent?: ResourceId;
  readonly entitlementId?: string;
  readonly principal?: ResourceId;
}

/** A row as it is stored. */
export interface StoredRow {
  readonly externalId: string;
  readonly data: Uint8Array;
  /** Grants only: bytes of the GrantExpandable, when it has its column and a value. */
  readonly expansion: Uint8Array | undefined;
  /** Grants only: what a slim row keeps in columns alone. */
  readonly columns: Row;
}

/** A part of a list, in rows. */
export interface RowWindow {
  readonly offset: number;
  readonly limit: number;
}

const tableOf: Readonly<Record<RowKind, TableName>> = {
  "resource type": "v1_resource_types",
  resource: "v1_resources",
  entitlement: "v1_entitlements",
  grant: "v1_grants",
};

const grantColumns = [
  "entitlement_id",
  "resource_type_id",
  "resource_id",
  "principal_resource_type_id",
  "principal_resource_id",
];

/** Yields rows in the order in which they were written, one at a time. @param syncId undefined: of all syncs. */
export function* queryRows(
  db: DatabaseSync,
  kind: RowKind,
  syncId: string | undefined,
  filter: RowFilter,
  window?: RowWindow,
): Generator<StoredRow> {
  const table = tableOf[kind];
  const present = columnsOf(db, table);
  if (present.size === 0) return;
  const wanted = ["external_id", "data", ...(kind === "grant" ? [...grantColumns, "expansion"] : [])];
  const columns = wanted.map((name) => (present.has(name) ? name : `null as ${name}`));
  const { where, values } = conditionOf(syncId, filter);
  const part = window ? [window.limit, window.offset] : [];
  const query = `select ${columns.join(", ")} from ${table} ${where} order by id ${window ? "limit ? offset ?" : ""}`;
  for (const row of db.prepare(query).iterate(...values, ...part)) yield toStoredRow(row);
}

/** How many rows `queryRows` would yield. */
export function countMatching(db: DatabaseSync, kind: RowKind, syncId: string | undefined, filter: RowFilter): number {
  const table = tableOf[kind];
  if (columnsOf(db, table).size === 0) return 0;
  const { where, values } = conditionOf(syncId, filter);
  return Number(db.prepare(`select count(*) as n from ${table} ${where}`).get(...values)?.["n"]);
}

function conditionOf(syncId: string | undefined, filter: RowFilter): { where: string; values: readonly string[] } {
  const conditions = [...(syncId === undefined ? [] : [["sync_id", syncId] as const]), ...conditionsOf(filter)];
  const where = conditions.map(([column]) => `${column} = ?`).join(" and ");
  return { where: where && `where ${where}`, values: conditions.map(([, value]) => value) };
}

function toStoredRow(row: Row): StoredRow {
  const expansion = row["expansion"];
  return {
    externalId: String(row["external_id"]),
    data: textOrBytes(row),
    expansion: expansion instanceof Uint8Array && expansion.length > 0 ? expansion : undefined,
    columns: row,
  };
}

/** The message of a row. Some writers bound the bytes as text, which reads as long as they survived it. */
export function textOrBytes(row: Row): Uint8Array {
  const data = row["data"];
  return typeof data === "string" ? Buffer.from(data) : bytesOf(data);
}

function conditionsOf(filter: RowFilter): (readonly [string, string])[] {
  const { id, resourceTypeId, resource, parent, entitlementId, principal } = filter;
  return [
    ...(id === undefined ? [] : [["external_id", id] as const]),
    ...(resourceTypeId === undefined ? [] : [["resource_type_id", resourceTypeId] as const]),
    ...pair("resource_type_id", "resource_id", resource),
    ...pair("parent_resource_type_id", "parent_resource_id", parent),
    ...(entitlementId === undefined ? [] : [["entitlement_id", entitlementId] as const]),
    ...pair("principal_resource_type_id", "principal_resource_id", principal),
  ];
}

function pair(typeColumn: string, idColumn: string, id: ResourceId | undefined): (readonly [string, string])[] {
  if (id === undefined) return [];
  return [
    [typeColumn, id.resourceType],
    [idColumn, id.resource],
  ];
}
