import assert from "node:assert/strict";
import { test } from "node:test";
import type { HttpFailure, NetworkProblem } from "./http-failure.ts";
import type { RateLimitNotice } from "./rate-limit.ts";
import { decideRetry, defaultRetryLimits, type RetryState } from "./retry-timing.ts";

const start: RetryState = {
  rateLimited: 0,
  failures: 1,
  staleConnections: 0,
  elapsedMs: 0,
  rateLimitWaitedMs: 0,
  hostReached: true,
};

function decide(
  failure: HttpFailure,
  state: Partial<RetryState> = {},
  notice: Partial<RateLimitNotice> = {},
  chance = 0,
) {
  const full = { limit: undefined, remaining: undefined, resetInMs: undefined, retryAfterMs: undefined, ...notice };
  return decideRetry(failure, full, { ...start, ...state }, defaultRetryLimits, chance);
}

function status(code: number): HttpFailure {
  return { kind: "status", status: code, headers: {}, body: "" };
}

function network(problem: NetworkProblem, staleConnection = false): HttpFailure {
  return { kind: "network", problem, detail: "", staleConnection };
}

const giveUp = { action: "give-up" };

for (const code of [400, 401, 402, 403, 404, 405, 410, 422, 501, 505, 511, 304]) {
  test(`a ${code} is not asked again`, () => {
    assert.deepEqual(decide(status(code)), giveUp);
  });
}

for (const code of [202, 204, 206, 409, 423, 425]) {
  test(`T-32: a ${code}, which may pass, is asked again three times at most`, () => {
    assert.deepEqual(decide(status(code)), { action: "wait", waitMs: 1_000, everyone: false });
    assert.deepEqual(decide(status(code), { failures: 3 }), giveUp);
  });
}

for (const code of [408, 500, 502, 503, 504, 520]) {
  test(`T-32: a ${code} is asked again after a second, ten times at most`, () => {
    assert.deepEqual(decide(status(code)), { action: "wait", waitMs: 1_000, everyone: false });
    assert.deepEqual(decide(status(code), { failures: 10 }), giveUp);
  });
}

test("waits grow by a second per attempt up to a minute", () => {
  const waits = [1, 2, 3, 59, 60, 61, 500].map((failures) => decide(network("refused"), { failures }));
  const waited = waits.map((decision) => (decision.action === "wait" ? decision.waitMs / 1000 : undefined));
  assert.deepEqual(waited, [1, 2, 3, 59, 60, 60, 60]);
});

test("chance only lengthens a wait", () => {
  assert.deepEqual(decide(status(500), { failures: 4 }, {}, 0.999), { action: "wait", waitMs: 4_999, everyone: false });
});

test("T-32: Retry-After on a 503 is waited for and never undercut", () => {
  assert.deepEqual(decide(status(503), {}, { retryAfterMs: 20_000 }, 0.5), {
    action: "wait",
    waitMs: 20_500,
    everyone: false,
  });
  assert.deepEqual(decide(status(503), {}, { retryAfterMs: 3_600_000 }), giveUp);
});

const rateLimits: readonly (readonly [string, Partial<RateLimitNotice>, number])[] = [
  ["Retry-After", { retryAfterMs: 3_304_000, resetInMs: 1_000 }, 3_304_000],
  ["the reset without Retry-After", { resetInMs: 120_000 }, 120_000],
  ["a minute where requests are left until the reset", { remaining: 10, resetInMs: 3_000_000 }, 60_000],
  ["a minute when neither is there", {}, 60_000],
  ["a second when Retry-After is 0", { retryAfterMs: 0 }, 1_000],
];

for (const [what, notice, waitMs] of rateLimits) {
  test(`T-30: a 429 makes everyone wait for ${what}`, () => {
    assert.deepEqual(decide(status(429), { rateLimited: 1 }, notice), { action: "wait", waitMs, everyone: true });
  });
}

test("T-30: 429s are asked again however many there are, until 90 minutes of waiting are over", () => {
  const notice = { retryAfterMs: 60_000 };
  assert.equal(decide(status(429), { rateLimited: 300, rateLimitWaitedMs: 89 * 60_000 }, notice).action, "wait");
  assert.deepEqual(decide(status(429), { rateLimited: 300, rateLimitWaitedMs: 89.5 * 60_000 }, notice), giveUp);
});

test("T-30: a Retry-After beyond the limit is given up at once", () => {
  for (const retryAfterMs of [90 * 60_000 + 1, 1e12, Number.POSITIVE_INFINITY]) {
    assert.deepEqual(decide(status(429), { rateLimited: 1 }, { retryAfterMs }), giveUp);
  }
});

test("T-29: a host that never answered is given up after 25 seconds, one that did after 10 minutes", () => {
  assert.equal(decide(network("refused"), { hostReached: false, elapsedMs: 20_000 }).action, "wait");
  assert.deepEqual(decide(network("refused"), { hostReached: false, elapsedMs: 24_500 }), giveUp);
  assert.equal(decide(network("dns"), { failures: 12, elapsedMs: 500_000 }).action, "wait");
  assert.deepEqual(decide(network("dns"), { failures: 12, elapsedMs: 599_000 }), giveUp);
});

test("a stale connection is replaced at once, but only the first time", () => {
  const stale = network("reset", true);
  assert.deepEqual(decide(stale, { staleConnections: 1 }), { action: "wait", waitMs: 0, everyone: false });
  assert.deepEqual(decide(stale, { staleConnections: 2, failures: 2 }), {
    action: "wait",
    waitMs: 2_000,
    everyone: false,
  });
});

test("an untrusted certificate, a redirect and a huge body are not asked again; nonsense is, twice", () => {
  assert.deepEqual(decide(network("tls")), giveUp);
  assert.deepEqual(decide({ kind: "redirect", status: 302, targetOrigin: undefined, addsSlash: false }), giveUp);
  assert.deepEqual(decide({ kind: "content", problem: "too-large", detail: "", excerpt: "" }), giveUp);
  const garbage: HttpFailure = { kind: "content", problem: "not-json", detail: "", excerpt: "" };
  assert.equal(decide(garbage, { failures: 2 }).action, "wait");
  assert.deepEqual(decide(garbage, { failures: 3 }), giveUp);
});
