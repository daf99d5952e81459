import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { goldenFile, renderModel } from "./golden-model.ts";

test("the fixed organization gives the frozen rows, byte for byte (npm run test:update-golden rewrites them)", async () => {
  const rendered = await renderModel();
  const frozen = readFileSync(goldenFile, "utf8");
  // The whole first, for the diff of what changed; then the bytes, which JSON might hide.
  assert.deepEqual(JSON.parse(rendered), JSON.parse(frozen));
  assert.equal(rendered, frozen);
});
