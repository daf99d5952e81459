/** Checks the syncs of a c1z's database: their own rows, and of the finished ones references and counts. */
import type { DatabaseSync } from "node:sqlite";
import { columnsOf, tableNames } from "../scratch/schema.ts";
import { checkReferences } from "../write/references.ts";
import { countRows, statsFromJson } from "../write/stats.ts";
import { listSyncRuns, type SyncRun } from "../write/sync-runs.ts";
import type { InspectProblems } from "./inspect-problems.ts";
import { inspectRun } from "./inspect-run.ts";

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
  const counted = countRows(db, run.id, run.type);
  for (const key of ["resourceTypes", "resources", "entitlements", "grants"] as const) {
    if (stored[key] === counted[key]) continue;
    problems.fail("stats", where, `${key} differ`, `${stored[key]} stored, ${counted[key]} counted`);
  }
  for (const key of ["resourcesByResourceType", "entitlementsByResourceType", "grantsByResourceType"] as const) {
    for (const type of new Set([...Object.keys(stored[key]), ...Object.keys(counted[key])])) {
      const [had, has] = [stored[key][type] ?? 0, counted[key][type] ?? 0];
      if (had !== has) problems.fail("stats", where, `${key} differ`, `${type}: ${had} stored, ${has} counted`);
    }
  }
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
