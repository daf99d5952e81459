import assert from "node:assert/strict";
import { test } from "node:test";
import type { KeyName } from "../keys.ts";
import type { Member, Team } from "../organization/model.ts";
import { type Sandbox, startSandbox } from "../server.ts";
import { ask, askAll, type Row, rowOf } from "../test-client.ts";

const org = "/orgs/sandbox-org";

function slugs(rows: readonly Row[]): unknown[] {
  return rows.map((row) => row["slug"] ?? row["user"]).sort();
}

function person(sandbox: Sandbox, key: KeyName): Member {
  const holder = sandbox.holder(key);
  assert.ok(holder && "userId" in holder);
  return holder;
}

function hidden(team: Team): boolean {
  return team.visibility === "Hidden";
}

const complete: readonly KeyName[] = ["owner", "manager", "service"];

for (const key of complete) {
  test(`the ${key} key sees everything`, async () => {
    await using sandbox = await startSandbox();
    const members = await askAll(sandbox, `${org}/members/`, { key });
    assert.equal(members.length, 120);
    assert.ok(members.every((row) => !String(row["email"]).includes("*")));
    assert.equal((await askAll(sandbox, `${org}/teams/`, { key })).length, 12);
    assert.equal((await askAll(sandbox, `${org}/services/`, { key })).length, 4);
  });
}

test("a member sees all members with redacted addresses, its own excepted", async () => {
  await using sandbox = await startSandbox();
  const self = person(sandbox, "member");
  const members = await askAll(sandbox, `${org}/members/`, { key: "member" });
  assert.equal(members.length, 120);
  for (const row of members) {
    if (row["user"] === self.user) assert.equal(row["email"], self.email);
    else assert.match(String(row["email"]), /^.\*{5}@\*{4}\.example$/u);
  }
});

test("a member sees visible teams and its own, also on other members", async () => {
  await using sandbox = await startSandbox();
  const self = person(sandbox, "member");
  const [own, foreign] = sandbox.organization.teams.filter(hidden);
  assert.ok(own && foreign);
  sandbox.edit.addToTeam(self.user, own.slug);
  sandbox.edit.removeFromTeam(self.user, foreign.slug);
  const boss = person(sandbox, "owner");
  sandbox.edit.addToTeam(boss.user, own.slug);
  sandbox.edit.addToTeam(boss.user, foreign.slug);

  const listed = slugs(await askAll(sandbox, `${org}/teams/`, { key: "member" }));
  assert.ok(listed.includes(own.slug));
  assert.ok(!listed.includes(foreign.slug));
  assert.equal((await ask(sandbox, `${org}/teams/${foreign.slug}/`, { key: "member" })).status, 404);
  assert.equal((await ask(sandbox, `${org}/teams/${foreign.slug}/members`, { key: "member" })).status, 404);

  const seen = await ask(sandbox, `${org}/members/${boss.user}/`, { key: "member" });
  assert.match(seen.text, new RegExp(`"slug":"${own.slug}"`));
  assert.doesNotMatch(seen.text, new RegExp(`"slug":"${foreign.slug}"`));
  sandbox.switches.filterMemberTeams = false;
  const unfiltered = await ask(sandbox, `${org}/members/${boss.user}/`, { key: "member" });
  assert.match(unfiltered.text, new RegExp(`"slug":"${foreign.slug}"`));
});

test("a collaborator sees its own teams and the people in them only", async () => {
  await using sandbox = await startSandbox();
  const self = person(sandbox, "collaborator");
  const own = new Set(self.memberships.map(({ team }) => team));
  assert.ok(own.size > 0);
  assert.deepEqual(
    slugs(await askAll(sandbox, `${org}/teams/`, { key: "collaborator" })),
    [...own].map((team) => team.slug).sort(),
  );
  const mates = sandbox.organization.members.filter((member) => member.memberships.some(({ team }) => own.has(team)));
  assert.ok(mates.length > 1 && mates.length < 120);
  assert.deepEqual(
    slugs(await askAll(sandbox, `${org}/members/`, { key: "collaborator" })),
    mates.map((member) => member.user).sort(),
  );
  const stranger = sandbox.organization.members.find((member) => !mates.includes(member));
  assert.equal((await ask(sandbox, `${org}/members/${stranger?.user}/`, { key: "collaborator" })).status, 404);
});

test("low roles may not list services, but a service may read itself", async () => {
  await using sandbox = await startSandbox();
  for (const key of ["member", "collaborator", "serviceMember"] as const) {
    const reply = await ask(sandbox, `${org}/services/`, { key });
    assert.equal(reply.status, 403);
    assert.equal(typeof rowOf(reply.json)["detail"], "string");
  }
  const self = await ask(sandbox, `${org}/services/ci-publisher/`, { key: "serviceMember" });
  assert.equal(rowOf(self.json)["role"], "Member");
  assert.equal((await ask(sandbox, `${org}/services/baton-sync/`, { key: "serviceMember" })).status, 403);
});

test("what a key sees follows its holder's role and presence at once", async () => {
  await using sandbox = await startSandbox();
  const self = person(sandbox, "manager");
  const teams = async (): Promise<number> => (await askAll(sandbox, `${org}/teams/`, { key: "manager" })).length;
  assert.equal(await teams(), 12);
  sandbox.edit.changeMember(self.user, { role: "Collaborator" });
  assert.equal(await teams(), self.memberships.length);
  sandbox.edit.changeMember(self.user, { isActive: false });
  assert.equal((await ask(sandbox, `${org}/`, { key: "manager" })).status, 401);
  sandbox.edit.changeMember(self.user, { isActive: true });
  sandbox.edit.removeMember(self.user);
  assert.equal((await ask(sandbox, `${org}/`, { key: "manager" })).status, 404);
  const identity = rowOf((await ask(sandbox, "/user/self/", { key: "manager" })).json);
  assert.equal(identity["slug"], self.user, "those who leave keep the account");
});
