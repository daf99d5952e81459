import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { formatOf } from "../src/sdk/c1z/container/container.ts";
import { inspectC1z } from "../src/sdk/c1z/inspect/inspect.ts";
import { scratchDirectory } from "./e2e/program.ts";
import { assertSameList, assertSameRows } from "./e2e/same-rows.ts";
import { entitlementsByName, readRows } from "./e2e/stored-rows.ts";
import { goldenFile, renderModel, syncFixed } from "./golden-model.ts";

test("a file of version 1 of the fixed organization has the frozen rows, byte for byte (npm run test:update-golden rewrites them)", async () => {
  const rendered = await renderModel();
  const frozen = readFileSync(goldenFile, "utf8");
  // Table by table first, for what changed; then the bytes, which JSON might hide.
  const [now, before] = [rendered, frozen].map((text) => JSON.parse(text) as Record<string, readonly unknown[]>);
  for (const [table, rows] of Object.entries(before ?? {})) assertSameList(now?.[table] ?? [], rows, table);
  assert.ok(rendered === frozen, "the rows are the same, their text is not");
});

test("the default file of the fixed organization is of version 3, sound, and has the same rows", async () => {
  using scratch = scratchDirectory();
  const file = await syncFixed(scratch.path);
  assert.equal(await formatOf(file), "v3");
  const { sound, problems } = await inspectC1z(file);
  assert.deepEqual([sound, problems], [true, []]);
  const now = await readRows(file);
  const before = await readRows(await syncFixed(scratch.path, "sqlite"));
  const entitlements = entitlementsByName(before.entitlements);
  for (const table of ["resourceTypes", "resources", "entitlements", "grants"] as const) {
    assertSameRows(now[table], table === "entitlements" ? entitlements : before[table], table);
  }
});
