import assert from "node:assert/strict";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { type Sandbox, startSandbox } from "../../sandbox/server.ts";
import { type PlainRow, rowsOf } from "../support/plain-c1z.ts";
import { logLines, type RunningProgram, runProgram, scratchDirectory, startProgram } from "./program.ts";
import { assertSameRows } from "./same-rows.ts";
import { assertHolds, settingsFor } from "./sandbox-run.ts";
import { newestSyncId, sealedSyncIds, syncIds } from "./stored-rows.ts";

const organization = { members: 1800, teams: 12 };

/** Starts a run whose third page of active members never comes; resolves once that page was asked for and the sync begun. */
async function startAndHang(sandbox: Sandbox, argv: readonly string[], cwd: string): Promise<RunningProgram> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const release = sandbox.onRequest(async ({ path, query }) => {
    if (path.endsWith("/members/") && query.get("page") === "3" && query.get("is_active") === "true") resolve();
    return undefined;
  });
  sandbox.addFault({ kind: "stall", at: "body", match: { path: "/members/", page: 3, query: "is_active=true" } });
  const run = startProgram(argv, { cwd, env: settingsFor(sandbox) });
  const reached = Promise.all([promise, run.said("Syncing resources...")]);
  await Promise.race([reached, run.finished.then(({ stderr }) => assert.fail(`ended too early: ${stderr}`))]);
  release();
  return run;
}

for (const [signal, code] of [
  ["SIGINT", 130],
  ["SIGTERM", 143],
] as const) {
  test(`T-05: a run stopped by ${signal} keeps what it read, and the next run goes on to the same rows`, async () => {
    await using sandbox = await startSandbox({ organization });
    using scratch = scratchDirectory();
    const file = join(scratch.path, "stopped.c1z");
    const run = await startAndHang(sandbox, ["-f", file], scratch.path);
    run.kill(signal);
    const stopped = await run.finished;
    assert.equal(stopped.code, code, stopped.stderr);
    assert.match(stopped.stderr, new RegExp(`^BATON-INTERRUPTED: stopped by ${signal}$`, "m"));
    assert.deepEqual(sealedSyncIds(file), [], "nothing is sealed");
    assert.deepEqual(readdirSync(scratch.path), ["stopped.c1z", "stopped.c1z.run.json"], "no scratch file is left");
    const begun = newestSyncId(file);

    sandbox.clearFaults();
    const whole = join(scratch.path, "whole.c1z");
    const [resumed, uninterrupted] = await Promise.all(
      [file, whole].map((path) => runProgram(["-f", path], { cwd: scratch.path, env: settingsFor(sandbox) })),
    );
    assert.equal(resumed?.code, 0, resumed?.stderr);
    assert.equal(uninterrupted?.code, 0);
    assert.deepEqual(syncIds(file), [begun], "it is the same sync");
    assert.deepEqual(sealedSyncIds(file), [begun]);
    await assertHolds(file, sandbox);
    assertSameSync(file, whole);
  });
}

/** Rows by id: a resumed sync may have written a row before another that an uninterrupted one wrote after it. */
function assertSameSync(file: string, other: string): void {
  const [tables, otherTables] = [file, other].map((path) => rowsOf(path, newestSyncId(path)));
  for (const [name, rows] of Object.entries(tables ?? {})) {
    assertSameRows(byId(rows), byId(otherTables?.[name] ?? []), name);
  }
}

function byId(rows: readonly PlainRow[]): Readonly<Record<string, PlainRow>> {
  return Object.fromEntries(rows.map((row) => [String(row["external_id"]), row]));
}

test("T-05: two signals in a row end the run with the code of the signal, and the older sync stays as it was", async () => {
  await using sandbox = await startSandbox({ organization: { members: 40 } });
  using scratch = scratchDirectory();
  const file = join(scratch.path, "older.c1z");
  assert.equal((await runProgram(["-f", file], { cwd: scratch.path, env: settingsFor(sandbox) })).code, 0);
  const before = [newestSyncId(file), rowsOf(file, newestSyncId(file))];
  sandbox.addFault({ kind: "stall", at: "headers", match: { path: "/members/" }, times: Number.POSITIVE_INFINITY });
  const asked = Promise.withResolvers<void>();
  sandbox.onRequest(async ({ path }) => {
    if (path.endsWith("/members/")) asked.resolve();
    return undefined;
  });
  const run = startProgram(["-f", file], { cwd: scratch.path, env: settingsFor(sandbox) });
  await asked.promise;
  run.kill("SIGTERM");
  run.kill("SIGTERM");
  const { code } = await run.finished;
  assert.equal(code, 143);
  const sealed = sealedSyncIds(file);
  assert.deepEqual(sealed, [before[0]]);
  assert.deepEqual([sealed[0], rowsOf(file, String(sealed[0]))], before);
});

test("T-01: a run killed in the middle leaves the older file untouched, and the next run is a success", async () => {
  await using sandbox = await startSandbox({ organization });
  using scratch = scratchDirectory();
  const file = join(scratch.path, "killed.c1z");
  const run = await startAndHang(sandbox, ["-f", file], scratch.path);
  run.kill("SIGKILL");
  assert.equal((await run.finished).code, 137);
  assert.ok(!existsSync(file), "half a file is never there");
  sandbox.clearFaults();
  const next = await runProgram(["-f", file], { cwd: scratch.path, env: settingsFor(sandbox) });
  assert.equal(next.code, 0, next.stderr);
  await assertHolds(file, sandbox);
  assert.equal(logLines(next).at(-1)?.["msg"], "Sync complete.");
});
