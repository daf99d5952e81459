// The program's usual file from its first sync on: of version 3, stopped and gone on with, compared, held, converted.
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { type Sandbox, startSandbox } from "../../sandbox/server.ts";
import { formatOf } from "../../src/sdk/c1z/container/container.ts";
import { openC1z } from "../../src/sdk/c1z/read/reader.ts";
import { type Finished, runProgram, scratchDirectory, startProgram } from "./program.ts";
import { assertHolds, settingsFor } from "./sandbox-run.ts";

/** Runs the program, on the file sync.c1z where a command takes one. */
type Run = (...argv: readonly string[]) => Promise<Finished>;

function runIn(cwd: string, sandbox: Sandbox): Run {
  const { BATON_STORAGE_ENGINE: _, ...env } = settingsFor(sandbox);
  return (...argv) => runProgram(argv, { cwd, env });
}

async function idOf(file: string): Promise<string | undefined> {
  using opened = await openC1z(file);
  return opened.latestFinished()?.id;
}

interface ChangesTable {
  readonly rows: readonly Readonly<Record<string, unknown>>[];
}

test("T-05: a first sync that is stopped lies beside the file that is not there yet, and the next run goes on with it", async () => {
  await using sandbox = await startSandbox({ organization: { members: 1800, teams: 12 } });
  using scratch = scratchDirectory();
  const { BATON_STORAGE_ENGINE: _, ...env } = settingsFor(sandbox);
  sandbox.addFault({ kind: "stall", at: "body", match: { path: "/members/", page: 3, query: "is_active=true" } });
  const asked = Promise.withResolvers<void>();
  const release = sandbox.onRequest(async ({ path, query }) => {
    if (path.endsWith("/members/") && query.get("page") === "3" && query.get("is_active") === "true") asked.resolve();
    return undefined;
  });
  const first = startProgram([], { cwd: scratch.path, env });
  await Promise.all([asked.promise, first.said("Syncing resources...")]);
  release();
  first.kill("SIGTERM");
  const stopped = await first.finished;
  assert.equal(stopped.code, 143, stopped.stderr);
  assert.deepEqual(readdirSync(scratch.path), ["sync.c1z.run.json", "sync.c1z.unfinished"]);
  sandbox.clearFaults();
  const resumed = await runProgram([], { cwd: scratch.path, env });
  assert.equal(resumed.code, 0, resumed.stderr);
  assert.match(resumed.stderr, /resumed previous sync/);
  assert.deepEqual(readdirSync(scratch.path), ["sync.c1z", "sync.c1z.run.json"]);
  await assertHolds(join(scratch.path, "sync.c1z"), sandbox);
});

test("two syncs are compared, a big drop is held, and the file stays sound and can be converted in both directions", async () => {
  await using sandbox = await startSandbox({ organization: { members: 120, teams: 8 } });
  using scratch = scratchDirectory();
  const run = runIn(scratch.path, sandbox);
  const file = join(scratch.path, "sync.c1z");
  assert.equal((await run()).code, 0);
  const first = await idOf(file);
  const [leaver = assert.fail("nobody")] = sandbox.organization.members.filter(({ role }) => role === "Member");
  sandbox.edit.removeMember(leaver.user);
  sandbox.edit.addMember({ user: "newcomer", userId: "newcomer0001" });
  assert.equal((await run()).code, 0);
  assert.equal(await formatOf(file), "v3");
  assert.equal(await idOf(`${file}.previous`), first, "the sync before lies beside");
  await assertHolds(file, sandbox);

  const changes = await run("report", "changes", "--output", "json");
  assert.equal(changes.code, 0, changes.stderr);
  const { rows } = JSON.parse(changes.stdout) as ChangesTable; // the report's own form
  assert.ok(JSON.stringify(rows).includes("newcomer"), "who came");
  assert.ok(JSON.stringify(rows).includes(leaver.userId), `${leaver.userId} went: ${changes.stdout}`);

  const before = readFileSync(file);
  const gone = sandbox.organization.members.filter(({ role, user }) => role === "Member" && user !== "newcomer");
  for (const { user } of gone.slice(0, Math.floor(gone.length * 0.9))) sandbox.edit.removeMember(user);
  const held = await run();
  assert.equal(held.code, 22, held.stderr);
  assert.ok(readFileSync(file).equals(before), "a held run leaves the file as it was");
  assert.equal(await idOf(`${file}.previous`), first, "and the one before");
  assert.equal(existsSync(`${file}.unfinished`), false);
  const accepted = await run("--accept-changes");
  assert.equal(accepted.code, 0, accepted.stderr);
  await assertHolds(file, sandbox);

  for (const [from, to, version] of [
    ["sync.c1z", "old.c1z", "v1"],
    ["old.c1z", "new.c1z", "v3"],
  ] as const) {
    const converted = await run("convert", from, to);
    assert.equal(converted.code, 0, converted.stderr);
    assert.equal(await formatOf(join(scratch.path, to)), version);
    const inspected = await run("inspect", to);
    assert.equal(inspected.code, 0, inspected.stdout + inspected.stderr);
  }
  await assertHolds(join(scratch.path, "new.c1z"), sandbox);
});

test("a file of version 1 goes on as it is, until pebble makes it version 3 and keeps the old one", async () => {
  await using sandbox = await startSandbox({ organization: { members: 40, teams: 4 } });
  using scratch = scratchDirectory();
  const run = runIn(scratch.path, sandbox);
  const file = join(scratch.path, "sync.c1z");
  assert.equal((await run("--storage-engine", "sqlite")).code, 0);
  assert.equal((await run()).code, 0);
  assert.equal(await formatOf(file), "v1");
  const before = await idOf(file);
  sandbox.edit.addMember({ user: "newcomer", userId: "newcomer0001" });
  const converted = await run("--storage-engine", "pebble");
  assert.equal(converted.code, 0, converted.stderr);
  assert.equal(await formatOf(file), "v3");
  assert.deepEqual([await formatOf(`${file}.previous`), await idOf(`${file}.previous`)], ["v1", before]);
  await assertHolds(file, sandbox);
  const changes = await run("report", "changes", "--output", "json");
  assert.equal(changes.code, 0, changes.stderr);
  assert.ok(changes.stdout.includes("newcomer"), "compared over the two versions");
  const ignored = await run("--storage-engine", "sqlite");
  assert.match(ignored.stderr, /the file is of version 3 and stays so/);
  assert.equal(await formatOf(file), "v3");
});
