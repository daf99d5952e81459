import assert from "node:assert/strict";
import { test } from "node:test";
import type { ServiceEvent } from "../../sdk/c1/events.ts";
import { Status } from "../../sdk/errors.ts";
import type { ServiceState } from "../contract/connectors.ts";
import { afterEnd, afterEvent, stoppedService } from "./service-state.ts";

const running: ServiceState = { ...stoppedService, isRunning: true };
const error = { code: "C1-UNREACHABLE", status: Status.unavailable, message: "no answer" };
const task = { id: "t", type: "syncFull" };
const unreachable = (more: object): ServiceEvent =>
  ({ kind: "waiting", for: "poll", call: "Poll", failures: 1, waitMs: 30_000, error, ...more }) as ServiceEvent;

/** The state after events that come a second apart, the first one at 1000. */
function after(...events: readonly ServiceEvent[]): ServiceState {
  return events.reduce((state, event, at) => afterEvent(state, event, (at + 1) * 1000), running);
}

test("a service is connected since it was introduced, and its last contact is the last answer", () => {
  const state = after({ kind: "hello", attempts: 1 }, { kind: "polling", waitMs: 500 });
  assert.deepEqual([state.connectedSinceMs, state.lastContactMs, state.nextPollMs], [1000, 2000, 2500]);
  assert.equal(state.failure, null);
});

test("C1 that cannot be reached is said to be so, with the moment of the next try, until it answers", () => {
  const state = after({ kind: "hello", attempts: 1 }, unreachable({}));
  assert.equal(state.failure?.code, "C1-UNREACHABLE");
  assert.deepEqual([state.failure?.retryAtMs, state.lastContactMs], [32_000, 1000]);
  assert.equal(afterEvent(state, { kind: "polling", waitMs: 1 }, 9000).failure, null);
});

test("a secret that worked before was probably rotated, one that never worked was not", () => {
  const refused = unreachable({ error: { ...error, code: "C1-TOKEN", status: Status.unauthenticated } });
  const words = (state: ServiceState): string => JSON.stringify(state.failure);
  assert.match(words(after({ kind: "hello", attempts: 1 }, refused)), /rotated/);
  assert.doesNotMatch(words(after(refused)), /rotated/);
});

test("a call within a task that fails does not make the connection a broken one", () => {
  const state = after({ kind: "hello", attempts: 1 }, { kind: "taskBegun", task });
  assert.equal(afterEvent(state, unreachable({ for: "task" }), 9000), state);
});

test("while a task is done the service is busy; then it is said how it ended, in the page's words", () => {
  const busy = after({ kind: "taskBegun", task });
  assert.equal(busy.isBusy, true);
  const results = [
    { kind: "taskFinished", task, durationMs: 1 },
    { kind: "taskFailed", task, durationMs: 1, reason: "sync", error },
    { kind: "taskUntold", task, durationMs: 1, error },
  ].map((event) => afterEvent(busy, event as ServiceEvent, 5000));
  assert.deepEqual(
    results.map(({ isBusy, lastTask }) => [isBusy, lastTask?.kind, lastTask?.result, lastTask?.atMs]),
    [
      [false, "sync", "done", 5000],
      [false, "sync", "no answer", 5000],
      [false, "sync", "not told to C1", 5000],
    ],
  );
});

test("a process that ended by itself is no longer connected, and says when it is started again", () => {
  const state = afterEnd(
    after({ kind: "hello", attempts: 1 }, { kind: "taskBegun", task }),
    {
      ...error,
      code: "CONSOLE-RUN-LOST",
      candidates: [],
      facts: [],
    },
    60_000,
  );
  assert.deepEqual([state.connectedSinceMs, state.isBusy, state.nextPollMs], [null, false, 60_000]);
  assert.equal(state.failure?.code, "CONSOLE-RUN-LOST");
});
