import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { temporaryDirectory } from "../../../../test/support/sample-c1z.ts";
import { readTextBeside } from "./whole-file.ts";

test("a text is read; a pipe, a directory and a huge file in its place are refused at once", {
  skip: process.platform === "win32",
}, (context) => {
  const at = (name: string): string => join(temporaryDirectory(context), name);
  const [text, pipe, directory, huge] = [at("text"), at("pipe"), at("directory"), at("huge")];
  assert.equal(readTextBeside(text), undefined);
  writeFileSync(text, "Zoë");
  assert.equal(readTextBeside(text), "Zoë");
  execFileSync("mkfifo", [pipe]);
  assert.throws(() => readTextBeside(pipe), { code: "EFTYPE" });
  mkdirSync(directory);
  assert.throws(() => readTextBeside(directory), { code: "EISDIR" });
  writeFileSync(huge, "");
  truncateSync(huge, 3e9);
  assert.throws(() => readTextBeside(huge), { code: "EOVERFLOW" });
});
