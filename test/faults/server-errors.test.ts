import assert from "node:assert/strict";
import { after, test } from "node:test";
import { startSandbox } from "../../sandbox/server.ts";
import { VirtualClock } from "../support/virtual-clock.ts";
import { always, syncUnderFaults } from "./fault-bench.ts";

const sandbox = await startSandbox({ organization: { members: 60, teams: 5 } });
after(() => sandbox.close());
const match = { path: /\/members\/$/, query: "is_active=true" };

for (const [status, headers] of [
  [500, {}],
  [502, {}],
  [503, {}],
  [503, { "Retry-After": "30" }],
  [504, {}],
  [520, {}],
  [408, {}],
] as const) {
  const label = `${status}${"Retry-After" in headers ? " with Retry-After" : ""}`;
  test(`T-32: a ${label} that passes is survived, and one that stays ends the run after ten attempts`, async () => {
    const fault = { kind: "status", status, headers, match } as const;
    const { clock } = await syncUnderFaults(sandbox, { faults: [{ ...fault, times: 3 }], expected: "whole" });
    // A time-out is answered with smaller pages at the second time, without a wait.
    assert.ok(clock.sleeps.length >= ([408, 504].includes(status) ? 2 : 3));
    if ("Retry-After" in headers)
      assert.ok(
        clock.sleeps.every((ms) => ms >= 30_000),
        "none is sooner than it was told",
      );
    const { fired, clock: later } = await syncUnderFaults(sandbox, {
      faults: [{ ...fault, times: always }],
      expected: status === 408 ? "CS-HTTP-408" : `CS-SERVER-${status}`,
      concurrency: 1,
    });
    assert.ok(fired >= 10 && fired <= 20, `${fired} attempts`);
    assert.ok(later.monotonicMs() <= 10 * 60_000, `${later.monotonicMs()} ms`);
  });
}

test("T-32: a server that fails every other request for ten minutes gives the whole organization all the same", async () => {
  const clock = new VirtualClock(Date.now());
  let [seen, failed] = [0, 0];
  const off = sandbox.onRequest(() => {
    if (clock.monotonicMs() > 600_000 || ++seen % 2 === 0) return undefined;
    failed++;
    return { status: 503, headers: { "Content-Type": "application/json" }, body: Buffer.from('{"detail":"Busy."}') };
  });
  await syncUnderFaults(sandbox, { expected: "whole", clock, pageSize: 10, concurrency: 1 });
  off();
  assert.ok(failed >= 10, `${failed} failures`);
});
