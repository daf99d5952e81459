import assert from "node:assert/strict";
import { test } from "node:test";
import type { ConnectorStatus } from "../contract/connectors.ts";
import type { FailureState } from "../contract/failures.ts";
import type { RunDetail, RunResult } from "../contract/runs.ts";
import { firstProgress } from "../runs/run-progress.ts";
import { newRun } from "../runs/run-results.ts";
import { stoppedService } from "../runs/service-state.ts";
import { bannerOf, type StatusFacts, statusOf } from "./connector-status.ts";
import { newConnector } from "./new-connector.ts";
import { emptySettings } from "./settings-input.ts";

const run = (result: RunResult, state?: FailureState, runId = "last"): RunDetail => ({
  ...newRun({ runId, connectorId: "c", startedBy: "person", startedAtMs: 0 }),
  result,
  failure: state ? { code: "X-Y", state, title: "", message: "", facts: [] } : null,
});
const good = run("Complete", undefined, "good");
const facts: StatusFacts = {
  connector: {
    ...newConnector({ id: "c", name: "", mode: "once", owner: "", isSample: false, key: null, nowMs: 0 }),
    settings: { ...emptySettings, orgSlug: "acme" },
  },
  hasKey: true,
  isTesting: false,
  progress: null,
  lastRun: good,
  currentRun: good,
  service: null,
};
const { connector } = facts;
const progress = { ...firstProgress(good, false) };

for (const [what, changes, expected] of [
  ["a good run", {}, "Connected"],
  ["no key", { hasKey: false }, "Not set up"],
  ["no run yet", { lastRun: null, currentRun: null }, "Not set up"],
  ["a test", { isTesting: true }, "Testing"],
  ["a sync, also while paused", { progress, connector: { ...connector, isPaused: true } }, "Syncing"],
  [
    "a sync that waits for the budget",
    { progress: { ...progress, waiting: { kind: "rate-limit", reason: "rate limit", untilMs: 1 } } },
    "Rate limited",
  ],
  [
    "a sync that tries again",
    {
      progress: {
        ...progress,
        waiting: { kind: "retry", reason: "The rate limit of the proxy cannot be reached.", untilMs: 1 },
      },
    },
    "Syncing",
  ],
  ["a pause", { connector: { ...connector, isPaused: true } }, "Paused"],
  ["a partial run", { lastRun: run("Partial roster", "narrow-key") }, "Partial"],
  ["a held run", { lastRun: run("Held", "held") }, "Held"],
  [
    "a held run that was put away",
    { lastRun: run("Held", "held"), connector: { ...connector, dismissedRunId: "last" } },
    "Connected",
  ],
  [
    "a partial run that was put away",
    { lastRun: run("Partial roster", "narrow-key"), connector: { ...connector, dismissedRunId: "last" } },
    "Partial",
  ],
  [
    "an error that was put away",
    { lastRun: run("Failed", "wrong-key"), connector: { ...connector, dismissedRunId: "last" } },
    "Error",
  ],
  ["a cancelled run after a good one", { lastRun: run("Cancelled") }, "Connected"],
  ["a run that its console's end stopped, after a good one", { lastRun: run("Interrupted", "stopped") }, "Connected"],
  ["a cancelled first run", { lastRun: run("Cancelled"), currentRun: null }, "Error"],
  ["no network", { lastRun: run("Failed", "network-down") }, "Offline"],
  ["a used-up budget", { lastRun: run("Failed", "rate-limited") }, "Rate limited"],
  ["a refused key", { lastRun: run("Failed", "wrong-key") }, "Error"],
  ["rows that are missing", { lastRun: run("Incomplete", "unexpected") }, "Error"],
] as const satisfies readonly (readonly [string, Partial<StatusFacts>, ConnectorStatus])[]) {
  test(`${what}: ${expected}`, () => {
    assert.equal(statusOf({ ...facts, ...changes }), expected);
  });
}

test("a service is Connected, Syncing or Offline by what it does, and without C1's client id not set up", () => {
  const service = { ...connector, mode: "service" as const };
  const linked = { ...service, settings: { ...service.settings, c1ClientId: "x@y/z" } };
  const running = { ...stoppedService, isRunning: true };
  assert.equal(statusOf({ ...facts, connector: service, service: running }), "Not set up");
  assert.equal(statusOf({ ...facts, connector: linked, service: running }), "Connected");
  assert.equal(statusOf({ ...facts, connector: linked, service: { ...running, isBusy: true } }), "Syncing");
  const failure = { code: "C1-CALL", state: "c1-unreachable" as const, title: "", message: "", facts: [] };
  const lost = { ...facts, connector: linked, service: { ...running, failure } };
  assert.equal(statusOf(lost), "Offline");
  assert.equal(bannerOf(lost), failure);
});
