// The Go command line judges our files, where a machine has it on its PATH.
import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { type Sandbox, startSandbox } from "../../sandbox/server.ts";
import { runProgram, scratchDirectory } from "../e2e/program.ts";
import { assertSameRows } from "../e2e/same-rows.ts";
import { settingsFor } from "../e2e/sandbox-run.ts";
import { newestSyncId, readStoredRows, type StoredRows, sealedSyncIds } from "../e2e/stored-rows.ts";

const isThere = spawnSync("baton", ["--version"]).status === 0;
if (!isThere) test("T-55: the Go tools read our files", { skip: "no `baton` program on PATH" }, () => {});

/** Declares a test of the referee's, or nothing. */
function judged(name: string, run: () => void): void {
  if (isThere) test(`T-55: ${name}`, run);
}

type Json = Readonly<Record<string, unknown>>;

const scratch = scratchDirectory();
const file = join(scratch.path, "first.c1z");
const twice = join(scratch.path, "twice.c1z");
let sandbox: Sandbox;
let stored: StoredRows;

before(async () => {
  if (!isThere) return;
  sandbox = await startSandbox({ organization: { members: 60, teams: 6 } });
  await sync(file);
  stored = readStoredRows(file);
  await sync(twice);
  const [leaver = assert.fail("nobody")] = sandbox.organization.members.filter(({ role }) => role === "Member");
  sandbox.edit.removeMember(leaver.user);
  sandbox.edit.addMember({ user: "newcomer", userId: "newcomer0001" });
  await sync(twice);
});

after(async () => {
  if (isThere) await sandbox.close();
  scratch[Symbol.dispose]();
});

async function sync(path: string): Promise<void> {
  const run = await runProgram(["-f", path], { cwd: scratch.path, env: settingsFor(sandbox) });
  assert.equal(run.code, 0, run.stderr);
}

function baton(...args: readonly string[]): string {
  return execFileSync("baton", args, { cwd: scratch.path, encoding: "utf8", maxBuffer: 1 << 26 });
}

function batonJson(command: string, ...args: readonly string[]): Json {
  return JSON.parse(baton(command, "-o", "json", ...args)) as Json; // the format is asked for
}

/** The rows of a list command by id; each element holds its row under `name`, beside what the tool adds. */
function listed(
  command: string,
  name: string,
  path: string,
  ...args: readonly string[]
): Readonly<Record<string, unknown>> {
  const [list = []] = Object.values(batonJson(command, "-f", path, ...args)) as readonly Json[][];
  return Object.fromEntries(list.map((element) => [idOf(element[name] as Json), element[name]]));
}

function idOf({ id }: Json): string {
  if (typeof id === "string") return id;
  const { resourceType, resource } = id as Json;
  return `${String(resourceType)}:${String(resource)}`;
}

const lists = [
  ["resource-types", "resourceType", "resourceTypes"],
  ["resources", "resource", "resources"],
  ["entitlements", "entitlement", "entitlements"],
  ["grants", "grant", "grants"],
] as const;

for (const [command, name, table] of lists) {
  judged(`baton ${command} lists what we read in the file`, () => {
    assertSameRows(listed(command, name, file), stored[table], table);
  });
}

judged("baton principals names those who hold an entitlement", () => {
  const owners = Object.keys(stored.grants).filter((id) => id.startsWith("organization:") && id.includes(":owner:"));
  const [entitlement = ""] = (owners[0] ?? "").split(":user:");
  const principals = listed("principals", "resource", file, "-e", entitlement);
  assert.ok(owners.length > 1);
  assert.deepEqual(Object.keys(principals).toSorted(), owners.map((id) => `user:${id.split(":user:")[1]}`).toSorted());
});

judged("baton access shows everything that one person holds", () => {
  const [member = assert.fail("nobody")] = sandbox.organization.members.filter(
    ({ memberships }) => memberships.length > 1,
  );
  const { access } = batonJson("access", "-f", file, "-t", "user", "-r", member.userId);
  const held = (access as readonly Json[]).flatMap(({ entitlements }) => (entitlements as readonly Json[]).map(idOf));
  const grants = Object.keys(stored.grants).filter((id) => id.endsWith(`:user:${member.userId}`));
  assert.deepEqual(held.toSorted(), grants.map((id) => id.split(":user:")[0] ?? "").toSorted());
});

judged("baton stats and syncs know the sync and its counts", () => {
  const { id, syncType, stats } = batonJson("stats", "-f", file);
  assert.deepEqual([id, syncType], [newestSyncId(file), "full"]);
  const { resources, entitlements, grants } = stats as Json;
  const counts = [stored.resources, stored.entitlements, stored.grants].map((rows) => String(Object.keys(rows).length));
  assert.deepEqual([resources, entitlements, grants], counts);
  const { syncs } = batonJson("syncs", "-f", twice);
  assert.deepEqual((syncs as readonly Json[]).map(idOf).toSorted(), sealedSyncIds(twice).toSorted());
});

judged("baton export csv has every person and their status, and every grant", () => {
  baton("export", "csv", "-f", file, "--out", "out.csv");
  const lines = readFileSync(join(scratch.path, "out.csv"), "utf8").split("\n");
  assert.equal(lines.filter((line) => line.startsWith("Grant,")).length, Object.keys(stored.grants).length);
  const identities = lines.filter((line) => line.startsWith("Identity,"));
  assert.equal(identities.length, 60);
  assert.equal(identities.filter((line) => line.includes(",Disabled,")).length, 6);
});

judged("baton diff of two syncs names who left and who came", () => {
  const { resources } = batonJson("diff", "-f", twice);
  const { created, deleted } = resources as Readonly<Record<string, readonly Json[]>>;
  assert.deepEqual((created ?? []).map(idOf), ["user:newcomer0001"]);
  assert.equal((deleted ?? []).length, 1);
});

judged("baton to-pebble converts the file, and the result lists the same rows", () => {
  baton("to-pebble", "-f", file, "--out", "pebble.c1z");
  for (const [command, name, table] of lists) {
    const rows = listed(command, name, join(scratch.path, "pebble.c1z"));
    // That engine keeps of an entitlement's resource, and of a grant's two sides, the ids only.
    const isWhole = table === "resourceTypes" || table === "resources";
    if (isWhole) assertSameRows(rows, stored[table], table);
    else assert.deepEqual(Object.keys(rows).toSorted(), Object.keys(stored[table]), table);
  }
});
