import assert from "node:assert/strict";
import { test } from "node:test";
import { BatonError } from "../../sdk/errors.ts";
import type { Schedule } from "../contract/connectors.ts";
import { checkSchedule, nextMoments } from "./schedule.ts";

const isRefused = (caught: unknown): boolean => caught instanceof BatonError && caught.code === "CONSOLE-SCHEDULE";
const inUtc = (schedule: Schedule, from: string, count = 3): readonly string[] =>
  nextMoments(schedule, Date.parse(from), count).map((ms) => new Date(ms).toISOString().replace(":00.000Z", ""));
const berlin = (expression: string): Schedule => ({ kind: "cron", expression, timeZone: "Europe/Berlin" });

test("an interval comes again and again, a manual schedule never", () => {
  assert.deepEqual(inUtc({ kind: "interval", everyMinutes: 90 }, "2026-01-01T00:00Z"), [
    "2026-01-01T01:30",
    "2026-01-01T03:00",
    "2026-01-01T04:30",
  ]);
  assert.deepEqual(nextMoments({ kind: "manual" }, 0, 3), []);
});

test("a calendar goes by the clock of its time zone, also where that is changed in spring and autumn", () => {
  assert.deepEqual(inUtc(berlin("0 6 * * *"), "2026-03-28T00:00Z"), [
    "2026-03-28T05:00",
    "2026-03-29T04:00",
    "2026-03-30T04:00",
  ]);
  assert.deepEqual(inUtc(berlin("0 6 * * *"), "2026-10-24T00:00Z"), [
    "2026-10-24T04:00",
    "2026-10-25T05:00",
    "2026-10-26T05:00",
  ]);
});

test("a moment that the spring leaves out comes once that day, and one that the autumn repeats comes once", () => {
  const spring = inUtc(berlin("30 2 * * *"), "2026-03-28T12:00Z", 2);
  assert.equal(spring.filter((moment) => moment.startsWith("2026-03-29")).length, 1, String(spring));
  const autumn = inUtc(berlin("30 2 * * *"), "2026-10-24T12:00Z", 3);
  assert.equal(autumn.filter((moment) => moment.startsWith("2026-10-25")).length, 1, String(autumn));
});

for (const schedule of [
  { kind: "interval", everyMinutes: 29 },
  { kind: "interval", everyMinutes: 30.5 },
  { kind: "interval", everyMinutes: 10_000_000 },
  berlin("*/5 * * * *"),
  berlin("0,20 * * * *"),
  berlin("0 0 31 2 *"),
  berlin("not a calendar"),
  berlin(""),
  { kind: "cron", expression: "0 6 * * *", timeZone: "Nowhere/Land" },
] as const satisfies readonly Schedule[]) {
  test(`${JSON.stringify(schedule)} is refused`, () => {
    assert.throws(() => checkSchedule(schedule, Date.parse("2026-01-01T00:00Z")), isRefused);
  });
}

test("half an hour is the least", () => {
  checkSchedule({ kind: "interval", everyMinutes: 30 }, 0);
  checkSchedule(berlin("0,30 * * * *"), Date.parse("2026-01-01T00:00Z"));
});
