import assert from "node:assert/strict";
import { test } from "node:test";
import { runChaos } from "./chaos-run.ts";
import { mishapKinds, planOf } from "./plan.ts";

test("T-52: one seed for each kind of mishap breaks no promise, and each kind happens", {
  timeout: 300_000,
}, async (context) => {
  const seeds = mishapKinds.map((_kind, index) => index);
  const errors: string[] = [];
  const totals = await runChaos({
    seeds,
    lanes: 3,
    onSeed: (seed, error) => void (error && errors.push(`npm run test:chaos -- --seed ${seed}\n${error.message}`)),
  });
  context.diagnostic(`exit codes ${JSON.stringify([...totals.exits])}, ${totals.sealedChecked} finished syncs checked`);
  assert.deepEqual(errors, []);
  assert.deepEqual(totals.missing, [], "kinds that never happened");
});

test("T-52: a seed gives the same plan each time, and other seeds give others", () => {
  const plans = Array.from({ length: 200 }, (_, seed) => JSON.stringify(planOf(seed)));
  assert.deepEqual(
    plans,
    Array.from({ length: 200 }, (_, seed) => JSON.stringify(planOf(seed))),
  );
  assert.equal(new Set(plans).size, 200);
});
