/** Styles and the page keep step: no rule is left for what nothing has any more. */
import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

const page = join(import.meta.dirname, "..");

function textOf(pattern: string): string {
  const paths = globSync(pattern, { cwd: page }).filter((path) => !path.includes(".test."));
  return paths.map((path) => readFileSync(join(page, path), "utf8")).join("\n");
}

const styles = textOf("styles/*.css").replaceAll(/\/\*.*?\*\//gs, "");
const code = textOf("**/*.{ts,tsx,html}");

test("every class that is styled is one that some element may have", () => {
  const words = new Set(code.match(/[a-z][a-z0-9-]*/g));
  // Made of a word and a value, such as `chip-${tone}`.
  const beginnings = [...code.matchAll(/([a-z][a-z0-9-]*-)\$\{/g)].map(([, beginning = ""]) => beginning);
  const names = new Set([...styles.matchAll(/\.([a-z][a-z0-9-]*)(?=[^{}]*\{)/g)].map(([, name = ""]) => name));
  assert.ok(names.size > 200 && beginnings.includes("chip-"));
  const dead = [...names].filter((name) => !words.has(name) && !beginnings.some((one) => name.startsWith(one)));
  assert.deepEqual(dead, []);
});

test("every colour and size that is named is used, and none is used that is not named", () => {
  const named = new Set([...styles.matchAll(/(--[a-z0-9-]+)\s*:/g)].map(([, name = ""]) => name));
  const used = new Set([...styles.matchAll(/var\((--[a-z0-9-]+)/g)].map(([, name = ""]) => name));
  // Set by script: how far a run is.
  assert.deepEqual(
    [...used].filter((name) => !named.has(name)),
    ["--fraction"],
  );
  assert.deepEqual(
    [...named].filter((name) => !used.has(name)),
    [],
  );
});
