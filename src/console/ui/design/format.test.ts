/** Numbers, times and sizes as the page writes them. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  capitalized,
  formatAmount,
  formatBytes,
  formatClock,
  formatClockBoth,
  formatDateTime,
  formatDuration,
  formatMoment,
  formatRelative,
  formatUtcDay,
  shortHash,
} from "./format.ts";

test("amounts have thousands apart and the right noun", () => {
  assert.equal(formatAmount(1, "member"), "1 member");
  assert.equal(formatAmount(45_000, "member"), "45,000 members");
  assert.equal(formatAmount(0, "entry", "entries"), "0 entries");
});

test("durations are short and never say 60 seconds", () => {
  const cases: readonly [number, string][] = [
    [0, "0.0 s"],
    [-5, "0.0 s"],
    [420, "0.4 s"],
    [9_960, "10 s"],
    [59_400, "59 s"],
    [59_600, "1 min"],
    [185_000, "3 min 5 s"],
    [7_800_000, "2 h 10 min"],
  ];
  for (const [ms, text] of cases) assert.equal(formatDuration(ms), text);
});

test("times near now are said by their distance, far ones by their day", () => {
  const now = Date.UTC(2026, 10, 25, 12);
  const cases: readonly [number, string][] = [
    [now - 10_000, "just now"],
    [now + 10_000, "in a moment"],
    [now - 5 * 60_000, "5 min ago"],
    [now + 3 * 3_600_000, "in 3 h"],
    [now - 86_400_000, "1 day ago"],
    [now - 30 * 86_400_000, "26 Oct 2026"],
  ];
  for (const [ms, text] of cases) assert.equal(formatRelative(ms, now), text);
});

test("a time of the day says its zone, and a waiting time stands in UTC as well", () => {
  assert.match(formatClock(Date.UTC(2026, 0, 1, 9, 7)), /^\d\d:\d\d (?:UTC|GMT|[A-Z]{3,5}|GMT[+-]\d+(?::\d+)?)$/);
  assert.match(formatClockBoth(Date.UTC(2026, 0, 1, 9, 7)), /^\d\d:\d\d \(09:07 UTC\)$/);
});

test("sizes go up in steps of 1,000 and keep two digits", () => {
  const cases: readonly [number, string][] = [
    [0, "0 B"],
    [999, "999 B"],
    [1_000, "1.0 kB"],
    [1_474_560, "1.5 MB"],
    [999_600, "1.0 MB"],
    [47_000_000, "47 MB"],
  ];
  for (const [bytes, text] of cases) assert.equal(formatBytes(bytes), text);
});

test("hashes are cut in the middle", () => {
  assert.equal(shortHash("0123456789abcdef0123456789abcdef"), "01234567…cdef");
  assert.equal(shortHash("short"), "short");
});

test("a moment that is not known says so, in the words of its place", () => {
  assert.equal(formatMoment(null), "Not known");
  assert.equal(formatMoment(undefined, "Never"), "Never");
  assert.equal(formatMoment(0, "Never"), formatDateTime(0));
});

test("a day in UTC is the same for every reader, and a date and time says its zone", () => {
  assert.equal(formatUtcDay(Date.UTC(2026, 10, 30, 23, 59)), "30 Nov 2026");
  assert.equal(formatUtcDay(Date.UTC(2026, 11, 1)), "1 Dec 2026");
  assert.match(formatDateTime(Date.UTC(2026, 10, 30, 12)), /^\d+ \w+ 2026, \d\d:\d\d \S+$/);
});

test("a word begins with a capital, also one that has none", () => {
  assert.deepEqual(["owner", "", "écrivain", "7"].map(capitalized), ["Owner", "", "Écrivain", "7"]);
});
