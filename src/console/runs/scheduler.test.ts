import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { test } from "node:test";
import { ManualClock } from "../../../test/console/manual-clock.ts";
import { eventually } from "../../../test/support/eventually.ts";
import { systemClock } from "../../sdk/clock.ts";
import { newConnector } from "../connectors/new-connector.ts";
import { ConnectorTable } from "../store/connector-table.ts";
import { migrate } from "../store/migrations.ts";
import { nextRunAt, startDue, startScheduler } from "./scheduler.ts";

const minuteMs = 60_000;

function tableWith(changes: object): ConnectorTable {
  const db = new DatabaseSync(":memory:");
  migrate(db, "memory");
  const table = new ConnectorTable(db);
  table.put({
    ...newConnector({ id: "c1", name: "", mode: "schedule", owner: "", isSample: false, key: null, nowMs: 0 }),
    schedule: { kind: "interval", everyMinutes: 30 },
    ...changes,
  });
  return table;
}

function startedAt(connectors: ConnectorTable, minutes: number): number {
  let started = 0;
  const clock = { ...systemClock, nowMs: () => minutes * minuteMs };
  startDue({ connectors, clock, start: () => void started++ });
  return started;
}

test("a sync starts when its moment has come, and once however many moments were missed", () => {
  const table = tableWith({});
  assert.equal(startedAt(table, 29), 0);
  assert.equal(startedAt(table, 30), 1);
  assert.equal(startedAt(table, 31), 0);
  assert.equal(startedAt(table, 600), 1);
  assert.equal(startedAt(table, 601), 0);
  assert.equal(nextRunAt(table.list()[0] ?? assert.fail()), 630 * minuteMs);
});

test("a paused one never starts, nor one without a schedule", () => {
  assert.equal(startedAt(tableWith({ isPaused: true, retryAtMs: 5 }), 600), 0);
  assert.equal(startedAt(tableWith({ schedule: { kind: "manual" } }), 600), 0);
});

test("one that waits for another try starts then, and once", () => {
  const table = tableWith({ schedule: { kind: "manual" }, retryAtMs: 10 * minuteMs });
  assert.equal(nextRunAt(table.list()[0] ?? assert.fail()), 10 * minuteMs);
  assert.deepEqual([startedAt(table, 9), startedAt(table, 10), startedAt(table, 11)], [0, 1, 0]);
});

test("a store that cannot be read for a moment ends neither the schedule nor the console", async (context) => {
  const connectors = tableWith({});
  const failing = () => assert.fail("disk I/O error");
  context.mock.method(connectors, "list", failing, { times: 1 });
  const clock = new ManualClock(31 * minuteMs);
  const started: string[] = [];
  const stop = startScheduler({ connectors, clock, start: (id) => void started.push(id) });
  clock.advance(15_000);
  await eventually(() => started.length > 0, { what: "the sync that is due" });
  await stop();
  assert.deepEqual(started, ["c1"]);
});
