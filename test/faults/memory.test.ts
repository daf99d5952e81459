// T-24 with the real program: what a huge answer costs, by the kernel's own count.
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { after, test } from "node:test";
import type { FaultKind } from "../../sandbox/faults.ts";
import { startSandbox } from "../../sandbox/server.ts";
import { type Finished, scratchDirectory, startProgram } from "../e2e/program.ts";
import { settingsFor } from "../e2e/sandbox-run.ts";

const sandbox = await startSandbox({ organization: { members: 12, teams: 2 } });
after(() => sandbox.close());
const skip = !existsSync("/proc/self/status") && "memory is read from /proc";
const mebibyte = 2 ** 20;
const mostMebibytes = 250;

/** Runs with every answer to the team list so; the peak of memory is looked at until the process ends. */
async function runUnder(fault: FaultKind, times: number): Promise<Finished & { readonly peakMebibytes: number }> {
  using scratch = scratchDirectory();
  sandbox.clearFaults();
  sandbox.addFault({ ...fault, match: { path: /\/teams\/$/ }, times });
  const program = startProgram([], { cwd: scratch.path, env: settingsFor(sandbox) });
  let peakMebibytes = 0;
  const timer = setInterval(() => {
    try {
      const [, kibibytes = "0"] = /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${program.pid}/status`, "utf8")) ?? [];
      peakMebibytes = Math.max(peakMebibytes, Number(kibibytes) / 1024);
    } catch {
      // Ended meanwhile.
    }
  }, 5);
  const finished = await program.finished;
  clearInterval(timer);
  return { ...finished, peakMebibytes };
}

for (const [name, fault, code] of [
  ["10 MiB of valid JSON", { kind: "huge", bytes: 10 * mebibyte }, 0],
  ["1 GiB without end", { kind: "huge", bytes: 1024 * mebibyte, declareLength: false }, 8],
  ["a gzip bomb of 200 MiB", { kind: "gzip-bomb", bytes: 200 * mebibyte }, 8],
] as const) {
  test(`T-24: ${name} costs less than ${mostMebibytes} MiB of memory and ends with exit ${code}`, {
    skip,
  }, async () => {
    const { code: ended, stderr, peakMebibytes } = await runUnder(fault, code === 0 ? 1 : Number.POSITIVE_INFINITY);
    assert.equal(ended, code, stderr);
    assert.ok(peakMebibytes > 30 && peakMebibytes < mostMebibytes, `${peakMebibytes.toFixed(0)} MiB`);
  });
}
