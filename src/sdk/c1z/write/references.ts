/**
 * Checks that what rows name is in the same sync (Go SDK: ingest invariants I3, I7, I8, I9): in the database, or by name
 * and not grant by grant where the order of the grants is known.
 */
import type { DatabaseSync } from "node:sqlite";
import { usualGrantId } from "../pebble/keys.ts";
import { sqlText } from "../scratch/row-sql.ts";
import type { EntitlementName, PrincipalName } from "./pebble/names.ts";
import type { SyncSource } from "./pebble/sync-source.ts";
import type { BrokenReferences, ReferenceReport } from "./sync-store.ts";

const mostExamples = 25;
/** Measured: where each is named so often, going from one to the next takes a twentieth of reading the whole index. */
const oftenNamed = 50;

/** One kind of reference: where it stands, and what it names. */
interface Reference {
  readonly table: "v1_grants" | "v1_entitlements";
  readonly columns: readonly string[];
  /** Where the named row's key is found, and the key made of the columns. */
  readonly target: "v1_resources" | "v1_entitlements";
  readonly key: string;
}

const resourceColumns = ["resource_type_id", "resource_id"];
// Qualified: the target has columns of the same names.
const resourceKey = "named.resource_type_id || ':' || named.resource_id";
const entitlementResource: Reference = {
  table: "v1_entitlements",
  columns: resourceColumns,
  target: "v1_resources",
  key: resourceKey,
};
const grantResource: Reference = { ...entitlementResource, table: "v1_grants" };
const grantEntitlement: Reference = {
  table: "v1_grants",
  columns: ["entitlement_id"],
  target: "v1_entitlements",
  key: "named.entitlement_id",
};
const grantPrincipal: Reference = {
  table: "v1_grants",
  columns: ["principal_resource_type_id", "principal_resource_id"],
  target: "v1_resources",
  key: "named.principal_resource_type_id || ':' || named.principal_resource_id",
};

/**
 * Checks the sync `syncId`. Fast with the grants' indexes when the file holds no other sync; otherwise each kind of
 * reference costs one pass over the sync's rows. An empty reference is not broken, as the Go SDK has it.
 */
export function checkReferences(db: DatabaseSync, syncId: string): ReferenceReport {
  const isAlone = numberOf(db, "select count(*) as n from v1_sync_runs") <= 1;
  const entitlements = numberOf(db, "select count(*) as n from v1_entitlements");
  const isNamedOften = isAlone && entitlements * oftenNamed < numberOf(db, "select max(id) as n from v1_grants");
  // The sync's id is in none of the indexes on the columns. Without another sync they answer without touching a row;
  // going from them to each row would take twenty times as long as reading all rows.
  const rows = isAlone ? "" : `not indexed where sync_id = ${sqlText(syncId)}`;
  const check = (reference: Reference, distinct = distinctOf(reference, rows)): BrokenReferences =>
    checkOne(db, syncId, reference, distinct);
  const checkOften = (reference: Reference): BrokenReferences =>
    isNamedOften ? check(reference, distinctByNext(reference)) : check(reference);
  return {
    entitlementsWithoutResource: check(entitlementResource),
    grantsWithoutResource: checkOften(grantResource),
    grantsWithoutEntitlement: checkOften(grantEntitlement),
    grantsWithoutPrincipal: check(grantPrincipal),
  };
}

function numberOf(db: DatabaseSync, query: string): number {
  return Number(db.prepare(query).get()?.["n"] ?? 0);
}

/** A table expression "named" with each combination of the columns once; `rows` says which rows of the table. */
function distinctOf({ table, columns }: Reference, rows: string): string {
  return `named as materialized (select distinct ${columns.join(", ")} from ${table} ${rows})`;
}

/** The same for all rows, going from each value to the next larger one by the index on the columns. */
function distinctByNext({ table, columns }: Reference): string {
  const levels = columns.map((column, index) => {
    const before = columns.slice(0, index);
    const [level, above] = [`level${index}`, `level${index - 1}`];
    const next = (from: string, more: readonly string[]): string => {
      const same = before.map((name) => `${name} = ${from}.${name}`);
      const where = [...same, ...more].join(" and ") || "true";
      return [...before, `(select min(${column}) from ${table} where ${where})`].join(", ");
    };
    const first = index === 0 ? next("", []) : `${next(above, [])} from ${above} where ${before.at(-1)} is not null`;
    const further = `${next(level, [`${column} > ${level}.${column}`])} from ${level} where ${column} is not null`;
    return `${level}(${[...before, column].join(", ")}) as (select ${first} union all select ${further})`;
  });
  return [...levels, `named as materialized (select * from level${columns.length - 1})`].join(",\n    ");
}

function checkOne(db: DatabaseSync, syncId: string, reference: Reference, distinct: string): BrokenReferences {
  const { table, columns, target, key } = reference;
  // Distinct references first, as they are few.
  const columnList = columns.join(", ");
  db.exec(`create temp table broken_references as
    with recursive ${distinct}
    select * from named where ${columns.at(-1)} <> '' and not exists
      (select 1 from ${target} t where t.external_id = ${key} and t.sync_id = ${sqlText(syncId)})`);
  try {
    const broken = `from ${table} where sync_id = ${sqlText(syncId)}
      and (${columnList}) in (select ${columnList} from broken_references)`;
    const anyBroken = db.prepare("select 1 from broken_references limit 1").get() !== undefined;
    if (!anyBroken) return { count: 0, examples: [] };
    const count = Number(db.prepare(`select count(*) as n ${broken}`).get()?.["n"]);
    const examples = db.prepare(`select external_id ${broken} order by id limit ${mostExamples}`).all();
    return { count, examples: examples.map((row) => String(row["external_id"])) };
  } finally {
    db.exec("drop table broken_references");
  }
}

/** Checks a sync whose grants are in order. */
export function checkSource(db: DatabaseSync, syncId: string, source: SyncSource): ReferenceReport {
  const resources = idsOfResources(db, syncId);
  const { entitlementNames, entitlementCount, principalNames, order } = source;
  const hasResource = ([type, resource]: EntitlementName): boolean =>
    resource === "" || resources.has(`${type}:${resource}`);
  const ofEntitlement = entitlementNames.map(hasResource);
  const isPrincipal = principalNames.map(([type, id]) => id === "" || resources.has(`${type}:${id}`));
  const own = entitlementNames.slice(0, entitlementCount);
  const entitlementAt = (place: number): number => order.entitlements.numberAt[order.entitlementOf[place] ?? 0] ?? 0;
  const principalAt = (place: number): number => order.principals.numberAt[order.principalOf[place] ?? 0] ?? 0;
  const grants = (isBroken: (place: number) => boolean): BrokenReferences =>
    broken(order.count, isBroken, (place) => idOf(source, place, entitlementAt(place), principalAt(place)));
  return {
    entitlementsWithoutResource: broken(
      own.length,
      (number) => ofEntitlement[number] === false,
      (number) => own[number]?.[2] ?? "",
    ),
    grantsWithoutResource: grants((place) => ofEntitlement[entitlementAt(place)] === false),
    // Equal names have the smallest number, which an entitlement of the sync has.
    grantsWithoutEntitlement: grants(
      (place) => entitlementAt(place) >= entitlementCount && entitlementNames[entitlementAt(place)]?.[2] !== "",
    ),
    grantsWithoutPrincipal: grants((place) => isPrincipal[principalAt(place)] === false),
  };
}

function idsOfResources(db: DatabaseSync, syncId: string): ReadonlySet<string> {
  const statement = db.prepare("select external_id from v1_resources where sync_id = ?");
  statement.setReturnArrays(true);
  // With that setting rows are lists.
  const rows = statement.iterate(syncId) as unknown as Iterable<readonly [string]>;
  const ids = new Set<string>();
  for (const [id] of rows) ids.add(id);
  return ids;
}

function broken(
  count: number,
  isBroken: (index: number) => boolean,
  exampleOf: (index: number) => string,
): BrokenReferences {
  const examples: string[] = [];
  let found = 0;
  for (let index = 0; index < count; index++) {
    if (!isBroken(index)) continue;
    found++;
    if (examples.length < mostExamples) examples.push(exampleOf(index));
  }
  return { count: found, examples };
}

function idOf(source: SyncSource, place: number, entitlement: number, principal: number): string {
  const row = source.order.rowOf[place] ?? 0;
  const unusual = row === 0 ? undefined : source.storedGrant(row).unusualId;
  const [, , entitlementId]: EntitlementName = source.entitlementNames[entitlement] ?? ["", "", ""];
  const [type, id]: PrincipalName = source.principalNames[principal] ?? ["", ""];
  return unusual ?? usualGrantId(entitlementId, type, id);
}
