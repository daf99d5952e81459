import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { assertSameList } from "./e2e/same-rows.ts";
import { goldenFile, renderModel } from "./golden-model.ts";

test("the fixed organization gives the frozen rows, byte for byte (npm run test:update-golden rewrites them)", async () => {
  const rendered = await renderModel();
  const frozen = readFileSync(goldenFile, "utf8");
  // Table by table first, for what changed; then the bytes, which JSON might hide.
  const [now, before] = [rendered, frozen].map((text) => JSON.parse(text) as Record<string, readonly unknown[]>);
  for (const [table, rows] of Object.entries(before ?? {})) assertSameList(now?.[table] ?? [], rows, table);
  assert.ok(rendered === frozen, "the rows are the same, their text is not");
});
