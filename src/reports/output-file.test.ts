import assert from "node:assert/strict";
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { temporaryDirectory } from "../../test/support/sample-c1z.ts";
import { writeOutputFile } from "./output-file.ts";

test("a report replaces the file that was there, private to its owner", async (context) => {
  const directory = temporaryDirectory(context);
  const path = join(directory, "report.csv");
  writeFileSync(path, "old", { mode: 0o644 });
  const result = await writeOutputFile(path, async (sink) => {
    sink("new ");
    sink(Buffer.from("ü".repeat(100_000)));
    return 7;
  });
  assert.equal(result, 7);
  assert.equal(readFileSync(path, "utf8"), `new ${"ü".repeat(100_000)}`);
  assert.equal(statSync(path).mode & 0o777, 0o600);
  assert.deepEqual(readdirSync(directory), ["report.csv"]);
});

test("a report that cannot be finished leaves what was there, and nothing beside it", async (context) => {
  const directory = temporaryDirectory(context);
  const path = join(directory, "report.csv");
  writeFileSync(path, "old");
  const failing = writeOutputFile(path, async (sink) => {
    sink("half");
    throw new Error("damaged row");
  });
  await assert.rejects(failing, /damaged row/);
  assert.equal(readFileSync(path, "utf8"), "old");
  assert.deepEqual(readdirSync(directory), ["report.csv"]);
});

test("a directory, or a place that is not there, is refused by its path", async (context) => {
  const directory = temporaryDirectory(context);
  mkdirSync(join(directory, "taken"));
  const write = async (name: string): Promise<void> => await writeOutputFile(join(directory, name), async () => {});
  await assert.rejects(write("taken"), { code: "FILE-IS-DIRECTORY" });
  await assert.rejects(write("missing/report.csv"), { code: "FILE-DIRECTORY-MISSING" });
  assert.deepEqual(readdirSync(directory), ["taken"]);
});
