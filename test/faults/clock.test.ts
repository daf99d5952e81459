import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { after, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { startSandbox } from "../../sandbox/server.ts";
import { ksuidSeconds } from "../../src/sdk/c1z/container/ksuid.ts";
import { openC1z } from "../../src/sdk/c1z/read/reader.ts";
import { scratchDirectory, startProgram } from "../e2e/program.ts";
import { assertHolds, settingsFor } from "../e2e/sandbox-run.ts";
import { eventually } from "../support/eventually.ts";
import { VirtualClock } from "../support/virtual-clock.ts";
import { newFile, syncSandbox } from "../trust/sandbox-sync.ts";

const sandbox = await startSandbox({ organization: { members: 40, teams: 4 } });
after(() => sandbox.close());

const hour = 3_600_000;
const year = 365.25 * 24 * hour;

/** A wall clock that is wrong, and jumps in the middle of the run; the monotonic one is right, as the system's is. */
class JumpingClock extends VirtualClock {
  readonly #offsetMs: number;
  readonly #jumpMs: number;
  #reads = 0;

  constructor(startMs: number, offsetMs: number, jumpMs: number) {
    super(startMs);
    this.#offsetMs = offsetMs;
    this.#jumpMs = jumpMs;
  }

  override nowMs(): number {
    return super.nowMs() + this.#offsetMs + (this.#reads++ > 4 ? this.#jumpMs : 0);
  }
}

const clocks: readonly (readonly [name: string, startMs: number, offsetMs: number, jumpMs: number])[] = [
  ["is an hour ahead", Date.now(), hour, 0],
  ["is an hour behind", Date.now(), -hour, 0],
  ["is ten years ahead", Date.now(), 10 * year, 0],
  ["is ten years behind", Date.now(), -10 * year, 0],
  ["jumps an hour ahead in the middle", Date.now(), 0, hour],
  ["jumps an hour back in the middle", Date.now(), 0, -hour],
  ["jumps a year back in the middle", Date.now(), 0, -year],
  ["passes a change to summer time", Date.UTC(2026, 2, 29, 0, 59, 59), 0, 0],
  ["passes a leap second", Date.UTC(2016, 11, 31, 23, 59, 59, 900), 0, 0],
  ["passes the last second of 32 bits", Date.UTC(2038, 0, 19, 3, 14, 7, 900), 0, 0],
];

for (const [name, startMs, offsetMs, jumpMs] of clocks) {
  test(`T-35: with a clock that ${name} the organization is whole, no duration is negative and ids stay in order`, async () => {
    using scratch = scratchDirectory();
    const path = newFile(scratch.path);
    const clock = new JumpingClock(startMs, offsetMs, jumpMs);
    // A second's wait, so that there is a duration to be wrong.
    const ids: string[] = [];
    for (let run = 0; run < 2; run++) {
      sandbox.addFault({ kind: "status", status: 503, match: { path: /\/teams\/$/ } });
      const { end, error } = await syncSandbox(sandbox, path, { clock });
      assert.equal(error, undefined, error?.message);
      assert.ok(end.durationMs >= 1_000 && end.durationMs < 60_000, `${end.durationMs} ms`);
      for (const [phase, ms] of Object.entries(end.phaseMs)) assert.ok(ms >= 0, `${phase}: ${ms} ms`);
      await assertHolds(path, sandbox, { nowMs: startMs + offsetMs + jumpMs }, end.sync?.id);
      ids.push(end.sync?.id ?? "");
    }
    assert.notEqual(ids[0], ids[1]);
    for (const id of ids) assert.ok(Number(ksuidSeconds(id)) >= 1_400_000_000, id);
    // Readers show the sync that was made last, which a clock that stands where it should says as well.
    if (jumpMs === 0) {
      using reader = await openC1z(path);
      assert.equal(reader.view().sync?.id, ids[1]);
    }
  });
}

const stopped = [
  ["before its first request", 1],
  ["in the middle of the lists", 5],
  ["at its last requests", 8],
] as const;

for (const [where, at] of stopped) {
  test(`T-36: a process that sleeps ${where} goes on when it wakes, without a burst of requests`, {
    skip: !existsSync("/proc/self/stat") && "states of processes are read from /proc",
  }, async () => {
    await using own = await startSandbox({ organization: { members: 40, teams: 4 } });
    using scratch = scratchDirectory();
    const asked = Promise.withResolvers<void>();
    const answer = Promise.withResolvers<void>();
    let requests = 0;
    own.onRequest(async () => {
      if (++requests !== at) return undefined;
      asked.resolve();
      await answer.promise;
      return undefined;
    });
    const program = startProgram(["-f", "x.c1z"], { cwd: scratch.path, env: settingsFor(own) });
    await Promise.race([asked.promise, program.finished]);
    process.kill(program.pid, "SIGSTOP");
    const isStopped = (): boolean => /\) T /.test(readFileSync(`/proc/${program.pid}/stat`, "utf8"));
    await eventually(isStopped, { what: "a process that stands still" });
    answer.resolve();
    await delay(300);
    const asleep = own.requests.length;
    await delay(300);
    assert.equal(own.requests.length, asleep, "nothing is sent in its sleep");
    process.kill(program.pid, "SIGCONT");
    const { code, stderr } = await program.finished;
    assert.equal(code, 0, stderr);
    await assertHolds(`${scratch.path}/x.c1z`, own);
    assert.ok(own.counters.maxInFlight <= 6, `${own.counters.maxInFlight} at once`);
    assert.ok(own.requests.length <= 10, `${own.requests.length} requests`);
  });
}
