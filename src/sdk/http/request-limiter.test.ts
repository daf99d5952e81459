import assert from "node:assert/strict";
import { test } from "node:test";
import { VirtualClock } from "../../../test/support/virtual-clock.ts";
import type { RateLimitNotice } from "./rate-limit.ts";
import { RequestLimiter } from "./request-limiter.ts";

const signal = new AbortController().signal;

function notice(remaining: number, resetInMs: number): RateLimitNotice {
  return { limit: 100, remaining, resetInMs, retryAfterMs: undefined };
}

/** A limiter, a log of who was admitted, and a way to ask for admission. */
function setUp(concurrency = 6, maxWaitMs = 5_400_000) {
  const clock = new VirtualClock();
  const waits: number[] = [];
  const onWait = (_reason: string, untilMs: number): void => {
    waits.push(untilMs - clock.nowMs());
  };
  const limiter = new RequestLimiter({ concurrency, clock, maxWaitMs, onWait });
  const admitted: { name: string; atMs: number }[] = [];
  const ask = async (name: string, by: AbortSignal = signal): Promise<void> => {
    const admission = await limiter.acquire(by);
    if (admission.granted) admitted.push({ name, atMs: clock.monotonicMs() });
    else admitted.push({ name: `${name} refused`, atMs: admission.retryAtMs - clock.nowMs() });
  };
  const names = (): string[] => admitted.map((entry) => entry.name);
  return { clock, limiter, waits, admitted, ask, names };
}

async function settle(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}

test("no more than the bound are under way, and they start in the order in which they asked", async () => {
  const { limiter, ask, names } = setUp(2);
  for (const name of ["a", "b", "c", "d"]) void ask(name);
  await settle();
  assert.deepEqual(names(), ["a", "b"]);
  limiter.release(undefined);
  await settle();
  assert.deepEqual(names(), ["a", "b", "c"]);
});

test("those under way count against what is left, so that the budget is never overdrawn", async () => {
  const { limiter, ask, names } = setUp(6);
  await ask("first");
  for (const name of ["a", "b", "c"]) void ask(name);
  await settle();
  limiter.release(notice(2, 60_000));
  await settle();
  // Three are under way and two are left: the server may not have counted the three yet.
  for (const name of ["d", "e"]) void ask(name);
  await settle();
  assert.deepEqual(names(), ["first", "a", "b", "c"]);
});

test("fewer run at once when little is left", async () => {
  const { limiter, ask, names } = setUp(6);
  await ask("first");
  limiter.release(notice(25, 60_000));
  for (const name of ["a", "b", "c", "d", "e"]) void ask(name);
  await settle();
  assert.deepEqual(names(), ["first", "a", "b", "c"]);
});

test("a used-up budget is waited for until its reset, then one request goes ahead of the others", async () => {
  const { limiter, ask, names, admitted, waits } = setUp(3);
  await ask("first");
  limiter.release(notice(0, 30_000));
  const asked = ["a", "b", "c"].map((name) => ask(name));
  assert.equal(limiter.waiting?.reason, "rate limit");
  await asked[0];
  await settle();
  assert.deepEqual(names(), ["first", "a"]);
  assert.equal(admitted[1]?.atMs, 30_000);
  assert.deepEqual(waits, [30_000]);
  assert.equal(limiter.waiting, undefined);
  limiter.release(notice(99, 60_000));
  await Promise.all(asked);
  assert.deepEqual(names(), ["first", "a", "b", "c"]);
});

test("the budget of an older window that arrives late is ignored, and a new window's is believed", async () => {
  const { limiter, ask, names } = setUp(6);
  await Promise.all([ask("a"), ask("b"), ask("c")]);
  limiter.release(notice(50, 60_000));
  limiter.release(notice(0, 10_000));
  await ask("d");
  assert.equal(names().at(-1), "d");
  limiter.release(notice(0, 60_500));
  limiter.release(notice(80, 120_000));
  await ask("e");
  assert.equal(names().at(-1), "e");
});

test("within one window the smallest number counts, because answers overtake each other", async () => {
  const { limiter, ask, names } = setUp(6);
  await Promise.all([ask("a"), ask("b")]);
  limiter.release(notice(0, 20_000));
  limiter.release(notice(1, 20_000));
  await ask("c");
  assert.deepEqual(names(), ["a", "b", "c"]);
  assert.ok(limiter.rateLimit?.remaining === 1);
});

test("a hold stops everyone, also those who ask later", async () => {
  const { limiter, ask, admitted } = setUp(3);
  await ask("a");
  limiter.release(undefined, 7_000);
  await Promise.race([ask("b"), ask("c")]);
  await settle();
  assert.deepEqual(admitted.slice(1), [{ name: "b", atMs: 7_000 }]);
});

test("a wait beyond the limit is refused with the time at which to come back", async () => {
  const { limiter, ask, admitted } = setUp(3, 10_000);
  await ask("a");
  limiter.release(notice(0, 3_600_000));
  await ask("b");
  assert.deepEqual(admitted.at(-1), { name: "b refused", atMs: 3_600_000 });
});

test("an abort takes the waiting out of the queue, and the wait ends with the last of them", async () => {
  const { limiter, ask } = setUp(1);
  const controller = new AbortController();
  await ask("a");
  limiter.release(notice(0, 60_000));
  const waiting = ask("b", controller.signal);
  assert.notEqual(limiter.waiting, undefined);
  controller.abort(new Error("stopped"));
  await assert.rejects(waiting, /stopped/);
  assert.equal(limiter.waiting, undefined);
});
