import assert from "node:assert/strict";
import { test } from "node:test";
import { syncPhases } from "../../sdk/sync/events.ts";
import { type RunDetail, runPhases } from "../contract/runs.ts";
import type { JobProgress } from "../worker/messages.ts";
import { firstProgress, nextProgress } from "./run-progress.ts";
import { newRun } from "./run-results.ts";

const run = newRun({ runId: "r", connectorId: "c", startedBy: "person", startedAtMs: 0 });
const before: RunDetail = {
  ...run,
  durationMs: 10_000,
  totals: { members: 100, activeMembers: 90, inactiveMembers: 10, teams: 10, entitlements: 30, grants: 260 },
};
const told = (changes: Partial<JobProgress>): JobProgress => ({
  phase: "resources",
  resources: {},
  entitlements: 0,
  grants: 0,
  connector: null,
  ...changes,
});

test("every step of the engine has a word of the page, in the page's order", () => {
  const words = syncPhases.map((phase) => nextProgress(firstProgress(run, false), told({ phase }), null, 0).phase);
  const order = words.map((word) => runPhases.indexOf(word));
  assert.deepEqual(
    order,
    order.toSorted((a, b) => a - b),
  );
  const withTeams = nextProgress(firstProgress(run, false), told({ resources: { user: 5, team: 1 } }), null, 0);
  assert.deepEqual([withTeams.phase, withTeams.members, withTeams.teams], ["teams", 5, 1]);
  assert.deepEqual(new Set([...words, withTeams.phase]), new Set(runPhases));
});

test("without a run before nothing is guessed; with one it is by its rows, and slower when this one is slower", () => {
  const first = firstProgress(run, true);
  assert.equal(first.isQueued, true);
  const some = told({ resources: { user: 100, team: 10 }, entitlements: 30, grants: 60 });
  const unknown = nextProgress(first, some, null, 5000);
  assert.deepEqual([unknown.fraction, unknown.secondsLeft, unknown.isQueued], [null, null, false]);
  const half = nextProgress(first, some, before, 3000);
  assert.equal(half.fraction, 0.45);
  assert.equal(half.secondsLeft, 6);
  assert.ok((nextProgress(first, some, before, 30_000).secondsLeft ?? 0) > 30);
});

test("the guess never leaves its bounds, also when there is far more than before", () => {
  const first = firstProgress(run, false);
  const more = told({ resources: { user: 9000 } });
  assert.equal(nextProgress(first, more, before, 1).fraction, 0.9);
  assert.equal(nextProgress(first, { ...more, phase: "save" }, before, 1).fraction, 0.9);
  const nothing = { ...before, totals: { ...before.totals, members: 0, teams: 0, entitlements: 0, grants: 0 } };
  assert.equal(nextProgress(first, more, nothing as RunDetail, 1).fraction, null);
});
