/** Whole syncs from a server that errs in one thing. Who is who: ids, logins, the owner of the key, the organization. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  answering,
  type Case,
  type Changeable,
  cases,
  core,
  everybody,
  find,
  inCore,
  many,
  older,
  set,
  sync,
} from "./cases.ts";
import { acme, person, place, type Row, team } from "./odd-organization.ts";

cases("an ordinary organization", [
  {
    name: "as it is",
    change: () => {},
    ends: "Complete",
    holds: (synced) => {
      assert.deepEqual(synced.users, everybody);
      assert.deepEqual(core(synced), inCore);
    },
  },
  {
    name: "whose memberships say no teams",
    change: older,
    ends: "Complete",
    holds: (synced) => assert.deepEqual(core(synced), inCore),
  },
]);

cases("the organization that answers", [
  {
    name: "is the one in another case",
    change: (odd) => void Object.assign(odd.organization, { slug: "ACME" }),
    ends: "Complete",
  },
]);

test("the organization that answers: is another one: nothing is read", async () => {
  const odd = acme();
  Object.assign(odd.organization, { slug: "acme-2" });
  await assert.rejects(sync(odd), { code: "CS-ORG-OTHER" });
});

/** The list does not show the key's owner as the look-up does. */
function ownerAlone(fields: Row | undefined): (odd: Changeable) => void {
  return (odd) => {
    odd.members.push(person("zoe", { role: "Owner" }));
    const alone = { ...find(odd, "olga") };
    const index = odd.members.indexOf(find(odd, "olga"));
    if (fields) Object.assign(find(odd, "olga"), fields);
    else odd.members.splice(index, 1);
    answering("/members/olga/", { body: alone })(odd);
  };
}

cases("the key's owner, found by a look-up,", [
  { name: "is not in the list", change: ownerAlone(undefined), ends: "Incomplete", says: "CS-KEY-OWNER-UNLISTED" },
  {
    name: "has another role there",
    change: ownerAlone({ role: "Member" }),
    ends: "Partial roster",
    says: "CS-KEY-OWNER-DIFFERS",
  },
  {
    name: "is inactive there",
    change: ownerAlone({ is_active: false }),
    ends: "Partial roster",
    says: "CS-KEY-OWNER-DIFFERS",
  },
  { name: "has the role in another case there", change: ownerAlone({ role: "OWNER" }), ends: "Complete" },
]);

cases("ids:", [
  {
    name: "one id with two logins on one page",
    change: (odd) => void odd.members.push(person("eve", { user_id: "Umia" })),
    ends: "Incomplete",
    says: "CS-ID-COLLISION",
  },
  {
    name: "one id with two logins on two pages",
    change: (odd) => void odd.members.push(...many(12), person("zed", { user_id: "Umia" })),
    options: { pageSize: 5 },
    ends: "Incomplete",
    says: "CS-ID-COLLISION",
  },
  {
    name: "one id with another login in the other list",
    change: (odd) => void odd.members.push(person("eve", { user_id: "Umia", is_active: false })),
    ends: "Incomplete",
    says: "CS-ID-COLLISION",
  },
  {
    name: "two ids with one login",
    change: (odd) => void odd.members.push(person("mia", { user_id: "Uother", email: "other@acme.example" })),
    ends: "Incomplete",
    says: "CS-ID-COLLISION",
  },
  {
    name: "one id with the login in another case",
    change: (odd) => void odd.members.push(person("MIA", { user_id: "Umia", email: "eve@acme.example" })),
    ends: "Incomplete",
    says: "CS-ID-COLLISION",
  },
  ...["mailto:mia@acme.example", "Mia <MIA@acme.example>", " mia@acme.example."].map(
    (email): Case => ({
      name: `one id with its address as ${JSON.stringify(email)} in the other list`,
      change: (odd) => void odd.members.push(person("mia", { is_active: false, email })),
      ends: "Complete with warnings",
      says: "CS-ROW-TWICE",
    }),
  ),
  ...[undefined, null, ""].map(
    (user_id): Case => ({
      name: `${user_id === undefined ? "missing" : JSON.stringify(user_id)} on a member`,
      change: set("noah", { user_id }),
      ends: "Incomplete",
      says: "CS-ID-MISSING",
    }),
  ),
  ...["   ", "\u200b"].map(
    (user_id): Case => ({
      name: `${JSON.stringify(user_id)}, in which nothing is to be seen, on a member`,
      change: set("noah", { user_id }),
      ends: "Incomplete",
      says: "CS-ID-MISSING",
    }),
  ),
  {
    name: "half of a surrogate pair on two members, which a file would have as one",
    change: (odd) => {
      Object.assign(find(odd, "mia"), { user_id: "\ud800x" });
      Object.assign(find(odd, "noah"), { user_id: "\ud801x" });
    },
    ends: "Incomplete",
    says: "CS-ID-MISSING",
  },
  {
    name: "whole numbers, everywhere",
    change: (odd) => {
      const numbers = new Map(["mia", "noah", "pia", "olga"].map((login, index) => [login, index + 1]));
      for (const row of odd.members) row["user_id"] = numbers.get(String(row["user"]));
      Object.assign(odd.self, { slug_perm: numbers.get("olga") });
      Object.assign(odd.organization, { slug_perm: 77 });
      for (const [index, row] of odd.teams.entries()) row["slug_perm"] = index;
    },
    ends: "Complete",
    holds: ({ users, teams, grants }) => {
      assert.deepEqual([...users, ...teams], ["user:1", "user:2", "user:3", "user:4", "team:0", "team:1"]);
      assert.ok(grants.includes("team:0:manager:user:1") && grants.includes("organization:77:owner:user:4"));
    },
  },
  ...[7.5, 2 ** 53, true, {}].map(
    (user_id): Case => ({
      name: `${JSON.stringify(user_id)} on a member, which is no certain id`,
      change: set("noah", { user_id }),
      ends: "Failed",
      says: "CS-ANSWER-SCHEMA",
    }),
  ),
  {
    name: "two teams of one id",
    change: (odd) => void odd.teams.push(team("other", { slug_perm: "Tcore" })),
    ends: "Incomplete",
    says: "CS-ID-COLLISION",
  },
  {
    name: "two teams of one slug",
    change: (odd) => void odd.teams.push(team("core", { slug_perm: "Tother" })),
    ends: "Incomplete",
    says: "CS-ID-COLLISION",
  },
  {
    name: "missing on a team",
    change: (odd) => void odd.teams.push(team("other", { slug_perm: null })),
    ends: "Incomplete",
    says: "CS-ID-MISSING",
  },
]);

cases("a name that leads elsewhere", [
  ...["pia/remove", "pia/", "../members/pia/remove", "..", "\\pia"].map(
    (user): Case => ({
      name: `is asked for as it is, whenever a server decodes the path: ${user}`,
      change: (odd) => {
        older(odd);
        odd.teamMembers["core"]?.push({ user, role: "Member", user_kind: "User" });
      },
      ends: "Partial roster",
      says: "CS-MEMBER-UNLISTED",
      // A GET of /members/pia/remove/ removes a member (Cloudsmith API).
      holds: ({ asked }) => {
        const wanted = /^\/members\/[^/\\]+\/$/;
        const single = asked.map(decodeURIComponent).filter((path) => /^\/members\/./.test(path));
        assert.deepEqual(
          single.filter((path) => !wanted.test(path)),
          [],
        );
        assert.equal(single.length, 2, "the key's owner, and the name");
      },
    }),
  ),
]);

cases("names in another case:", [
  {
    name: "a team lists its member so, and the member cannot be asked for so",
    change: (odd) => {
      older(odd);
      const members = (odd.teamMembers["core"] ?? []).map((row) => ({
        ...row,
        user: String(row["user"]).toUpperCase(),
      }));
      answering("/teams/core/members", { body: { members } })(odd);
    },
    ends: "Complete",
    holds: (synced) => assert.deepEqual(core(synced), inCore),
  },
  {
    name: "two people whose logins differ by it are told apart",
    change: (odd) => {
      older(odd);
      odd.members.push(person("MIA"));
    },
    ends: "Complete",
    holds: (synced) => assert.deepEqual(core(synced), inCore),
  },
]);

cases("what is known is used:", [
  {
    name: "no row is an Owner, for a Manager's key",
    change: set("olga", { role: "Manager" }),
    ends: "Partial roster",
    says: "CS-NO-OWNER",
  },
  {
    name: "the only Owner is inactive",
    change: (odd) => {
      set("olga", { role: "Manager" })(odd);
      odd.members.push(person("zoe", { role: "Owner", is_active: false }));
    },
    ends: "Complete",
  },
]);

cases("ids:", [
  {
    name: "one id and login with another address in the other list",
    change: (odd) => void odd.members.push(person("mia", { is_active: false, email: "eve@acme.example" })),
    ends: "Incomplete",
    says: "CS-ID-COLLISION",
  },
  {
    name: "one team under two slugs, one of which a membership names",
    change: (odd) => {
      odd.teams.push(team("nucleus", { slug_perm: "Tcore" }));
      set("noah", { teams: [place("nucleus")] })(odd);
    },
    ends: "Incomplete",
    says: "CS-ID-COLLISION",
  },
  {
    name: "one id twice, active and inactive, without logins",
    change: (odd) => {
      const unnamed: Row = { user_id: "Ux", user: null };
      odd.members.push(person("x", unnamed), person("y", { ...unnamed, is_active: false }));
    },
    ends: "Incomplete",
    says: "CS-ID-COLLISION",
  },
]);
