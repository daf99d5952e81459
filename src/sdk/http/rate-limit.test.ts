import assert from "node:assert/strict";
import { test } from "node:test";
import { parseHttpDate, parseRateLimit, parseRetryAfter } from "./rate-limit.ts";

const now = Date.UTC(2026, 0, 2, 3, 4, 5);

const retryAfters: readonly (readonly [string | undefined, number | undefined])[] = [
  ["0", 0],
  ["3", 3_000],
  [" 3304 ", 3_304_000],
  ["36.57", 36_570],
  ["1000000000", 1e12],
  ["9".repeat(400), Number.POSITIVE_INFINITY],
  ["Fri, 02 Jan 2026 03:05:05 GMT", 60_000],
  ["Friday, 02-Jan-26 03:05:05 GMT", 60_000],
  ["2026-01-02T03:05:05Z", 60_000],
  ["2026-01-02T04:05:05.000+01:00", 60_000],
  ["Fri, 02 Jan 2015 03:05:05 GMT", 0],
  ["-5", undefined],
  ["soon", undefined],
  ["1e3", undefined],
  ["0x10", undefined],
  ["Fri, 02 Foo 2026 03:05:05 GMT", undefined],
  ["2026-99-99T00:00:00Z", undefined],
  ["", undefined],
  [undefined, undefined],
];

for (const [value, expected] of retryAfters) {
  test(`T-30: Retry-After ${String(value).slice(0, 40)} asks to wait ${expected} ms`, () => {
    assert.equal(parseRetryAfter(value, now), expected);
  });
}

test("a two-digit year more than 50 years ahead is in the past", () => {
  assert.equal(parseHttpDate("Sunday, 06-Nov-94 08:49:37 GMT", now), Date.UTC(1994, 10, 6, 8, 49, 37));
});

test("the budget is read from Cloudsmith's headers", () => {
  const headers = {
    "x-ratelimit-limit": "5400",
    "x-ratelimit-remaining": "12",
    "x-ratelimit-reset": `${now / 1000 + 90}`,
  };
  assert.deepEqual(parseRateLimit(headers, now), {
    limit: 5400,
    remaining: 12,
    resetInMs: 90_000,
    retryAfterMs: undefined,
  });
});

test("T-30: a limit of nothing is none", () => {
  const headers = { "x-ratelimit-limit": "0", "x-ratelimit-remaining": "0", "x-ratelimit-reset": "3600" };
  assert.equal(parseRateLimit(headers, now).remaining, undefined);
});

const resets: readonly (readonly [string, number | undefined])[] = [
  [`${now / 1000 + 5}`, 5_000],
  [`${now + 5_000}`, 5_000],
  ["30", 30_000],
  ["Fri, 02 Jan 2026 03:04:25 GMT", 20_000],
  [`${now / 1000 - 5}`, 0],
  ["-1", undefined],
  ["later", undefined],
];

for (const [value, expected] of resets) {
  test(`a reset of ${value} is ${expected} ms away`, () => {
    assert.equal(parseRateLimit({ "ratelimit-reset": value }, now).resetInMs, expected);
  });
}

test("the first usable header name wins and a structured value counts by its first number", () => {
  const notice = parseRateLimit({ "x-ratelimit-limit": "many", "ratelimit-limit": "500, 500;w=1" }, now);
  assert.equal(notice.limit, 500);
});

test("T-35: a wrong clock on this machine does not change the wait, because the server says what time it has", () => {
  const server = now + 7_200_000;
  const headers = { date: new Date(server).toUTCString(), "x-ratelimit-reset": `${server / 1000 + 40}` };
  assert.equal(parseRateLimit(headers, now).resetInMs, 40_000);
});
