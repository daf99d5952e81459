import assert from "node:assert/strict";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { checkCases } from "../scripts/cases/check.ts";
import { scratchDirectory } from "./e2e/program.ts";

/** A runner of the same form: a case holds its outcome, and `flaky` passes when it is alone. */
const runner = `
import { readdirSync } from "node:fs";
import { parseArgs } from "node:util";
import { pathToFileURL } from "node:url";
const text = { type: "string" };
const options = { product: text, cases: text, jobs: text, json: { type: "boolean" } };
const { values } = parseArgs({ options });
const results = [];
for (const file of readdirSync(values.cases).sort()) {
  const { outcome } = await import(pathToFileURL(values.cases + "/" + file).href);
  const word = outcome === "flaky" ? (values.jobs === "1" ? "PASS" : "FAIL") : outcome;
  results.push({ name: file.slice(0, -4), outcome: word, reason: word === "PASS" ? "" : "planted", seconds: 1 });
}
console.log(JSON.stringify({ results }));
process.exit(results.some(({ outcome }) => outcome === "FAIL") ? 1 : 0);
`;

function check(home: string, settled: readonly string[], isAll = false): { isGood: boolean; lines: string[] } {
  const lines: string[] = [];
  const write = (line: string): void => void lines.push(line);
  return { isGood: checkCases({ home, settled, product: "/none", isAll, write }), lines };
}

test("a settled case that fails or is lost fails the check; one that is not settled, skipped or flaky does not", () => {
  using scratch = scratchDirectory();
  const cases = join(scratch.path, "cases");
  mkdirSync(cases);
  writeFileSync(join(scratch.path, "run.mjs"), runner);
  for (const [name, outcome] of [
    ["good", "PASS"],
    ["bad", "FAIL"],
    ["busy", "flaky"],
    ["elsewhere", "SKIP"],
  ]) {
    writeFileSync(join(cases, `${name}.mjs`), `export const outcome = ${JSON.stringify(outcome)};\n`);
  }
  const { path } = scratch;
  assert.deepEqual(check(path, ["good", "busy", "elsewhere"]), {
    isGood: true,
    lines: ["SKIP elsewhere: planted (1 s)", "2 of 3 cases pass; 1 are not settled yet"],
  });
  const broken = check(path, ["good", "bad"]);
  assert.ok(!broken.isGood && broken.lines.includes("FAIL bad: planted (1 s)"));
  const lost = check(path, ["good", "renamed"]);
  assert.ok(!lost.isGood && lost.lines[0]?.startsWith("LOST renamed"));
  const all = check(path, ["good"], true);
  assert.ok(all.isGood && all.lines.includes("passes and is not settled yet: busy"));
});

test("without the cases beside the checkout each settled one is skipped by name", () => {
  const { isGood, lines } = check("/nowhere", ["one", "two"]);
  assert.ok(isGood);
  assert.match(lines.join("\n"), /^skipped, .*: one, two$/);
});

test("the list of settled cases is in order, each once", () => {
  const settled: readonly string[] = JSON.parse(readFileSync("scripts/cases/settled.json", "utf8"));
  assert.deepEqual(settled, [...new Set(settled)].toSorted());
});
