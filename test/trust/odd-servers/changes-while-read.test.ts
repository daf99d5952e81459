/** Whole syncs from a server that errs in one thing. What changes while it is read. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { type Case, type Changeable, cases, core, everybody, inCore, many, older, set, sync } from "./cases.ts";
import { acme, person, type Row, usual } from "./odd-organization.ts";

cases("what changes while it is read:", [
  {
    name: "the key's owner is no Owner any more when the list is read",
    change: (odd) => {
      odd.answer = ({ path }) => {
        if (path !== "/members/") return undefined;
        set("olga", { role: "Member" })(odd);
        set("pia", { role: "Owner" })(odd);
        return undefined;
      };
    },
    ends: "Partial roster",
    says: "CS-KEY-OWNER-NARROWED",
    holds: ({ users }) => assert.deepEqual(users, everybody),
  },
  {
    name: "the key's owner is no member any more when the list is read",
    change: (odd) => {
      odd.answer = ({ path }) => {
        if (path !== "/members/" || odd.members[0]?.["user"] !== "olga") return undefined;
        odd.members.shift();
        set("pia", { role: "Owner" })(odd);
        return undefined;
      };
    },
    ends: "Partial roster",
    says: "CS-KEY-OWNER-NARROWED",
    holds: ({ users }) => assert.deepEqual(users, ["user:Umia", "user:Unoah", "user:Upia"]),
  },
  {
    name: "the service account of the key is no Manager any more when the list is read",
    change: (odd) => {
      Object.assign(odd.self, { slug: "bot", slug_perm: "Sbot", name: "Bot", email: null });
      odd.services.push({ slug: "bot", name: "Bot", role: "Manager" });
      odd.answer = ({ path }) => {
        if (path !== "/members/") return undefined;
        Object.assign(odd.services[0] ?? {}, { role: "Member" });
        set("mia", { email: "m***@***" })(odd);
        return undefined;
      };
    },
    ends: "Partial roster",
    says: "CS-KEY-OWNER-NARROWED",
    holds: ({ users }) => assert.deepEqual(users, everybody),
  },
  {
    name: "a team gets another slug before its members are asked for",
    change: (odd) => {
      older(odd);
      odd.answer = ({ path }) => {
        if (path !== "/teams/core/members") return undefined;
        Object.assign(odd.teams.find((row) => row["slug"] === "core") ?? {}, { slug: "nucleus" });
        odd.teamMembers = { ...odd.teamMembers, nucleus: odd.teamMembers["core"] ?? [] };
        return { status: 404, body: { detail: "Not found." } };
      };
    },
    ends: "Complete",
    holds: (synced) => assert.deepEqual(core(synced), inCore),
  },
]);

/** A number that is another each time. */
let reading = 0;

function renumbered(path: string, key: string, whom: (row: Row) => boolean): (odd: Changeable) => void {
  return (odd) => {
    odd.answer = ({ path: asked, query }) => {
      if (asked !== path) return undefined;
      reading++;
      const rows = usual(odd, path, query).body as Row[]; // It is a list.
      return { body: rows.map((row) => (whom(row) ? { ...row, [key]: `N${reading}-${String(row["user"])}` } : row)) };
    };
  };
}

cases("at each reading another id", [
  ...[["everybody"], ["mia"], ["pia"]].map(
    ([who]): Case => ({
      name: `is that of ${who}, and it is said whose`,
      change: renumbered("/members/", "user_id", ({ user }) => who === "everybody" || user === who),
      ends: "Incomplete",
      says: "CS-ID-COLLISION",
      holds: ({ message, asked }) => {
        assert.match(message, who === "everybody" ? /olga/ : new RegExp(`\\(${who}\\)`));
        assert.ok(asked.length < 20, "no more is read than shows it");
      },
    }),
  ),
]);

test("somebody who has another id in the second reading, and keeps it, ends nothing", async () => {
  const odd: Changeable = acme();
  odd.members.push(...many(3));
  odd.answer = ({ path, query, before }) => {
    if (path !== "/members/") return undefined;
    if (before === 3) odd.members.push(person("late"));
    const rows = usual(odd, path, query).body as Row[]; // It is a list.
    return { body: rows.map((row) => (row["user"] === "mia" && before > 1 ? { ...row, user_id: "Unew" } : row)) };
  };
  const { result, users } = await sync(odd);
  assert.equal(result, "Complete with warnings");
  assert.ok(users.includes("user:Unew") && !users.includes("user:Umia"));
});
