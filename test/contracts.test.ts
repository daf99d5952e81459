import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { renderContracts } from "../scripts/generate-contracts.ts";

const root = join(import.meta.dirname, "..");

for (const { path, text } of renderContracts()) {
  test(`${path} is what the program says (npm run generate:contracts rewrites it)`, () => {
    assert.equal(readFileSync(join(root, path), "utf8"), text);
  });
}
