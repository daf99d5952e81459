import assert from "node:assert/strict";
import { test } from "node:test";
import { BatonError } from "../../src/sdk/errors.ts";
import { type Sandbox, startSandbox } from "../server.ts";
import { ask, askAll, type Row, rowOf } from "../test-client.ts";
import { loginMethods, organizationRoles } from "./model.ts";
import { createOrganization, expectedCounts, type OrganizationOptions } from "./organization.ts";

const slugPattern = /^[-a-zA-Z0-9_]+$/;
const timestampPattern = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{6})?Z$/;

async function everyMember(sandbox: Sandbox): Promise<Row[]> {
  const inactive = await askAll(sandbox, "/orgs/sandbox-org/members/?is_active=false");
  return [...(await askAll(sandbox, "/orgs/sandbox-org/members/?is_active=true")), ...inactive];
}

test("the same seed gives the same organization, another seed another one", () => {
  const options: OrganizationOptions = { seed: 7, members: 200, teams: 20 };
  const first = JSON.stringify(createOrganization(options), shallowTeams);
  assert.equal(JSON.stringify(createOrganization(options), shallowTeams), first);
  assert.notEqual(JSON.stringify(createOrganization({ ...options, seed: 8 }), shallowTeams), first);
});

test("more teams do not change who the members are", () => {
  const ids = (teams: number): string[] => createOrganization({ teams }).members.map((member) => member.userId);
  assert.deepEqual(ids(12), ids(50));
});

test("every field of every member obeys the documented rules", async () => {
  await using sandbox = await startSandbox({ organization: { members: 600, teams: 40 } });
  const members = await everyMember(sandbox);
  assert.equal(members.length, 600);
  for (const member of members) checkMember(member);
  assert.equal(new Set(members.map((member) => member["user_id"])).size, 600);
  assert.equal(new Set(members.map((member) => member["user"])).size, 600);
  assert.equal(new Set(members.map((member) => member["email"])).size, 600);
});

test("every field of every team and service obeys the documented rules", async () => {
  await using sandbox = await startSandbox({ organization: { teams: 700, services: 20 } });
  const teams = await askAll(sandbox, "/orgs/sandbox-org/teams/");
  assert.equal(teams.length, 700);
  for (const team of teams) checkTeam(team);
  for (const field of ["slug", "slug_perm", "name"]) assert.equal(new Set(teams.map((team) => team[field])).size, 700);
  assert.ok(teams.some((team) => team["description"] === null));
  assert.ok(teams.some((team) => /[ .'()/]/.test(String(team["name"]))));
  const services = await askAll(sandbox, "/orgs/sandbox-org/services/");
  assert.equal(services.length, 20);
  for (const service of services) checkService(service);
});

test("the organization shows what makes real ones hard to read", async () => {
  await using sandbox = await startSandbox({ organization: { members: 600, teams: 40 } });
  const members = await everyMember(sandbox);
  const names = members.map((member) => String(member["user_name"])).join("\n");
  for (const script of ["Latin", "Cyrillic", "Greek", "Arabic", "Hebrew", "Devanagari", "Han", "Hiragana", "Hangul"]) {
    assert.ok(new RegExp(`\\p{Script=${script}}`, "u").test(names), script);
  }
  assert.ok(/\p{Emoji_Presentation}/u.test(names), "emoji");
  assert.ok(names !== names.normalize("NFC"), "combining marks");
  assert.ok(new Set(names.split("\n")).size < members.length, "namesakes");
  assert.deepEqual(new Set(members.map((member) => member["role"])), new Set(organizationRoles));
  assert.deepEqual(new Set(members.map((member) => member["last_login_method"])), new Set(loginMethods));
  assert.ok(members.some((member) => member["last_login_at"] === null));
  const teamCounts = members.map((member) => teamsOf(member).length);
  assert.ok(teamCounts.includes(0));
  assert.equal(Math.max(...teamCounts), 12);
});

test("expected counts agree with what the server lists", async () => {
  await using sandbox = await startSandbox({ organization: { members: 300, teams: 30, inactiveShare: 0.25, seed: 5 } });
  const counts = expectedCounts(sandbox.organization);
  const members = await everyMember(sandbox);
  const places = members.flatMap(teamsOf);
  assert.equal(counts.members, members.length);
  assert.equal(counts.inactive, 75);
  assert.equal(counts.inactive, members.filter((member) => member["is_active"] === false).length);
  assert.equal(counts.active, 225);
  assert.equal(counts.byRole.Owner, members.filter((member) => member["role"] === "Owner").length);
  assert.ok(counts.byRole.Owner >= 2);
  assert.equal(counts.teamMemberships, 600);
  assert.equal(counts.teamMemberships, places.length);
  assert.equal(counts.teamManagerMemberships, places.filter((place) => place["role"] === "Manager").length);
  const teams = await askAll(sandbox, "/orgs/sandbox-org/teams/");
  assert.equal(counts.hiddenTeams, teams.filter((team) => team["visibility"] === "Hidden").length);
  assert.equal(counts.emptyTeams, teams.length - new Set(places.map((place) => place["slug"])).size);
});

for (const members of [0, 1, 10_000]) {
  test(`an organization of ${members} members is served whole`, async () => {
    await using sandbox = await startSandbox({ organization: { members } });
    const rows = await askAll(sandbox, "/orgs/sandbox-org/members/", { key: "service" });
    assert.equal(new Set(rows.map((row) => row["user_id"])).size, members);
  });
}

test("an organization without teams has members without teams", async () => {
  await using sandbox = await startSandbox({ organization: { teams: 0, members: 30 } });
  assert.deepEqual(await askAll(sandbox, "/orgs/sandbox-org/teams/"), []);
  assert.deepEqual((await everyMember(sandbox)).flatMap(teamsOf), []);
});

test("everybody can be inactive", async () => {
  await using sandbox = await startSandbox({ organization: { members: 20, inactiveShare: 1 } });
  assert.equal((await askAll(sandbox, "/orgs/sandbox-org/members/?is_active=true", { key: "service" })).length, 0);
  assert.equal((await ask(sandbox, "/orgs/sandbox-org/")).status, 404, "nobody active holds the owner's key");
});

test("impossible sizes are refused with a stable code", () => {
  const impossible: OrganizationOptions[] = [{ members: -1 }, { teams: 1.5 }, { inactiveShare: 2 }, { slug: "a b" }];
  for (const options of impossible) {
    assert.throws(
      () => createOrganization(options),
      (error) => error instanceof BatonError && error.code === "SANDBOX-OPTION",
    );
  }
});

function teamsOf(member: Row): Row[] {
  assert.ok(Array.isArray(member["teams"]));
  return member["teams"].map(rowOf);
}

function checkMember(member: Row): void {
  assert.match(String(member["user_id"]), /^[A-Za-z0-9]{12}$/);
  assert.match(String(member["user"]), slugPattern);
  assert.match(String(member["email"]), /^[^@\s]+@[^@\s]+\.example$/);
  assert.ok(String(member["user_name"]).length > 0);
  assert.equal(typeof member["is_active"], "boolean");
  assert.equal(typeof member["has_two_factor"], "boolean");
  assert.match(String(member["joined_at"]), timestampPattern);
  if (member["last_login_at"] !== null) assert.match(String(member["last_login_at"]), timestampPattern);
  assert.ok(loginMethods.some((method) => method === member["last_login_method"]));
  assert.ok(organizationRoles.some((role) => role === member["role"]));
  assert.match(String(member["visibility"]), /^(Public|Private)$/);
  assert.match(String(member["user_url"]), /^https:\/\//);
  for (const place of teamsOf(member)) {
    assert.match(String(place["slug"]), slugPattern);
    assert.match(String(place["role"]), /^(Manager|Member)$/);
    assert.deepEqual(Object.keys(place), ["name", "role", "slug"]);
  }
}

function checkTeam(team: Row): void {
  assert.match(String(team["name"]), /^\w[\w \-'./()]+$/);
  assert.ok(String(team["name"]).length <= 200);
  assert.match(String(team["slug"]), slugPattern);
  assert.match(String(team["slug_perm"]), /^[A-Za-z0-9]{12}$/);
  assert.ok(team["description"] === null || String(team["description"]).length <= 200);
  assert.match(String(team["visibility"]), /^(Visible|Hidden)$/);
}

function checkService(service: Row): void {
  assert.ok(String(service["name"]).length <= 120);
  assert.match(String(service["slug"]), slugPattern);
  assert.match(String(service["role"]), /^(Manager|Member)$/);
  assert.match(String(service["created_at"]), timestampPattern);
  assert.match(String(service["key"]), /^\*{32}[A-Za-z0-9]{4}$/, "a reader never sees a whole key");
}

/** Teams refer to themselves through their memberships; a slug stands for them. */
function shallowTeams(key: string, value: unknown): unknown {
  return key === "asManager" || key === "asMember" ? undefined : value;
}
