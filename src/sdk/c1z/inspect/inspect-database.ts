/**
 * Checks the database of a version 1 c1z: its schema against the one that all readers expect, its syncs with their
 * references and counts, and every row against its columns. Memory does not grow with the file.
 */
import type { DatabaseSync } from "node:sqlite";
import { BatonError } from "../../errors.ts";
import { decodeEntitlement, decodeGrant, decodeResource, decodeResourceType } from "../../proto/decode.ts";
import { parseGoTime } from "../container/go-time.ts";
import { type Row, resourceKey } from "../scratch/row-sql.ts";
import { columnsOf, type Index, indexes, type TableName, tableNames, tables } from "../scratch/schema.ts";
import { checkReferences } from "../write/references.ts";
import { countRows, statsFromJson } from "../write/stats.ts";
import { listSyncRuns, type SyncRun } from "../write/sync-runs.ts";
import type { InspectProblems } from "./inspect-problems.ts";
import { compareCounts, inspectRun } from "./inspect-run.ts";

/** The Go driver reads a time only from a column that is declared as one of these. */
const timeTypes: ReadonlySet<string> = new Set(["date", "datetime", "timestamp"]);

const undeclared = "a time column is not declared as one";

/** Checks tables, columns and indexes. */
export function inspectSchema(db: DatabaseSync, problems: InspectProblems): void {
  for (const table of tableNames) inspectTable(db, table, problems);
  for (const index of indexes) inspectIndex(db, index, problems);
  for (const { type, name } of db.prepare("select type, name from sqlite_master").all()) {
    if (type === "trigger" || type === "view") problems.warn("schema", String(name), `is a ${String(type)}`);
    if (type !== "table" || tableNames.some((known) => known === name)) continue;
    if (!String(name).startsWith("sqlite_")) problems.warn("schema", String(name), "is a table that no reader knows");
  }
}

function inspectTable(db: DatabaseSync, table: TableName, problems: InspectProblems): void {
  const rows = db.prepare("select name, type from pragma_table_info(?)").all(table);
  const types = new Map(rows.map(({ name, type }) => [String(name), String(type).toLowerCase()]));
  if (types.size === 0) {
    problems.warn("schema", table, "the table is missing; readers take it for empty");
    return;
  }
  for (const { name, declaration, late } of tables[table]) {
    const type = types.get(name);
    if (type === undefined) {
      if (late) problems.warn("schema", table, "a column of later versions is missing; writers add it", name);
      else problems.fail("schema", table, "a column is missing", name);
    } else if (declaration.startsWith("datetime") && !timeTypes.has(type)) {
      // Of the other tables they read a time only to convert the file.
      if (table === "v1_sync_runs") problems.fail("schema", table, `${undeclared}; Go readers refuse the file`, name);
      else problems.warn("schema", table, `${undeclared}; Go tools cannot convert the file`, name);
    }
    types.delete(name);
  }
  for (const name of types.keys()) {
    problems.warn("schema", table, "there is a further column; copies made by Go tools fail", name);
  }
}

function inspectIndex(db: DatabaseSync, index: Index, problems: InspectProblems): void {
  const found = db.prepare("select tbl_name from sqlite_master where type = 'index' and name = ?").get(index.name);
  const present = db.prepare("select name from pragma_table_info(?)").all(index.table);
  const columns = new Set(present.map(({ name }) => String(name)));
  if (!index.columns.every((column) => columns.has(column))) return;
  if (!found) {
    problems.warn(
      "indexes",
      index.table,
      "an index is missing; Go readers make it when they open the file",
      index.name,
    );
    if (index.unique) inspectDuplicates(db, index, problems);
    return;
  }
  const actual = db.prepare("select name from pragma_index_info(?)").all(index.name);
  const same = actual.map(({ name }) => String(name)).join() === index.columns.join();
  if (!same || found["tbl_name"] !== index.table) {
    problems.fail("indexes", index.table, "an index of this name has other columns", index.name);
  }
}

function inspectDuplicates(db: DatabaseSync, { table, columns }: Index, problems: InspectProblems): void {
  const list = columns.join(", ");
  const query = `select ${list}, count(*) as n from ${table} group by ${list} having n > 1 limit 100`;
  for (const row of db.prepare(query).iterate()) {
    const id = columns.map((column) => String(row[column])).join(" in sync ");
    problems.fail("indexes", table, "rows share an id; Go readers refuse the file", id, Number(row["n"]) - 1);
  }
}

/** Checks all syncs and returns them. */
export function inspectSyncs(db: DatabaseSync, problems: InspectProblems): readonly SyncRun[] {
  const runs = listSyncRuns(db);
  if (!runs.some((run) => run.endedAt !== undefined)) {
    problems.warn("syncs", "v1_sync_runs", "no sync is finished; readers have nothing complete to show");
  }
  const seen = new Set<string>();
  for (const run of runs) {
    if (seen.has(run.id)) problems.fail("syncs", "v1_sync_runs", "two syncs share an id", run.id);
    seen.add(run.id);
    inspectRun(run, problems);
    if (run.endedAt === undefined) continue;
    inspectReferences(db, run, problems);
    inspectStats(db, run, problems);
  }
  if (runs.length > 0) inspectStrayRows(db, problems);
  return runs;
}

/** A targeted sync names what other syncs of the file hold. */
function inspectReferences(db: DatabaseSync, run: SyncRun, problems: InspectProblems): void {
  const isComplete = run.type === "full" || run.type === "resources_only";
  const tables = ["v1_resource_types", "v1_resources", "v1_entitlements", "v1_grants"] as const;
  if (!isComplete || tables.some((table) => columnsOf(db, table).size === 0)) return;
  const strange = `select resource_type_id as type, count(*) as n from v1_resources where sync_id = ?1
    and resource_type_id not in (select external_id from v1_resource_types where sync_id = ?1) group by 1 limit 100`;
  for (const { type, n } of db.prepare(strange).all(run.id)) {
    problems.warn("references", `sync ${run.id}`, "resources are of a type that is not there", String(type), Number(n));
  }
  const report = checkReferences(db, run.id);
  const texts = {
    entitlementsWithoutResource: "entitlements name a resource that is not there",
    grantsWithoutResource: "grants name a resource that is not there",
    grantsWithoutEntitlement: "grants name an entitlement that is not there",
    grantsWithoutPrincipal: "grants name a principal that is not there",
  } as const satisfies Record<keyof typeof report, string>;
  for (const [key, what] of Object.entries(texts)) {
    const { count, examples } = report[key as keyof typeof report]; // the keys of the object itself
    if (count > 0) problems.warn("references", `sync ${run.id}`, what, examples[0], count);
  }
}

function inspectStats(db: DatabaseSync, run: SyncRun, problems: InspectProblems): void {
  const where = `sync ${run.id}`;
  const stored = statsFromJson(run.statsJson);
  if (!stored) {
    if (run.statsJson) problems.warn("stats", where, "the stored counts cannot be read; readers count anew");
    return;
  }
  compareCounts(where, stored, countRows(db, run.id, run.type), problems);
}

/** Rows that no reader will ever show. */
function inspectStrayRows(db: DatabaseSync, problems: InspectProblems): void {
  for (const table of tableNames) {
    if (table === "v1_sync_runs" || !columnsOf(db, table).has("sync_id")) continue;
    const query = `select sync_id, count(*) as n from ${table}
      where sync_id not in (select sync_id from v1_sync_runs) group by sync_id limit 100`;
    for (const row of db.prepare(query).iterate()) {
      problems.fail(
        "syncs",
        table,
        "rows belong to a sync that is not there",
        String(row["sync_id"]),
        Number(row["n"]),
      );
    }
  }
}

/** What the columns of a row should be; a column that is not named may be anything. */
type Expected = Readonly<Record<string, string | null>>;

const expectations = {
  v1_resource_types: (data) => ({ external_id: decodeResourceType(data).id }),
  v1_resources: (data) => {
    const { id, parentResourceId: parent } = decodeResource(data);
    return {
      external_id: resourceKey(id),
      resource_type_id: id.resourceType,
      parent_resource_type_id: parent?.resourceType ?? null,
      parent_resource_id: parent?.resource ?? null,
    };
  },
  v1_entitlements: (data) => {
    const { id, resource } = decodeEntitlement(data);
    return { external_id: id, resource_type_id: resource.id.resourceType, resource_id: resource.id.resource };
  },
  v1_grants: expectedOfGrant,
} as const satisfies Partial<Record<TableName, (data: Uint8Array, row: Row) => Expected>>;

/** Decodes all rows of all syncs and compares them with their columns. */
export function inspectRows(db: DatabaseSync, problems: InspectProblems): void {
  for (const [table, expect] of Object.entries(expectations)) {
    const present = columnsOf(db, table as keyof typeof expectations); // the keys of the object itself
    if (!present.has("data")) continue;
    for (const row of db.prepare(`select * from ${table}`).iterate()) {
      inspectRow(table, row, expect, problems);
    }
  }
}

function inspectRow(
  table: string,
  row: Row,
  expect: (data: Uint8Array, row: Row) => Expected,
  problems: InspectProblems,
): void {
  const id = String(row["external_id"]);
  // Some writers bound the bytes as text, which reads as long as they survived it.
  const data = typeof row["data"] === "string" ? Buffer.from(row["data"]) : row["data"];
  if (!(data instanceof Uint8Array)) {
    problems.fail("rows", table, "a row holds no message", id);
    return;
  }
  try {
    for (const [column, expected] of Object.entries(expect(data, row))) {
      const actual = row[column];
      if (actual === undefined || actual === expected) continue;
      const example = `${id}: ${String(actual)} instead of ${String(expected)}`;
      problems.fail("columns", table, `${column} differs from the row`, example);
    }
  } catch (caught) {
    if (!(caught instanceof BatonError)) throw caught;
    problems.fail("rows", table, "a row cannot be decoded", `${id}: ${caught.message}`);
  }
  const { discovered_at: time } = row;
  if (time !== undefined && parseGoTime(String(time)) === undefined) {
    problems.warn("columns", table, "discovered_at is no time", `${id}: ${String(time)}`);
  }
}

/** A slim grant keeps what it names in its columns alone; then there is nothing to compare. */
function expectedOfGrant(data: Uint8Array, row: Row): Expected {
  const { expansion } = row;
  const grant = decodeGrant(data, expansion instanceof Uint8Array && expansion.length > 0 ? { expansion } : {});
  const { entitlement, principal } = grant;
  return {
    ...unlessEmpty("external_id", grant.id),
    ...unlessEmpty("entitlement_id", entitlement.id),
    ...unlessEmpty("resource_type_id", entitlement.resource.resourceType),
    ...unlessEmpty("resource_id", entitlement.resource.resource),
    ...unlessEmpty("principal_resource_type_id", principal.resourceType),
    ...unlessEmpty("principal_resource_id", principal.resource),
  };
}

function unlessEmpty(column: string, value: string): Expected {
  return value === "" ? {} : { [column]: value };
}
