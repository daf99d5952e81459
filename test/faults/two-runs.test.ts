/** Two processes and one file: the second is refused by name, and one that was killed stands in nobody's way. */
import assert from "node:assert/strict";
import { existsSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { type Sandbox, startSandbox } from "../../sandbox/server.ts";
import { unfinishedIn } from "../crash/file-check.ts";
import { type RunningProgram, runProgram, scratchDirectory, startProgram } from "../e2e/program.ts";
import { assertHolds, settingsFor } from "../e2e/sandbox-run.ts";
import { newestSyncId } from "../e2e/stored-rows.ts";

/** A run that waits for a page that never comes. */
async function hangingRun(
  sandbox: Sandbox,
  cwd: string,
  env: Readonly<Record<string, string>>,
): Promise<RunningProgram> {
  const asked = Promise.withResolvers<void>();
  const release = sandbox.onRequest(async ({ path, query }) => {
    if (path.endsWith("/members/") && query.get("page") === "3") asked.resolve();
    return undefined;
  });
  sandbox.addFault({
    kind: "stall",
    at: "body",
    match: { path: "/members/", page: 3 },
    times: Number.POSITIVE_INFINITY,
  });
  const run = startProgram([], { cwd, env });
  await Promise.race([asked.promise, run.finished.then(({ stderr }) => assert.fail(`ended too early: ${stderr}`))]);
  release();
  return run;
}

test("T-11: a second run on the same file is refused by the first one's process id, and a third goes on after kill -9", async () => {
  await using sandbox = await startSandbox({ organization: { members: 1800 } });
  using scratch = scratchDirectory();
  const [data, temporary] = [join(scratch.path, "data"), join(scratch.path, "tmp")];
  mkdirSync(data);
  mkdirSync(temporary);
  const env = { ...settingsFor(sandbox), BATON_TMPDIR: temporary };
  const first = await hangingRun(sandbox, data, env);
  const startedMs = performance.now();
  const second = await runProgram(["--lock-wait", "0"], { cwd: data, env });
  assert.equal(second.code, 9, second.stderr);
  const busy = `^FILE-BUSY: .*sync\\.c1z is being written by another run, process ${first.pid} on`;
  assert.match(second.stderr, new RegExp(busy, "m"));
  assert.ok(performance.now() - startedMs < 20_000, "it does not wait for the first");

  first.kill("SIGKILL");
  await first.finished;
  assert.ok(existsSync(join(data, "sync.c1z.lock")), "the dead one left its lock");
  const [left = ""] = readdirSync(temporary);
  const begun = unfinishedIn(join(temporary, left));
  assert.ok(begun, "the dead one left what it had read");

  sandbox.clearFaults();
  const third = await runProgram([], { cwd: data, env });
  assert.equal(third.code, 0, third.stderr);
  const file = join(data, "sync.c1z");
  assert.equal(newestSyncId(file), begun, "under the same id");
  await assertHolds(file, sandbox);
  assert.deepEqual(readdirSync(data), ["sync.c1z", "sync.c1z.run.json"]);
  assert.deepEqual(readdirSync(temporary), []);
});

test("a run waits for the one before it: it is refused when that one ends well, and goes on when that one fails", async () => {
  for (const ends of ["well", "stopped"] as const) {
    await using sandbox = await startSandbox({ organization: { members: 1800 } });
    using scratch = scratchDirectory();
    const env = settingsFor(sandbox);
    const first = await hangingRun(sandbox, scratch.path, { ...env, BATON_HTTP_TIMEOUT_SECONDS: "2" });
    const second = startProgram([], { cwd: scratch.path, env });
    await second.said("another run has the file; waiting for it");
    sandbox.clearFaults();
    if (ends === "stopped") first.kill("SIGTERM");
    assert.equal((await first.finished).code, ends === "well" ? 0 : 143);
    const { code, stderr } = await second.finished;
    assert.equal(code, ends === "well" ? 9 : 0, stderr);
    if (ends === "well") assert.match(stderr, new RegExp(`^FILE-BUSY: .*another run, process ${first.pid} on`, "m"));
    await assertHolds(join(scratch.path, "sync.c1z"), sandbox);
    assert.deepEqual(readdirSync(scratch.path), ["sync.c1z", "sync.c1z.run.json"]);
  }
});

test("what was read of one organization is not gone on with for another", async () => {
  await using one = await startSandbox({ organization: { members: 1800, slug: "one" } });
  await using two = await startSandbox({ organization: { members: 30, seed: 2, slug: "two" } });
  using scratch = scratchDirectory();
  const [data, temporary] = [join(scratch.path, "data"), join(scratch.path, "tmp")];
  mkdirSync(data);
  mkdirSync(temporary);
  const killed = await hangingRun(one, data, { ...settingsFor(one), BATON_TMPDIR: temporary });
  killed.kill("SIGKILL");
  await killed.finished;
  const next = await runProgram([], { cwd: data, env: { ...settingsFor(two), BATON_TMPDIR: temporary } });
  assert.equal(next.code, 0, next.stderr);
  await assertHolds(join(data, "sync.c1z"), two);
});

test("T-11: of twenty runs on one file at once one ends well, and the others name a process or end well after it", async () => {
  await using sandbox = await startSandbox({ organization: { members: 60 } });
  using scratch = scratchDirectory();
  const runs = Array.from({ length: 20 }, () => runProgram([], { cwd: scratch.path, env: settingsFor(sandbox) }));
  const ended = await Promise.all(runs);
  for (const { code, stderr } of ended) {
    assert.ok(code === 0 || (code === 9 && stderr.includes("FILE-BUSY")), stderr);
  }
  assert.ok(ended.some(({ code }) => code === 0));
  await assertHolds(join(scratch.path, "sync.c1z"), sandbox);
  assert.ok(readFileSync(join(scratch.path, "sync.c1z")).length > 0);
});
