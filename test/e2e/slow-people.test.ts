// A person who reads page by page, or types slowly: a file is no less trusted for that.
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { type TestContext, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { goldenDirectory, temporaryDirectory, writeSync } from "../support/sample-c1z.ts";
import { launcher } from "./program.ts";

/** Longer than what is said of a file may take to move on here. */
const aWhileMs = 5_000;
const env = { PATH: "/usr/bin:/bin", BATON_FILE_TIMEOUT: "2" };

function start(context: TestContext, argv: readonly string[]): ChildProcess {
  const child = spawn(process.execPath, [launcher, ...argv], { env, timeout: 60_000, killSignal: "SIGKILL" });
  context.after(() => child.kill("SIGKILL"));
  return child;
}

/** What it wrote, read from now on. */
async function outputOf({ stdout, stderr }: ChildProcess): Promise<readonly [string, string]> {
  assert.ok(stdout && stderr);
  return await Promise.all([text(stdout), text(stderr)]);
}

test("people may take their time", { concurrency: true, skip: process.platform === "win32" }, async (context) => {
  const directory = temporaryDirectory(context);
  const path = join(directory, "large.c1z");
  const users = Array.from({ length: 2_000 }, (_, index) => `user${index}`);
  await writeSync(path, directory, { users });
  await Promise.all([
    context.test("a report is whole that is read page by page", async (inner) => {
      const child = start(inner, ["report", "grants", "-f", path, "-o", "json"]);
      await sleep(aWhileMs);
      const [stdout, stderr] = await outputOf(child);
      assert.equal(stderr, "");
      assert.equal(JSON.parse(stdout).rows.length, users.length);
    }),
    context.test("a list of people is typed slowly", async (inner) => {
      const file = join(goldenDirectory, "minimal-v1.c1z");
      const child = start(inner, ["report", "access", "--list", "-", "-f", file, "-o", "json"]);
      await sleep(aWhileMs);
      child.stdin?.end("u-ada\n");
      const [stdout, stderr] = await outputOf(child);
      assert.equal(stderr, "");
      assert.match(stdout, /u-ada/);
    }),
  ]);
});
