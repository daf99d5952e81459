/** Checks that what rows name is in the same sync (Go SDK: ingest invariants I3, I7, I8, I9). */
import type { DatabaseSync } from "node:sqlite";
import { sqlText } from "./row-sql.ts";
import type { BrokenReferences, ReferenceReport } from "./sync-store.ts";

const maxExamples = 25;

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
  const alone = Number(db.prepare("select count(*) as n from v1_sync_runs").get()?.["n"]) <= 1;
  const check = (reference: Reference): BrokenReferences => checkOne(db, syncId, reference, alone);
  return {
    entitlementsWithoutResource: check(entitlementResource),
    grantsWithoutResource: check(grantResource),
    grantsWithoutEntitlement: check(grantEntitlement),
    grantsWithoutPrincipal: check(grantPrincipal),
  };
}

function checkOne(db: DatabaseSync, syncId: string, reference: Reference, alone: boolean): BrokenReferences {
  const { table, columns, target, key } = reference;
  // Distinct references first, as they are few: an index on the columns answers without touching a row. The sync's
  // id is in none of these indexes; going from them to each row would take twenty times as long as reading all rows.
  const rows = alone ? table : `${table} not indexed where sync_id = ${sqlText(syncId)}`;
  const columnList = columns.join(", ");
  db.exec(`create temp table broken_references as
    with named as materialized (select distinct ${columnList} from ${rows})
    select * from named where ${columns.at(-1)} <> '' and not exists
      (select 1 from ${target} t where t.external_id = ${key} and t.sync_id = ${sqlText(syncId)})`);
  try {
    const broken = `from ${table} where sync_id = ${sqlText(syncId)}
      and (${columnList}) in (select ${columnList} from broken_references)`;
    const anyBroken = db.prepare("select 1 from broken_references limit 1").get() !== undefined;
    if (!anyBroken) return { count: 0, examples: [] };
    const count = Number(db.prepare(`select count(*) as n ${broken}`).get()?.["n"]);
    const examples = db.prepare(`select external_id ${broken} order by id limit ${maxExamples}`).all();
    return { count, examples: examples.map((row) => String(row["external_id"])) };
  } finally {
    db.exec("drop table broken_references");
  }
}
