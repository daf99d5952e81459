import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import type { KeyName } from "../../sandbox/keys.ts";
import type { Member, Team } from "../../sandbox/organization/model.ts";
import { type Sandbox, startSandbox } from "../../sandbox/server.ts";
import { type Finished, logLines, runProgram, scratchDirectory, warningCodes } from "./program.ts";
import type { Sight } from "./sandbox-oracle.ts";
import { assertHolds, assertOnlyReads, settingsFor } from "./sandbox-run.ts";
import { readStoredRows } from "./stored-rows.ts";

async function syncWith(sandbox: Sandbox, key: KeyName, file: string): Promise<Finished> {
  const run = await runProgram(["-f", file], { cwd: "/", env: settingsFor(sandbox, key) });
  assert.equal(run.code, 0, run.stderr);
  assertOnlyReads(sandbox);
  return run;
}

/** What the role's holder sees of an organization (Cloudsmith documentation: roles). */
function sightOf(sandbox: Sandbox, key: "member" | "collaborator"): Sight {
  const holder = sandbox.holder(key);
  const own = new Set<Team>(holder?.memberships.map(({ team }) => team));
  const isColleague = (member: Member): boolean => member.memberships.some(({ team }) => own.has(team));
  return {
    seesTeam: (team) => own.has(team) || (key === "member" && team.visibility === "Visible"),
    seesMember: (member) => key === "member" || member === holder || isColleague(member),
    seesEmail: (member) => member === holder,
  };
}

for (const key of ["member", "collaborator"] as const) {
  test(`the key of a ${key} syncs what its owner sees, and the run says that this may be a part only`, async () => {
    await using sandbox = await startSandbox();
    using scratch = scratchDirectory();
    const file = join(scratch.path, "part.c1z");
    const run = await syncWith(sandbox, key, file);
    await assertHolds(file, sandbox, sightOf(sandbox, key));
    assert.deepEqual(warningCodes(run), ["CS-PARTIAL-ROLE", "CS-EMAIL-REDACTED"]);
    const role = key === "member" ? "Member" : "Collaborator";
    const warning = logLines(run).find((line) => line["code"] === "CS-PARTIAL-ROLE");
    assert.match(String(warning?.["msg"]), new RegExp(`^Partial roster: .* the role ${role};`));
  });
}

test("the keys of an owner, a manager and a manager service account sync the same rows without a warning", async () => {
  await using sandbox = await startSandbox();
  using scratch = scratchDirectory();
  for (const key of ["owner", "manager", "service"] as const) {
    const file = join(scratch.path, `${key}.c1z`);
    const run = await syncWith(sandbox, key, file);
    await assertHolds(file, sandbox);
    assert.deepEqual(warningCodes(run), []);
  }
});

test("teams that memberships name and the key cannot see are warned of, and get no grants", async () => {
  await using sandbox = await startSandbox({ filterMemberTeams: false });
  using scratch = scratchDirectory();
  const file = join(scratch.path, "hidden.c1z");
  const run = await syncWith(sandbox, "member", file);
  assert.deepEqual(warningCodes(run), ["CS-PARTIAL-ROLE", "CS-EMAIL-REDACTED", "CS-TEAM-UNLISTED"]);
  const { seesTeam = () => true } = sightOf(sandbox, "member");
  // The profile lists the team slugs of the membership as they come, so only rows of teams and grants are compared.
  const hidden = sandbox.organization.teams.filter((team) => !seesTeam(team)).map(({ slugPerm }) => slugPerm);
  assert.ok(hidden.length > 0);
  const stored = JSON.stringify(readStoredRows(file).grants);
  for (const id of hidden) assert.ok(!stored.includes(id), `no grant of the hidden team ${id}`);
});
