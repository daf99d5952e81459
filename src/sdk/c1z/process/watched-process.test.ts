import assert from "node:assert/strict";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { temporaryDirectory } from "../../../../test/support/sample-c1z.ts";
import { WatchedProcess } from "./watched-process.ts";

/** Moves on, and takes 500 MB. */
const takesMuch =
  "const kept = Buffer.alloc(500e6, 1); setInterval(() => process.send({}), 50); setTimeout(() => process.exit(kept[9]), 700);";

/** Starts a program of `lines` that is watched, and waits until it is ended. */
async function watch(
  context: TestContext,
  lines: string,
  env: Readonly<Record<string, string>>,
  heldBytes = 0,
): Promise<WatchedProcess> {
  const script = join(temporaryDirectory(context), "program.mjs");
  writeFileSync(script, lines);
  const program = { file: process.execPath, args: [script] };
  const watched = new WatchedProcess({
    program,
    args: [],
    env: { ...process.env, ...env },
    heldBytes,
    answers: "channel",
  });
  watched.begin();
  await once(watched.child, "exit");
  return watched;
}

test("a process that does not move on is ended, and the error names the setting", async (context) => {
  const { failure, child } = await watch(context, "for (;;) {}", { BATON_FILE_TIMEOUT: "1" });
  assert.equal(failure?.code, "FILE-TIME-LIMIT");
  assert.match(failure.hint ?? "", /BATON_FILE_TIMEOUT/);
  assert.equal(child.signalCode, "SIGKILL");
});

test("a process that takes too much memory is ended, and the error names the setting", {
  skip: process.platform !== "linux",
}, async (context) => {
  const grows = "const kept = []; setInterval(() => { kept.push(Buffer.alloc(30e6, 1)); process.send({}); }, 20);";
  const { failure } = await watch(context, grows, { BATON_FILE_MEMORY_MB: "200" });
  assert.equal(failure?.code, "FILE-MEMORY-LIMIT");
  assert.match(failure.hint ?? "", /BATON_FILE_MEMORY_MB/);
});

test("a process that keeps a large file open may take more memory than one that reads a small one", {
  skip: process.platform !== "linux",
}, async (context) => {
  assert.equal((await watch(context, takesMuch, {}, 100_000)).failure?.code, "FILE-MEMORY-LIMIT");
  const { failure, child } = await watch(context, takesMuch, {}, 80_000_000);
  assert.equal(failure, undefined);
  assert.equal(child.exitCode, 1);
});

test("a process that says that it moves on goes to its end, however long that takes", async (context) => {
  const slow =
    "const timer = setInterval(() => process.send({}), 50); setTimeout(() => { clearInterval(timer); process.exit(7); }, 1500);";
  const { failure, child } = await watch(context, slow, { BATON_FILE_TIMEOUT: "1" });
  assert.equal(failure, undefined);
  assert.equal(child.exitCode, 7);
});

test("a process that waits for others is not ended, and one that stops moving after that is", async (context) => {
  const waits = (then: string): string =>
    `process.send({ type: "waits" }); const at = Date.now(); while (Date.now() < at + 1300); process.send({}); ${then}`;
  const ends = ["process.exit(6);", "for (;;);"].map((then) =>
    watch(context, waits(then), { BATON_FILE_TIMEOUT: "1" }),
  );
  const [goesOn, stops] = await Promise.all(ends);
  assert.equal(goesOn?.failure, undefined);
  assert.equal(goesOn?.child.exitCode, 6);
  assert.equal(stops?.failure?.code, "FILE-TIME-LIMIT");
});

test("a watcher that is held up itself, as by Ctrl-Z, blames nobody", async (context) => {
  const moves = "setInterval(() => process.send({}), 50); setTimeout(() => process.exit(8), 1800);";
  setTimeout(() => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1300), 300);
  const { failure, child } = await watch(context, moves, { BATON_FILE_TIMEOUT: "1" });
  assert.equal(failure, undefined);
  assert.equal(child.exitCode, 8);
});

test("a process that has read everything may take what time it takes for what follows", async (context) => {
  const done =
    'process.send({ type: "read" }); setTimeout(() => process.exit(5), 1500); for (const at = Date.now(); Date.now() < at + 1300; );';
  const { failure, child } = await watch(context, done, { BATON_FILE_TIMEOUT: "1" });
  assert.equal(failure, undefined);
  assert.equal(child.exitCode, 5);
});
