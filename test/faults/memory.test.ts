// T-24 with the real program: what answers cost at most, by the kernel's own count.
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { test } from "node:test";
import { measureSituation } from "../../bench/memory/measure-situation.ts";
import { type Situation, situations } from "../../bench/memory/situations.ts";
import type { FaultKind } from "../../sandbox/faults/faults.ts";
import { launcher } from "../e2e/program.ts";

const skip = !existsSync("/proc/self/status") && "memory is read from /proc";
const mebibyte = 2 ** 20;
const megabyte = 1e6;

/** An organization of which the team list answers so. */
function underFault(name: string, fault: FaultKind, exit: number): Situation {
  const times = exit === 0 ? 1 : Number.POSITIVE_INFINITY;
  const faults = [{ ...fault, match: { path: /\/teams\/$/ }, times }];
  return { name, sandbox: { organization: { members: 12, teams: 2 }, faults }, exits: [exit] };
}

/** Of each kind the one that costs most; `npm run bench:memory` measures all. */
const costly: ReadonlySet<string> = new Set([
  "every page at the cap, the next ones all under way at once",
  "a member in 400,000 teams on each page",
  "team names and descriptions of 10,000 letters",
  "7 MiB of arrays in arrays on each page",
  "4 MiB of different keys on each page",
]);
const chosen = situations.filter(({ name }) => costly.has(name));

const tried: readonly (readonly [mostMegabytes: number, situation: Situation])[] = [
  [250, underFault("10 MiB of valid JSON", { kind: "huge", bytes: 10 * mebibyte }, 0)],
  [250, underFault("1 GiB without end", { kind: "huge", bytes: 1024 * mebibyte, declareLength: false }, 8)],
  [250, underFault("a gzip bomb of 200 MiB", { kind: "gzip-bomb", bytes: 200 * mebibyte }, 8)],
  ...chosen.map((situation) => [300, situation] as const),
];

for (const [most, situation] of tried) {
  test(`T-24: ${situation.name} costs less than ${most} MB, and ends with ${situation.exits.join(" or ")}`, {
    skip,
  }, async () => {
    const { peakBytes = 0 } = await measureSituation(situation, [process.execPath, launcher]);
    assert.ok(peakBytes > 30 * megabyte && peakBytes < most * megabyte, `${Math.round(peakBytes / megabyte)} MB`);
  });
}

test("T-24: every server that is named above is one that is measured", () => {
  assert.equal(chosen.length, costly.size);
});
