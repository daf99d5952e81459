import assert from "node:assert/strict";
import { test } from "node:test";
import { safeFileName } from "./save-file.ts";

test("names of saved files are names, whatever an organization is called", () => {
  assert.equal(safeFileName("Acme teams.svg"), "Acme teams.svg");
  assert.equal(safeFileName("../../etc/passwd"), "etc-passwd");
  assert.equal(safeFileName('a<b>:"|?*\u0000\u202eb.png'), "a-b-b.png");
  assert.equal(safeFileName("..."), "file");
  assert.equal(safeFileName("Zürich 東京.svg"), "Zürich 東京.svg");
  assert.equal(safeFileName("x".repeat(500)).length, 120);
});
