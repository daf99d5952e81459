import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { mutants } from "./mutants.ts";
import { copyRepository, mutated, plant, runTests } from "./plant.ts";

const root = join(import.meta.dirname, "..", "..");

test("T-54: each of twenty bugs can be planted as it is written, and has tests to notice it", () => {
  assert.ok(mutants.length >= 20);
  assert.equal(new Set(mutants.map(({ name }) => name)).size, mutants.length);
  for (const mutant of mutants) {
    assert.notEqual(mutated(mutant), readFileSync(join(root, mutant.file), "utf8"), mutant.name);
    assert.ok(mutant.tests.length > 0);
    for (const file of mutant.tests) assert.ok(existsSync(join(root, file)), `${mutant.name}: ${file}`);
  }
});

test("T-54: a bug that no longer fits its file is refused, not passed over", () => {
  const [mutant = assert.fail()] = mutants;
  for (const find of ["this text is nowhere in it", "import"]) {
    assert.throws(() => mutated({ ...mutant, find }), /stands (0|[2-9]|\d{2,}) times in/);
  }
});

test("T-54: a planted bug is noticed, one that is taken out is not, and this repository stays as it is", async () => {
  const [mutant = assert.fail()] = mutants.filter(({ name }) => name === "no-hold");
  const before = readFileSync(join(root, mutant.file), "utf8");
  using copy = copyRepository();
  const takeOut = plant(mutant, copy);
  const { passed, firstFailure } = await runTests(mutant.tests, copy);
  assert.equal(passed, false);
  assert.match(firstFailure, /R8/);
  takeOut();
  assert.deepEqual(await runTests(mutant.tests, copy), { passed: true, firstFailure: "" });
  assert.equal(readFileSync(join(root, mutant.file), "utf8"), before);
});
