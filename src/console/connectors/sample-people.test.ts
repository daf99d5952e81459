import assert from "node:assert/strict";
import { test } from "node:test";
import { liveOn, sampleOrganization } from "./sample-people.ts";

const nowMs = Date.UTC(2026, 10, 28);
const day = 86_400_000;

test("the sample has something to find in every review, and nobody's name is a trick", () => {
  const { members, teams } = sampleOrganization(nowMs);
  const owners = members.filter(({ role }) => role === "Owner");
  assert.ok(
    owners.some(({ isActive }) => !isActive),
    "a disabled owner",
  );
  assert.ok(
    owners.some(({ isActive, hasTwoFactor }) => isActive && !hasTwoFactor),
    "an owner without two-factor",
  );
  assert.ok(members.filter(({ isActive }) => !isActive).length > 10, "leavers");
  const since = members.map(({ lastLoginAt }) =>
    lastLoginAt === null ? null : (nowMs - Date.parse(lastLoginAt)) / day,
  );
  for (const [from, to] of [
    [0, 30],
    [31, 90],
    [91, 180],
    [181, 9999],
  ] as const) {
    assert.ok(
      since.some((days) => days !== null && days >= from && days <= to),
      `${from} to ${to} days`,
    );
  }
  assert.ok(since.includes(null) && since.every((days) => days === null || days >= 0), "nobody logged in tomorrow");
  const peopleOf = (name: string) => members.filter((one) => one.memberships.some(({ team }) => team.name === name));
  assert.ok(
    teams.some(({ name }) => peopleOf(name).length === 0),
    "an empty team",
  );
  assert.ok(
    teams.some(({ visibility }) => visibility === "Hidden"),
    "a hidden team",
  );
  const managed = new Set(
    members.flatMap((one) => one.memberships.filter(({ role }) => role === "Manager")).map(({ team }) => team),
  );
  assert.ok(
    teams.some((team) => peopleOf(team.name).length > 0 && !managed.has(team)),
    "a team that nobody manages",
  );
  for (const key of ["user", "userName", "email"] as const) {
    assert.equal(new Set(members.map((member) => member[key])).size, members.length, key);
  }
  for (const { userName, email } of members) {
    assert.match(userName, /^\p{Lu}\p{L}+ \p{Lu}[\p{L}']+$/u);
    assert.match(email, /^[a-z.]+@acme\.example$/);
  }
});

test("a later sync finds that somebody came, left, rose and is called otherwise", () => {
  const [before, after] = [sampleOrganization(nowMs), sampleOrganization(nowMs)];
  liveOn(after, nowMs);
  const ids = (one: typeof before) => one.members.map(({ userId }) => userId);
  assert.equal(ids(before).filter((id) => !ids(after).includes(id)).length, 1);
  assert.equal(ids(after).filter((id) => !ids(before).includes(id)).length, 1);
  const was = new Map(before.members.map((member) => [member.userId, member]));
  const changed = after.members.filter(({ userId, role, userName }) => {
    const old = was.get(userId);
    return old && (old.role !== role || old.userName !== userName);
  });
  assert.equal(changed.length, 2);
});
