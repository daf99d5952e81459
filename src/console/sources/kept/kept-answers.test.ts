import assert from "node:assert/strict";
import { readdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { temporaryDirectory } from "../../../../test/support/sample-c1z.ts";
import { pageRows } from "../../contract/sources.ts";
import { firstQuestions, isKept, keep, readKept } from "./kept-answers.ts";

test("what is asked first is kept, and what somebody types or chooses is not", () => {
  for (const { name, taken } of firstQuestions(["owners"])) assert.ok(isKept(name, taken), name);
  const window = { offset: 0, limit: pageRows };
  const of = { kind: "people" } as const;
  assert.equal(isKept("rows", { of, asked: { query: { q: "ann" } }, window }), false);
  assert.equal(isKept("rows", { of, asked: { query: { where: { status: "disabled" } } }, window }), false);
  assert.equal(isKept("rows", { of, asked: { query: {} }, window: { offset: pageRows, limit: pageRows } }), false);
  assert.equal(isKept("rows", { of, asked: { query: {}, team: "team/a" }, window }), false);
  const some = { kind: "people", among: ["user/1"] } as const;
  assert.equal(isKept("rows", { of: some, asked: { query: {} }, window }), false);
  assert.equal(isKept("review", { name: "dormant", asked: { query: { q: "ann" } }, window }), false);
  assert.equal(isKept("person", { type: "user", id: "1" }), false);
});

test("a kept answer is there again for its question alone, and only its owner may read it", async (context) => {
  const folder = join(temporaryDirectory(context), "run.c1z.answers");
  await keep(folder, "attention", {}, { leavers: 7 });
  assert.deepEqual(await readKept(folder, "attention", {}), { leavers: 7 });
  assert.equal(await readKept(folder, "overview", {}), undefined);
  await keep(folder, "info", { source: "run:1", title: "A" }, { bytes: 1 });
  assert.deepEqual(await readKept(folder, "info", { source: "connector:1", title: "B" }), { bytes: 1 });
  for (const name of readdirSync(folder)) assert.equal(statSync(join(folder, name)).mode & 0o077, 0);
});

test("a damaged answer, and a folder that cannot be written, cost time alone", async (context) => {
  const folder = temporaryDirectory(context);
  await keep(folder, "overview", {}, { reviews: [] });
  for (const name of readdirSync(folder)) writeFileSync(join(folder, name), '{"reviews":');
  assert.equal(await readKept(folder, "overview", {}), undefined);
  const file = join(folder, "file");
  writeFileSync(file, "");
  await keep(join(file, "below"), "overview", {}, { reviews: [] });
  assert.equal(await readKept(join(file, "below"), "overview", {}), undefined);
});
