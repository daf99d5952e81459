import assert from "node:assert/strict";
import { test } from "node:test";
import { storageEngines } from "../../src/sdk/c1z/write/engine.ts";
import { runCrashes } from "./crash-run.ts";

test("T-01, T-02, T-04: 25 killed runs of the real program leave no bad file, and those that go on end as if never killed", async (context) => {
  const { counts } = await runCrashes({
    kills: 25,
    lanes: 2,
    engines: storageEngines,
    seconds: 50,
    seed: 11,
    members: 400,
    latencyMs: 12,
  });
  context.diagnostic(JSON.stringify(counts));
  // Proof that the faults happened: enough kills, some of them where it hurts.
  assert.ok(counts.kills >= 8, `${counts.kills} kills`);
  assert.ok(counts.killsInSave > 0, "a save was hit");
  assert.equal(counts.filesChecked, counts.kills);
  assert.ok(counts.comparisons > 0, "runs were compared");
});
