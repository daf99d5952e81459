import assert from "node:assert/strict";
import { test } from "node:test";
import { headlineOf, percent } from "./review-headline.ts";

function tell(name: string, counts: Readonly<Record<string, number>>, total = 1): string {
  // Labels are for people, and say something else than the keys.
  const listed = Object.entries(counts).map(([key, count]) => ({ key, label: key.replace("/", " "), count }));
  const { figure, sentence, tone } = headlineOf({ name, counts: listed, total });
  return `${tone}: ${figure} ${sentence}`;
}

test("offboarding counts those that still hold access, among the disabled", () => {
  const counts = { accounts: 9, disabled: 4, stillHolding: 3 };
  assert.equal(tell("offboarding", counts), "bad: 3 of 4 disabled people still hold access");
  assert.equal(tell("offboarding", { disabled: 4 }), "good: 0 of 4 disabled people hold access");
  assert.equal(tell("offboarding", {}), "good: 0 people are disabled");
});

test("two-factor is a share of those that it is known of, and unknown stands apart", () => {
  assert.equal(
    tell("two-factor", { yes: 3, no: 1, unknown: 6 }),
    "bad: 75 % of 4 people have two-factor, 1 do not; of 6 more it is not known",
  );
  assert.equal(tell("two-factor", { yes: 0, no: 0, unknown: 6 }), "warn: 6 people: two-factor is known of nobody");
  assert.equal(tell("two-factor", { yes: 2, no: 0, unknown: 0 }), "good: 100 % of 2 people have two-factor, 0 do not");
});

test("a share is whole only when it is", () => {
  assert.equal(percent(44_999, 45_000), "99 %");
  assert.equal(percent(1, 45_000), "1 %");
  assert.equal(percent(0, 45_000), "0 %");
});

test("dormant adds up never, and more than 90 days", () => {
  const counts = { accounts: 1000, never: 5, over180: 6, over90: 7, over30: 8 };
  assert.equal(
    tell("dormant", counts),
    "warn: 18 of 1,000 people who can log in did not for more than 90 days, or have no known login",
  );
});

test("owners: one is too few, six too many, and none may lack two-factor", () => {
  assert.equal(tell("owners", { owners: 1 }), "warn: 1 owner");
  assert.equal(tell("owners", { owners: 6 }), "warn: 6 owners");
  assert.equal(tell("owners", { owners: 3 }), "good: 3 owners");
  assert.equal(tell("owners", { owners: 3, managers: 9 }), "good: 3 owners, besides 9 managers");
  const risky = { owners: 3, ownersWithoutTwoFactor: 2, disabledOwners: 1 };
  assert.equal(tell("owners", risky), "bad: 3 owners, 2 not known to have two-factor, 1 disabled");
});

test("changes name their kinds, teams what they lack, and other reviews their first count", () => {
  assert.equal(
    tell("changes", { "account/added": 2, "access/removed": 1, "team/added": 0 }, 3),
    "neutral: 3 changes: 2 account added, 1 access removed",
  );
  assert.equal(tell("changes", {}, 0), "good: 0 changes");
  assert.equal(tell("team-managers", { teams: 4, unmanaged: 1 }), "warn: 1 of 4 teams has no manager");
  assert.equal(
    tell("empty-and-hidden-teams", { teams: 4, empty: 0, hidden: 2 }),
    "warn: 0 of 4 teams are empty, 2 hidden",
  );
  assert.equal(tell("roster", { enabled: 7, disabled: 1 }, 8), "neutral: 8 people: 7 enabled, 1 disabled");
  assert.equal(tell("roles", { owner: 1, member: 7 }, 8), "neutral: 8 roles held: 1 owner, 7 members");
  assert.equal(tell("of-tomorrow", {}, 8), "neutral: 8 rows");
});
