/** The check that generated files are current must see every way in which they can be stale. */
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { differingFiles } from "../scripts/check-generated.ts";

function tree(files: Readonly<Record<string, string>>): string {
  const directory = mkdtempSync(join(tmpdir(), "check-generated-"));
  mkdirSync(join(directory, "deep"));
  for (const [path, text] of Object.entries(files)) writeFileSync(join(directory, path), text);
  return directory;
}

test("changed, missing and extra generated files are named, equal ones are not", () => {
  const expected = tree({ "same.ts": "1", "changed.ts": "1", "deep/missing.ts": "1" });
  const actual = tree({ "same.ts": "1", "changed.ts": "2", "deep/extra.ts": "1" });
  try {
    assert.deepEqual(differingFiles(expected, actual), ["changed.ts", "deep/extra.ts", "deep/missing.ts"]);
    assert.deepEqual(differingFiles(expected, expected), []);
  } finally {
    for (const directory of [expected, actual]) rmSync(directory, { recursive: true });
  }
});
