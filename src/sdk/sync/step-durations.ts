/** How long the steps of a run took, as a log line says it. Pure. */
import { type SyncPhase, syncPhases } from "./events.ts";

/** Names of steps in log lines, where the Go connectors have one (baton-sdk 0.25.0: sync_step_durations_ms). */
const loggedStep: Readonly<Partial<Record<SyncPhase, string>>> = {
  "resource-types": "list-resource-types",
  resources: "list-resources",
  "static-entitlements": "list-static-entitlements",
  entitlements: "list-entitlements",
  grants: "list-grants",
  expansion: "grant-expansion",
};

/** The fields of the log line; whole milliseconds. */
export function stepDurations(phases: Readonly<Partial<Record<SyncPhase, number>>>): Readonly<Record<string, unknown>> {
  const durations: Record<string, number> = {};
  let total = 0;
  for (const phase of syncPhases) {
    const ms = phases[phase];
    if (ms === undefined) continue;
    durations[loggedStep[phase] ?? phase] = Math.round(ms);
    total += ms;
  }
  return { sync_step_durations_ms: durations, sync_steps_total_ms: Math.round(total) };
}
