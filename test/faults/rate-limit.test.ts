import assert from "node:assert/strict";
import { after, test } from "node:test";
import type { Fault } from "../../sandbox/faults/faults.ts";
import { startSandbox } from "../../sandbox/server.ts";
import { logLines, runProgram, scratchDirectory } from "../e2e/program.ts";
import { settingsFor } from "../e2e/sandbox-run.ts";
import { VirtualClock } from "../support/virtual-clock.ts";
import { always, type Expected, syncUnderFaults } from "./fault-bench.ts";

const sandbox = await startSandbox({ organization: { members: 60, teams: 5 } });
after(() => sandbox.close());
const match = { path: /\/members\/$/, query: "is_active=true" };
/** Requests of a run without faults. */
const { requests: quiet } = await syncUnderFaults(sandbox, { expected: "whole" });
const inSeconds = (seconds: number): string => new Date(Date.now() + seconds * 1000).toUTCString();
const minutes = 60_000;

interface Wait {
  readonly what: string;
  readonly retryAfter: string | undefined;
  readonly times: number;
  readonly expected: Expected;
  /** How long nothing may be sent after a 429, milliseconds. */
  readonly leastMs: number;
}

const waits: readonly Wait[] = [
  { what: "once, with seconds", retryAfter: "7", times: 1, expected: "whole", leastMs: 7_000 },
  { what: "once, with a date", retryAfter: inSeconds(3600), times: 1, expected: "whole", leastMs: 3_500_000 },
  { what: "once, with a date that is past", retryAfter: inSeconds(-3600), times: 1, expected: "whole", leastMs: 1_000 },
  { what: "once, with 0", retryAfter: "0", times: 1, expected: "whole", leastMs: 1_000 },
  { what: "once, with a negative number", retryAfter: "-5", times: 1, expected: "whole", leastMs: 1_000 },
  {
    what: "once, with 3304 s as Cloudsmith's example",
    retryAfter: "3304",
    times: 1,
    expected: "whole",
    leastMs: 3_304_000,
  },
  { what: "once, with nonsense", retryAfter: "soon", times: 1, expected: "whole", leastMs: 1_000 },
  { what: "once, without any Retry-After", retryAfter: undefined, times: 1, expected: "whole", leastMs: 1_000 },
  { what: "a hundred times in a row", retryAfter: "20", times: 100, expected: "whole", leastMs: 20_000 },
  { what: "with a billion seconds", retryAfter: "1000000000", times: always, expected: "CS-RATE-429", leastMs: 0 },
  { what: "for ever, a minute at a time", retryAfter: "60", times: always, expected: "CS-RATE-429", leastMs: 60_000 },
];

for (const { what, retryAfter, times, expected, leastMs } of waits) {
  test(`T-30: throttled ${what}, nothing is sent too early, and the run is ${expected}`, async () => {
    const clock = new VirtualClock(Date.now());
    const sentMs: number[] = [];
    const off = sandbox.onRequest(() => void sentMs.push(clock.monotonicMs()));
    const fault: Fault = { kind: "throttle", match, times, ...(retryAfter !== undefined && { retryAfter }) };
    const { requests, fired } = await syncUnderFaults(sandbox, { faults: [fault], expected, clock, concurrency: 1 });
    off();
    if (expected === "whole") {
      assert.equal(fired, times);
      assert.ok(requests <= quiet + fired, `${requests} requests, ${quiet} without throttling`);
    } else {
      assert.ok(clock.monotonicMs() <= 93 * minutes, `${clock.monotonicMs()} ms waited`);
    }
    // One request at a time: after each that was refused the next one is as late as it was told to be.
    const firstRefused = sentMs.findIndex((_ms, index) => (sentMs[index + 1] ?? 0) - (sentMs[index] ?? 0) >= leastMs);
    assert.ok(firstRefused >= 0 || leastMs === 0, `no wait of ${leastMs} ms in ${sentMs}`);
    const longWaits = sentMs.filter((ms, index) => index > 0 && ms - (sentMs[index - 1] ?? 0) >= leastMs);
    if (leastMs > 0)
      assert.ok(longWaits.length >= Math.min(fired, 80), `${longWaits.length} waits for ${fired} refusals`);
  });
}

test("T-30: a budget of 0 that a good answer announces is waited for before the next request", async () => {
  await using tight = await startSandbox({ organization: { members: 60, teams: 5 } });
  const clock = new VirtualClock(Date.now());
  const sentMs: number[] = [];
  tight.onRequest(() => {
    sentMs.push(clock.monotonicMs());
    return undefined;
  });
  let announced = false;
  tight.onRequest(({ path }) => {
    if (announced || !path.endsWith("/user/self/")) return undefined;
    announced = true;
    const headers = {
      "Content-Type": "application/json",
      "X-RateLimit-Remaining": "0",
      "X-RateLimit-Reset": String(Math.ceil(clock.nowMs() / 1000) + 1800),
    };
    const owner = tight.holder("service");
    return {
      status: 200,
      headers,
      body: Buffer.from(JSON.stringify({ authenticated: true, slug: owner && "slug" in owner ? owner.slug : "" })),
    };
  });
  await syncUnderFaults(tight, { expected: "whole", clock });
  const [first = 0, second = 0] = sentMs;
  assert.ok(second - first >= 1_795_000, `${second - first} ms after the budget was used up`);
});

test("T-31: a key whose budget somebody else eats slows the run down, and is never pushed beyond its limit", async () => {
  const clock = new VirtualClock(Date.now());
  const rateLimit = { limit: 40, windowSeconds: 3600 };
  await using shared = await startSandbox({
    organization: { members: 400, teams: 5, inactiveShare: 0 },
    rateLimit,
    clock,
  });
  let seen = 0;
  shared.onRequest(() => {
    if (++seen % 3 === 0) shared.spendRateLimit("service", 9);
    return undefined;
  });
  const { requests } = await syncUnderFaults(shared, { expected: "whole", clock, pageSize: 25 });
  const refused = shared.requests.filter(({ status }) => status === 429).length;
  assert.ok(clock.monotonicMs() > 20 * minutes, "it waited for the next window");
  assert.ok(refused <= requests / 10, `${refused} of ${requests} requests were refused`);
});

test("T-30: the program says what it waits for and until when, and --max-wait bounds it", async () => {
  using scratch = scratchDirectory();
  sandbox.addFault({ kind: "throttle", retryAfter: "2", match });
  const options = { cwd: scratch.path, env: settingsFor(sandbox) };
  const waited = await runProgram([], options);
  assert.equal(waited.code, 0, waited.stderr);
  const [line = assert.fail(waited.stderr)] = logLines(waited).filter(({ msg }) => msg === "waiting");
  assert.match(String(line["for"]), /^rate limit of 127\.0\.0\.1:/);
  assert.ok(Date.parse(String(line["until"])) > 0 && Number(line["wait"]) >= 2);
  sandbox.addFault({ kind: "throttle", retryAfter: "61", match, times: always });
  const refused = await runProgram(["--max-wait", "1"], options);
  assert.equal(refused.code, 14, refused.stderr);
  assert.match(refused.stderr, /^CS-RATE-429: Cloudsmith's rate limit is used up until \d{4}-/m);
  sandbox.clearFaults();
  const nonsense = await runProgram(["--max-wait", "0"], options);
  assert.equal(nonsense.code, 2);
  assert.match(nonsense.stderr, /max-wait/);
});

for (const command of ["validate", "doctor"]) {
  test(`T-30: ${command} does not make a person wait for an hour, and says until when it would have waited`, async () => {
    using scratch = scratchDirectory();
    sandbox.addFault({ kind: "throttle", retryAfter: "3600", match, times: always });
    const run = await runProgram([command], { cwd: scratch.path, env: settingsFor(sandbox) });
    sandbox.clearFaults();
    assert.notEqual(run.code, 0);
    const hour =
      /rate limit is used up until (\d{4}-\S+Z)/.exec(run.stdout + run.stderr)?.[1] ?? assert.fail(run.stderr);
    assert.ok(Date.parse(hour) > Date.now() + 3_000_000, hour);
  });
}
