/**
 * `npm run test:mutants [-- --only NAME]`: plants bugs one by one in a copy of the repository and says which of them the
 * tests notice. Fails when two or more of twenty go unnoticed, when one cannot be planted, or when a test that is to
 * notice one fails without it.
 */
import { parseArgs } from "node:util";
import { mutants } from "./mutants.ts";
import { copyRepository, mutated, plant, runTests } from "./plant.ts";

const mayGoUnnoticed = 1;
const { values } = parseArgs({ options: { only: { type: "string", multiple: true } } });
const chosen = mutants.filter(({ name }) => values.only?.includes(name) ?? true);
for (const mutant of chosen) mutated(mutant);

using copy = copyRepository();
const files = [...new Set(chosen.flatMap(({ tests }) => tests))];
const clean = await runTests(files, copy);
if (!clean.passed) throw new Error(`without any bug, a test fails: ${clean.firstFailure}`);
process.stdout.write(`without any bug, all of ${files.length} test files pass\n`);

let unnoticed = 0;
for (const mutant of chosen) {
  const startedMs = performance.now();
  const takeOut = plant(mutant, copy);
  const { passed, firstFailure } = await runTests(mutant.tests, copy);
  takeOut();
  const seconds = ((performance.now() - startedMs) / 1000).toFixed(0);
  if (passed) unnoticed++;
  const verdict = passed ? "NOT NOTICED" : `noticed by: ${firstFailure}`;
  process.stdout.write(`${mutant.name} (${mutant.breaks})\n  ${verdict}, ${seconds} s\n`);
}
process.stdout.write(`${chosen.length - unnoticed} of ${chosen.length} planted bugs noticed\n`);
process.exitCode = unnoticed > mayGoUnnoticed || chosen.length === 0 ? 1 : 0;
