import assert from "node:assert/strict";
import { after, test } from "node:test";
import type { KeyName } from "../../sandbox/keys.ts";
import { startSandbox } from "../../sandbox/server.ts";
import { scratchDirectory } from "../e2e/program.ts";
import { expectedIds, idsIn, newFile, nobodyShown, syncSandbox } from "./sandbox-sync.ts";

const scratch = scratchDirectory();
after(() => scratch[Symbol.dispose]());
const file = (): string => newFile(scratch.path);

type Body = Record<string, unknown>;

test("R1: a key whose owner is a Member, a Collaborator or nobody known makes a partial roster", async () => {
  for (const key of ["member", "collaborator", "serviceMember"] as const) {
    await using sandbox = await startSandbox();
    const run = await syncSandbox(sandbox, file(), { key });
    assert.equal(run.signals["R1"], 1, key);
    assert.equal(run.end.result, "Partial roster");
    assert.equal(run.end.replaced, true);
  }
  await using sandbox = await startSandbox();
  const nobody = { kind: "status", status: 404, times: Number.POSITIVE_INFINITY } as const;
  sandbox.addFault({ ...nobody, match: { path: /services\/[^/]+\/$/ } });
  sandbox.addFault({ ...nobody, match: { path: /members\/[^/]+\/$/ } });
  const unknown = await syncSandbox(sandbox, file());
  assert.deepEqual(unknown.signals, { R1: 1 });
  assert.deepEqual(unknown.codes, ["CS-PARTIAL-ROLE"]);
});

for (const [what, email] of [
  ["masked", "a***@e***.example"],
  ["without @", "hidden"],
  ["null", null],
  ["missing", undefined],
] as const) {
  test(`R2: another member's e-mail address that is ${what} is never written, and a sign only where the key sees less than all`, async () => {
    await using sandbox = await startSandbox();
    const other = sandbox.organization.members.find((member) => member !== sandbox.holder("owner"));
    Object.assign(other ?? {}, { overrides: { email } });
    const path = file();
    const run = await syncSandbox(sandbox, path, { key: "owner" });
    assert.deepEqual([run.signals, run.codes], [{}, ["CS-EMAIL-UNUSABLE"]]);
    assert.equal(run.end.result, "Complete with warnings");
    assert.deepEqual(idsIn(path, run, "v1_resources"), expectedIds(sandbox));
    assert.ok((await syncSandbox(sandbox, file(), { key: "member" })).signals["R2"]);
  });
}

test("R2: the key owner's own missing address is no sign", async () => {
  await using sandbox = await startSandbox();
  Object.assign(sandbox.holder("owner") ?? {}, { overrides: { email: null } });
  const run = await syncSandbox(sandbox, file(), { key: "owner" });
  assert.deepEqual([run.end.result, run.signals], ["Complete", {}]);
});

test("R3: a team that memberships name and that cannot be seen makes a partial roster", async () => {
  await using sandbox = await startSandbox({ organization: { members: 20, teams: 4 } });
  const secret = { name: "Secret", role: "Member", slug: "secret" };
  const withSecret = (member: Body): Body => ({ ...member, teams: [...(member["teams"] as Body[]), secret] });
  sandbox.addFault({
    kind: "rewrite",
    match: { path: /\/members\// },
    times: Number.POSITIVE_INFINITY,
    rewrite: (json) => (Array.isArray(json) ? json.map((row: Body) => withSecret(row)) : withSecret(json as Body)),
  });
  const run = await syncSandbox(sandbox, file());
  assert.deepEqual(run.signals, { R3: 20 });
  assert.deepEqual(run.codes, ["CS-TEAM-UNLISTED"]);
  assert.equal(run.end.result, "Partial roster");
});

test("R3: a team that the list does not show but that is found by name is in the file, and only noted", async () => {
  await using sandbox = await startSandbox({ organization: { members: 60, teams: 4 } });
  const [unlisted] = sandbox.organization.teams;
  sandbox.addFault({
    kind: "rewrite",
    match: { path: /\/teams\/$/ },
    times: Number.POSITIVE_INFINITY,
    // A page past the end answers with an object.
    rewrite: (json) => (Array.isArray(json) ? json.filter((team: Body) => team["slug"] !== unlisted?.slug) : json),
  });
  // The list does not count it either.
  sandbox.switches.paginationHeaders = false;
  const path = file();
  const run = await syncSandbox(sandbox, path);
  assert.deepEqual(run.codes, ["CS-TEAM-BY-NAME"]);
  assert.equal(run.end.result, "Complete with warnings");
  assert.deepEqual(idsIn(path, run, "v1_resources"), expectedIds(sandbox));
});

test("R4: somebody whom a team shows and the member list does not makes a partial roster", async () => {
  await using sandbox = await startSandbox({ organization: { members: 20, teams: 4 }, membersCarryTeams: false });
  sandbox.addFault({
    kind: "rewrite",
    match: { path: /\/teams\/[^/]+\/members$/ },
    rewrite: (json) => {
      const { members } = json as { members: Body[] };
      return { members: [...members, { user: "ghost", role: "Member", user_kind: "User" }] };
    },
  });
  const run = await syncSandbox(sandbox, file());
  assert.deepEqual(run.signals, { R4: 1 });
  assert.equal(run.end.result, "Partial roster");
});

test("R5: a list that announces members and shows none is incomplete, keeps nothing and leaves the file alone", async () => {
  await using sandbox = await startSandbox({ faults: [nobodyShown] });
  const run = await syncSandbox(sandbox, file());
  assert.equal(run.error?.code, "BATON-INCOMPLETE");
  assert.equal(run.error?.exitCode, 21);
  assert.deepEqual(run.signals, { R5: 1 });
  assert.deepEqual([run.end.result, run.end.replaced], ["Incomplete", false]);
});

test("R6: two-factor states that others' rows do not say make a partial roster, and are not taken for off", async () => {
  await using sandbox = await startSandbox();
  const owner = sandbox.holder("owner");
  for (const member of sandbox.organization.members) {
    if (member !== owner) Object.assign(member, { overrides: { has_two_factor: undefined } });
  }
  const run = await syncSandbox(sandbox, file(), { key: "owner" });
  assert.deepEqual(run.signals, { R6: sandbox.organization.members.length - 1 });
  assert.equal(run.end.result, "Partial roster");
});

test("R7: nobody inactive, rows that do not say it and a filter that changes nothing make a partial roster", async () => {
  await using sandbox = await startSandbox({ organization: { inactiveShare: 0 }, isActiveSemantics: "H1" });
  for (const member of sandbox.organization.members) Object.assign(member, { overrides: { is_active: undefined } });
  const run = await syncSandbox(sandbox, file());
  assert.deepEqual(run.signals, { R7: 1 });
  assert.equal(run.end.result, "Partial roster");
});

test("R8: a fifth fewer people are warned of, half of them gone hold the sync until the changes are accepted", async () => {
  await using sandbox = await startSandbox({ organization: { members: 100, teams: 4, inactiveShare: 0 } });
  const path = file();
  const leave = (count: number): void => {
    for (const { user } of sandbox.organization.members.slice(-count)) sandbox.edit.removeMember(user);
  };
  const first = await syncSandbox(sandbox, path);
  assert.equal(first.end.result, "Complete");
  leave(25);
  const fewer = await syncSandbox(sandbox, path);
  assert.deepEqual([fewer.end.result, fewer.codes], ["Complete with warnings", ["BATON-BIG-DROP"]]);
  leave(45);
  const held = await syncSandbox(sandbox, path);
  assert.deepEqual([held.end.result, held.end.replaced, held.error?.code], ["Held", false, "BATON-HELD"]);
  assert.equal(held.error?.exitCode, 22);
  const accepted = await syncSandbox(sandbox, path, { acceptChanges: true });
  assert.deepEqual([accepted.end.result, accepted.end.replaced], ["Complete with warnings", true]);
  assert.ok("R8" in accepted.signals);
  assert.deepEqual(idsIn(path, accepted, "v1_resources"), expectedIds(sandbox));
});

test("none of the signs is raised on 20 healthy organizations, whatever is_active means", async () => {
  const semantics = ["H1", "H2", "H3"] as const;
  const keys: readonly KeyName[] = ["owner", "manager", "service"];
  for (let n = 0; n < 20; n++) {
    const organization = {
      seed: 100 + n,
      members: [2, 1, 5, 40, 137, 700][n % 6] ?? 1,
      teams: [0, 1, 7, 60][n % 4] ?? 0,
      inactiveShare: [0, 0.1, 0.5, 1][n % 4] ?? 0,
    };
    await using sandbox = await startSandbox({
      organization,
      isActiveSemantics: semantics[n % 3] ?? "H3",
      membersCarryTeams: n % 5 !== 4,
      paginationHeaders: n % 7 !== 6,
      ignorePageSize: n % 8 === 7,
    });
    const key = keys[n % 3] ?? "service";
    const path = file();
    const run = await syncSandbox(sandbox, path, {
      key: sandbox.holder(key) && organization.inactiveShare < 1 ? key : "service",
    });
    assert.deepEqual(run.end.warnings, [], `organization ${n}`);
    assert.equal(run.end.result, "Complete");
    assert.deepEqual(idsIn(path, run, "v1_resources"), expectedIds(sandbox), `organization ${n}`);
    // Read again with nothing changed, it is no drop either.
    assert.equal((await syncSandbox(sandbox, path)).end.result, "Complete");
  }
});
