// The Go command line judges our version 3 files, where a machine has it on its PATH; `npm run test:referee` a large one.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { startSandbox } from "../../sandbox/server.ts";
import { convertC1z } from "../../src/sdk/c1z/write/convert.ts";
import { systemClock } from "../../src/sdk/clock.ts";
import { silentLogger } from "../../src/sdk/log.ts";
import { runProgram } from "../e2e/program.ts";
import { settingsFor } from "../e2e/sandbox-run.ts";
import { fill, odd, oddGrants } from "../support/odd-content.ts";
import { openWriter, temporaryDirectory } from "../support/sample-c1z.ts";
import { accept, hasBaton, listOf } from "./acceptance.ts";

/** Declares a test of the referee's, or nothing. */
function judged(name: string, run: (context: TestContext) => Promise<void>): void {
  test(`T-55: ${name}`, { skip: hasBaton ? false : "no `baton` program on PATH" }, run);
}

async function writeOdd(path: string, directory: string): Promise<void> {
  using writer = await openWriter(path, directory, { engine: "pebble" });
  writer.startSync("full");
  fill(writer, oddGrants());
  writer.endSync();
  await writer.save();
}

judged("Go takes a version 3 file with odd ids, sources and an expansion in every command", async (context) => {
  const directory = temporaryDirectory(context);
  const path = join(directory, "odd.c1z");
  await writeOdd(path, directory);
  // No program can be given an id with a NUL.
  const ids = ["ada", ...odd.filter((id) => !id.includes("\0"))];
  await accept(path, directory, { principals: ids.map((resource) => ({ resourceType: "user", resource })) });
});

judged("Go takes the version 3 file of 1,500 people in every command", async (context) => {
  const directory = temporaryDirectory(context);
  await using sandbox = await startSandbox({ organization: { members: 1500, teams: 40 } });
  const { BATON_STORAGE_ENGINE: _, ...env } = settingsFor(sandbox);
  const run = await runProgram(["-f", "sync.c1z"], { cwd: directory, env });
  assert.equal(run.code, 0, run.stderr);
  const [{ userId } = assert.fail()] = sandbox.organization.members;
  await accept(join(directory, "sync.c1z"), directory, { principals: [{ resourceType: "user", resource: userId }] });
});

judged("what Go makes version 3 of our version 1 file is what we make of it", async (context) => {
  const directory = temporaryDirectory(context);
  const [ours, v1, theirs] = ["ours.c1z", "v1.c1z", "theirs.c1z"].map((name) => join(directory, name)) as [
    string,
    string,
    string,
  ]; // three names
  await writeOdd(ours, directory);
  await convertC1z({ from: ours, to: v1, engine: "sqlite", clock: systemClock, logger: silentLogger });
  execFileSync("baton", ["-f", v1, "to-pebble", "--out", theirs], { stdio: "ignore" });
  assert.deepEqual(listOf(theirs), listOf(ours));
});
