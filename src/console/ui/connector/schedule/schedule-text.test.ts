/** Schedules in words, and how the next moments are asked for. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { previewPath, scheduleText } from "./schedule-text.ts";

test("schedules read like sentences", () => {
  assert.equal(scheduleText({ kind: "manual" }), "By hand only");
  assert.equal(scheduleText({ kind: "interval", everyMinutes: 30 }), "Every 30 minutes");
  assert.equal(scheduleText({ kind: "interval", everyMinutes: 60 }), "Every hour");
  assert.equal(scheduleText({ kind: "interval", everyMinutes: 360 }), "Every 6 hours");
  assert.equal(scheduleText({ kind: "interval", everyMinutes: 1440 }), "Every day");
  const cron = { kind: "cron", expression: "0 6 * * 1", timeZone: "Europe/Berlin" } as const;
  assert.equal(scheduleText(cron), "Cron 0 6 * * 1 (Europe/Berlin)");
});

test("a cron expression survives the way into an address", () => {
  const path = previewPath({ kind: "cron", expression: "*/30 6-8 * * 1", timeZone: "America/New_York" });
  const { searchParams } = new URL(path, "http://localhost");
  assert.equal(searchParams.get("expression"), "*/30 6-8 * * 1");
  assert.equal(searchParams.get("timeZone"), "America/New_York");
});
