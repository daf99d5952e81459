import assert from "node:assert/strict";
import { test } from "node:test";
import type { Clock } from "../src/sdk/clock.ts";
import { startSandbox } from "./server.ts";
import { ask, type Reply, rowOf } from "./test-client.ts";

const names = ["Limit", "Remaining", "Reset", "Interval"];

function rates(reply: Reply): (string | null)[] {
  return names.map((name) => reply.headers.get(`X-RateLimit-${name}`));
}

function createClock(): { clock: Clock; advance(ms: number): void } {
  let nowMs = Date.UTC(2026, 7, 30, 16);
  return {
    clock: { nowMs: () => nowMs, monotonicMs: () => nowMs, random: () => 0, async sleep() {} },
    advance(ms) {
      nowMs += ms;
    },
  };
}

test("every answer says how much of the budget is left, errors included", async () => {
  const { clock } = createClock();
  await using sandbox = await startSandbox({ rateLimit: { limit: 10, windowSeconds: 60 }, clock });
  const reset = String(Date.UTC(2026, 7, 30, 16, 1) / 1000);
  assert.deepEqual(rates(await ask(sandbox, "/orgs/sandbox-org/")), ["10", "9", reset, "6.6667"]);
  assert.deepEqual(rates(await ask(sandbox, "/orgs/none/")), ["10", "8", reset, "7.5000"]);
  assert.deepEqual(rates(await ask(sandbox, "/user/self/", { method: "POST" })).slice(0, 2), ["10", "7"]);
  sandbox.addFault({ kind: "html" });
  assert.deepEqual(rates(await ask(sandbox, "/user/self/")).slice(0, 2), ["10", "6"]);
  const bad = await ask(sandbox, "/user/self/", { key: null, headers: { "X-Api-Key": "bad" } });
  assert.deepEqual(rates(bad).slice(0, 2), ["10", "9"], "callers without a good key have a budget of their own");
});

test("past the limit comes 429 with the time to wait, until the window is over", async () => {
  const { clock, advance } = createClock();
  await using sandbox = await startSandbox({ rateLimit: { limit: 2, windowSeconds: 60 }, clock });
  await ask(sandbox, "/user/self/");
  assert.equal((await ask(sandbox, "/user/self/")).status, 200);
  advance(22_500);
  const refused = await ask(sandbox, "/user/self/");
  assert.equal(refused.status, 429);
  assert.equal(refused.headers.get("Retry-After"), "38");
  assert.equal(refused.headers.get("X-RateLimit-Remaining"), "0");
  assert.equal(refused.headers.get("X-RateLimit-Interval"), "37.5000");
  assert.match(String(rowOf(refused.json)["detail"]), /38 seconds/);
  assert.equal((await ask(sandbox, "/user/self/", { key: "service" })).status, 200, "another key has its own budget");
  advance(38_000);
  assert.equal((await ask(sandbox, "/user/self/")).status, 200);
});

test("another client of the same key can use up its budget", async () => {
  await using sandbox = await startSandbox({
    rateLimit: { limit: 100, windowSeconds: 60 },
    clock: createClock().clock,
  });
  sandbox.spendRateLimit("owner", 98);
  assert.equal((await ask(sandbox, "/user/self/")).headers.get("X-RateLimit-Remaining"), "1");
  assert.equal((await ask(sandbox, "/user/self/")).status, 200);
  assert.equal((await ask(sandbox, "/user/self/")).status, 429);
});
