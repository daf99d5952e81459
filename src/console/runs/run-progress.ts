/** How far a run is, in the page's words. Pure. */
import type { SyncPhase } from "../../sdk/sync/events.ts";
import type { RunDetail, RunPhase, RunProgress } from "../contract/runs.ts";
import type { JobProgress } from "../worker/messages.ts";

const phases: Readonly<Record<SyncPhase, RunPhase>> = {
  validate: "organization",
  "resource-types": "organization",
  resources: "members",
  "static-entitlements": "roles",
  entitlements: "roles",
  grants: "memberships",
  expansion: "memberships",
  checks: "writing file",
  save: "writing file",
};

/** A run that has begun and said nothing yet. */
export function firstProgress(run: RunDetail, isQueued: boolean): RunProgress {
  return {
    runId: run.runId,
    connectorId: run.connectorId,
    phase: "organization",
    fraction: null,
    members: 0,
    teams: 0,
    entitlements: 0,
    grants: 0,
    requests: 0,
    retries: 0,
    rateLimit: null,
    waiting: null,
    startedAtMs: run.startedAtMs,
    secondsLeft: null,
    isCancelling: false,
    isQueued,
  };
}

/**
 * The progress after what the job told.
 * @param before the last run that was good, which the guess of what is left goes by.
 */
export function nextProgress(
  last: RunProgress,
  told: JobProgress,
  before: RunDetail | null,
  nowMs: number,
): RunProgress {
  const { user: members = 0, team: teams = 0 } = told.resources;
  const { entitlements, grants, connector } = told;
  const { requests = 0, retries = 0, rateLimit, waiting = null } = connector ?? {};
  const fraction = fractionOf(members + teams + entitlements + grants, phases[told.phase], before);
  return {
    ...last,
    // Teams are listed after the members, in the same phase of the engine.
    phase: told.phase === "resources" && teams > 0 ? "teams" : phases[told.phase],
    fraction,
    members,
    teams,
    entitlements,
    grants,
    requests,
    retries,
    rateLimit: rateLimit
      ? {
          limit: rateLimit.limit ?? null,
          remaining: rateLimit.remaining ?? null,
          resetAtMs: rateLimit.resetAtMs ?? null,
        }
      : null,
    waiting,
    secondsLeft: secondsLeft(fraction, last.startedAtMs, before, nowMs),
    isQueued: false,
  };
}

/** Rows so far of the rows that the run before had; the last tenth is for writing. */
function fractionOf(rows: number, phase: RunPhase, before: RunDetail | null): number | null {
  if (!before?.totals) return null;
  const { members, teams, entitlements, grants } = before.totals;
  const expected = members + teams + entitlements + grants;
  if (expected === 0) return null;
  const read = Math.min(1, rows / expected) * 0.9;
  return phase === "writing file" ? Math.max(0.9, read) : read;
}

/** By the run before; when this one takes longer, by its own pace. */
function secondsLeft(
  fraction: number | null,
  startedAtMs: number,
  before: RunDetail | null,
  nowMs: number,
): number | null {
  if (fraction === null || before?.durationMs == null) return null;
  const elapsedMs = Math.max(0, nowMs - startedAtMs);
  const byBefore = before.durationMs * (1 - fraction);
  const byPace = fraction > 0.1 ? (elapsedMs / fraction) * (1 - fraction) : byBefore;
  return Math.ceil(Math.max(byBefore, byPace) / 1000);
}
