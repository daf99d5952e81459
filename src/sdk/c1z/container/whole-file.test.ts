import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { temporaryDirectory } from "../../../../test/support/sample-c1z.ts";
import { readTextBeside, readWholeFile } from "./whole-file.ts";

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

test("a pipe that a shell gives is read, and no further than it may be", { skip: process.platform === "win32" }, () => {
  const module = JSON.stringify(import.meta.resolve("./whole-file.ts"));
  const script = `const { readWholeFile } = await import(${module});
    try { console.log(String(readWholeFile(process.argv[1], 1000))) } catch ({ code }) { console.log(code) }`;
  const given = (command: string): string => {
    const argv = ["-c", '"$0" --input-type=module -e "$1" <(eval "$2")', process.execPath, script, command];
    return execFileSync("bash", argv, { encoding: "utf8" }).trim();
  };
  assert.equal(given("echo ada; sleep 0.1; echo zoe"), "ada\nzoe");
  assert.equal(given("yes"), "EOVERFLOW");
  assert.throws(() => readWholeFile("/dev/zero", 1000), { code: "EFTYPE" });
});
