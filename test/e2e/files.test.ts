import assert from "node:assert/strict";
import { copyFileSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";
import type { JsonValue } from "@bufbuild/protobuf";
import { startSandbox } from "../../sandbox/server.ts";
import { queryC1z, rowsOf, syncRunsOf } from "../support/plain-c1z.ts";
import { expectedRows } from "./oracle.ts";
import { type Finished, runProgram, scratchDirectory } from "./program.ts";
import { fingerprint } from "./refusal.ts";
import { assertSameList, assertSameRows } from "./same-rows.ts";
import { oracleOf } from "./sandbox-oracle.ts";
import { assertHolds, settingsFor } from "./sandbox-run.ts";
import { newestSyncId, readStoredRows, sealedSyncIds, syncIds } from "./stored-rows.ts";

const golden = join(import.meta.dirname, "..", "golden");
const sandbox = await startSandbox({ organization: { members: 30, teams: 4 } });
after(() => sandbox.close());

function sync(cwd: string, argv: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Finished> {
  return runProgram(argv, { cwd, env: { ...settingsFor(sandbox), ...env } });
}

test("without --file the sync is sync.c1z in the working directory, wherever that is", async () => {
  using scratch = scratchDirectory();
  const run = await sync(scratch.path, []);
  assert.equal(run.code, 0, run.stderr);
  assert.deepEqual(readdirSync(scratch.path), ["sync.c1z", "sync.c1z.run.json"]);
  await assertHolds(join(scratch.path, "sync.c1z"), sandbox);
});

for (const name of [
  "with spaces and 'quotes'.c1z",
  "людиと人 🦊.c1z",
  "no-extension",
  "--like-a-flag.c1z",
  "a%2Fb?.c1z",
]) {
  test(`the file can be called ${name}`, async () => {
    using scratch = scratchDirectory();
    const run = await sync(scratch.path, [`--file=${name}`]);
    assert.equal(run.code, 0, run.stderr);
    assert.deepEqual(readdirSync(scratch.path), [name, `${name}.run.json`]);
    await assertHolds(join(scratch.path, name), sandbox);
  });
}

test("T-82: the file is readable by its owner alone, and a second run keeps that", async () => {
  using scratch = scratchDirectory();
  for (let run = 0; run < 2; run++) {
    assert.equal((await sync(scratch.path, [])).code, 0);
    assert.equal(statSync(join(scratch.path, "sync.c1z")).mode & 0o777, 0o600);
  }
});

test("T-13: a file of a Go connector gets our sync beside its own, whose rows stay as they were", async () => {
  using scratch = scratchDirectory();
  const file = join(scratch.path, "go.c1z");
  copyFileSync(join(golden, "minimal-v1.c1z"), file);
  const goSync = newestSyncId(file);
  const before = rowsOf(file, goSync);
  const run = await sync(scratch.path, ["-f", file]);
  assert.equal(run.code, 0, run.stderr);
  assert.deepEqual(syncIds(file).slice(0, -1), [goSync]);
  assert.deepEqual(rowsOf(file, goSync), before);
  await assertHolds(file, sandbox);
});

test("a version 3 file of a Go connector stays of version 3, and what it was lies beside it, byte for byte", async () => {
  for (const name of ["minimal-v3.c1z", "connector-default-v3.c1z"]) {
    using scratch = scratchDirectory();
    const file = join(scratch.path, "v3.c1z");
    copyFileSync(join(golden, name), file);
    const run = await sync(scratch.path, ["-f", file]);
    assert.equal(run.code, 0, run.stderr);
    assert.deepEqual(readdirSync(scratch.path), ["v3.c1z", "v3.c1z.previous", "v3.c1z.run.json"]);
    assert.equal(fingerprint(`${file}.previous`), fingerprint(join(golden, name)));
    assert.equal(readFileSync(file).toString("latin1", 0, 4), "C1Z3");
    const converted = await sync(scratch.path, ["convert", file, "v1.c1z"]);
    assert.equal(converted.code, 0, converted.stderr);
    assertHoldsByReference(join(scratch.path, "v1.c1z"));
  }
});

/** As `assertHolds`; entitlements of a version 3 file name resource and types by their ids alone (c1.storage.v3). */
function assertHoldsByReference(file: string): void {
  const expected = expectedRows(oracleOf(sandbox.organization));
  const entitlements = Object.entries(expected.entitlements).map(([id, row]) => {
    // As the oracle makes them.
    const { resource, ...rest } = row as { readonly resource: { readonly id: JsonValue } };
    return [id, { ...rest, resource: { id: resource.id }, grantableTo: [{ id: "user" }] }] as const;
  });
  const stored = readStoredRows(file);
  assertSameRows(stored.resourceTypes, expected.resourceTypes, "resource types");
  assertSameRows(stored.resources, expected.resources, "resources");
  assertSameRows(stored.entitlements, Object.fromEntries(entitlements), "entitlements");
  assertSameRows(stored.grants, expected.grants, "grants");
}

test("two runs over the same organization give the same rows, byte for byte and in the same order", async () => {
  using scratch = scratchDirectory();
  const files = ["one.c1z", "two.c1z"].map((name) => join(scratch.path, name));
  const runs = await Promise.all(files.map((file) => sync(scratch.path, ["-f", file])));
  assert.deepEqual(
    runs.map(({ code }) => code),
    [0, 0],
  );
  const [one, two] = files.map((file) => rowsOf(file, newestSyncId(file)));
  for (const [table, rows] of Object.entries(one ?? {})) assertSameList(two?.[table] ?? [], rows, table);
  const counts = Object.values(one ?? {}).map((rows) => rows.length);
  assert.ok(
    counts.every((count) => count > 0),
    "there was something to compare",
  );
});

test("the order in which the API lists people makes no difference to what is found", async () => {
  await using shuffled = await startSandbox({ organization: { members: 30, teams: 4 }, unstableSort: true });
  using scratch = scratchDirectory();
  const run = await runProgram(["-f", "x.c1z"], { cwd: scratch.path, env: settingsFor(shuffled) });
  assert.equal(run.code, 0, run.stderr);
  await assertHolds(join(scratch.path, "x.c1z"), sandbox);
});

test("a file keeps the last two syncs, or as many as BATON_KEEP_SYNC_COUNT says, and no rows of those that went", async () => {
  using scratch = scratchDirectory();
  const file = join(scratch.path, "kept.c1z");
  const begun: string[] = [];
  for (let run = 0; run < 4; run++) {
    assert.equal((await sync(scratch.path, ["-f", file])).code, 0);
    begun.push(newestSyncId(file));
  }
  assert.deepEqual(sealedSyncIds(file), begun.slice(-2));
  assert.equal((await sync(scratch.path, ["-f", file], { BATON_KEEP_SYNC_COUNT: "3" })).code, 0);
  assert.deepEqual(sealedSyncIds(file), [...begun.slice(-2), newestSyncId(file)]);
  assert.equal((await sync(scratch.path, ["-f", file], { BATON_KEEP_SYNC_COUNT: "1" })).code, 0);
  assert.equal(syncRunsOf(file).length, 1);
  const held = queryC1z(file, "select distinct sync_id from v1_resources union select distinct sync_id from v1_grants");
  assert.deepEqual(
    held.map((row) => row["sync_id"]),
    [newestSyncId(file)],
  );
});

test("somebody deactivated between two runs is there, disabled, and keeps what they hold", async () => {
  await using moving = await startSandbox({ organization: { members: 12, teams: 2 } });
  using scratch = scratchDirectory();
  const env = settingsFor(moving);
  assert.equal((await runProgram(["-f", "m.c1z"], { cwd: scratch.path, env })).code, 0);
  const leaver = moving.organization.members.find(({ isActive, memberships }) => isActive && memberships.length > 0);
  moving.edit.changeMember(leaver?.user ?? assert.fail("nobody to leave"), { isActive: false });
  assert.equal((await runProgram(["-f", "m.c1z"], { cwd: scratch.path, env })).code, 0);
  await assertHolds(join(scratch.path, "m.c1z"), moving);
});
