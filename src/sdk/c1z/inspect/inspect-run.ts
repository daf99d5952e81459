/** Checks what a sync says of itself, in a c1z of either version. */
import { parseGoTime } from "../container/go-time.ts";
import { ksuidSeconds } from "../container/ksuid.ts";
import type { SyncRun } from "../write/sync-runs.ts";
import type { SyncStats } from "../write/sync-store.ts";
import type { InspectProblems } from "./inspect-problems.ts";

const knownTypes: ReadonlySet<string> = new Set([
  "full",
  "resources_only",
  "partial",
  "partial_upserts",
  "partial_deletions",
]);

/** Checks a sync's own row. */
export function inspectRun(run: SyncRun, problems: InspectProblems): void {
  const where = `sync ${run.id}`;
  if (ksuidSeconds(run.id) === undefined) problems.warn("syncs", where, "its id is no KSUID; it cannot be converted");
  if (!knownTypes.has(run.type)) problems.warn("syncs", where, "its kind is not known", run.type);
  const started = parseGoTime(run.startedAt);
  if (!started) problems.fail("syncs", where, "its start is no time", run.startedAt);
  if (run.endedAt === undefined) return;
  const ended = parseGoTime(run.endedAt);
  if (!ended) problems.fail("syncs", where, "its end is no time", run.endedAt);
  if (started && ended && ended.seconds < started.seconds) {
    problems.warn("syncs", where, "it ends before it begins", `${run.startedAt} to ${run.endedAt}`);
  }
}

/** Holds counts that are stored against those of the rows. */
export function compareCounts(where: string, stored: SyncStats, counted: SyncStats, problems: InspectProblems): void {
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
