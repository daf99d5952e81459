/** Whole syncs from a server that errs in one thing. What a row says of a person. */
import assert from "node:assert/strict";
import { type Case, type Changeable, cases, core, everybody, find, inCore, many, set } from "./cases.ts";
import { person, place } from "./odd-organization.ts";

cases("roles", [
  {
    name: "unknown for one",
    change: set("mia", { role: "Auditor" }),
    ends: "Complete with warnings",
    says: "CS-ROLE-UNKNOWN",
  },
  {
    name: "missing for one",
    change: set("mia", { role: null }),
    ends: "Complete with warnings",
    says: "CS-ROLE-UNKNOWN",
  },
  ...["Auditor", "", null].map(
    (role): Case => ({
      name: `${JSON.stringify(role)} for most`,
      change: (odd) => {
        for (const login of ["mia", "noah", "pia"]) Object.assign(find(odd, login), { role });
      },
      ends: "Incomplete",
      says: "CS-ROLES-UNKNOWN",
    }),
  ),
  {
    name: "in capitals",
    change: (odd) => {
      for (const row of odd.members) row["role"] = String(row["role"]).toUpperCase();
    },
    ends: "Complete",
    holds: ({ grants }) => assert.ok(grants.includes("organization:ORGid:owner:user:Uolga")),
  },
]);

/** Whether people use two-factor authentication, as rows say it. */
function twoFactor(says: unknown, ...logins: readonly string[]): (odd: Changeable) => void {
  return (odd) => {
    for (const login of logins) Object.assign(find(odd, login), { has_two_factor: says });
  };
}

cases("the use of a second factor", [
  ...[null, undefined].flatMap((says): Case[] => [
    {
      name: `${says} for one of four`,
      change: twoFactor(says, "mia"),
      ends: "Complete with warnings",
      says: "CS-TWO-FACTOR-UNKNOWN",
      holds: ({ user }) => assert.doesNotMatch(user("Umia"), /two_factor|mfa/),
    },
    {
      name: `${says} for most`,
      change: twoFactor(says, "mia", "noah", "pia"),
      ends: "Partial roster",
      says: "CS-TWO-FACTOR-UNKNOWN",
    },
  ]),
  ...(["true", "True", "FALSE"] as const).map(
    (says): Case => ({
      name: `as the text ${says}`,
      change: twoFactor(says, "mia", "noah"),
      ends: "Complete",
      holds: ({ user }) => assert.equal(/"mfaEnabled":true/.test(user("Umia")), says !== "FALSE", user("Umia")),
    }),
  ),
  { name: "as a text that is neither", change: twoFactor("yes", "mia"), ends: "Failed", says: "CS-ANSWER-SCHEMA" },
  {
    name: "null for service accounts that outnumber the people",
    change: (odd) => {
      odd.members.push(...many(9).map((row) => ({ ...row, email: null, has_two_factor: null, user_kind: "Service" })));
    },
    ends: "Complete",
  },
]);

cases("an odd address", [
  ...[
    "mailto:mia@acme.example",
    "MAILTO:mia@acme.example",
    "\u200bmia@acme.example\ufeff",
    "mia@acme.example.",
    "Mia M. <mia@acme.example>",
    "  mia@acme.example\n",
    "<mia@acme.example>",
    '"M, Mia" <mailto:mia@acme.example>',
    "mia@acme.example;",
    "mia@acme.example, ",
    "'mia@acme.example'",
    '"mia@acme.example"',
    "mailto:<mia@acme.example>",
    "Mia <mia@acme.example>;",
    "<mailto:mia@acme.example>",
    "mia@acme.example\u00a0",
  ].map(
    (email): Case => ({
      name: JSON.stringify(email),
      change: set("mia", { email }),
      ends: "Complete",
      holds: (synced) => assert.match(synced.user("Umia"), /"address":"mia@acme.example"/),
    }),
  ),
  ...["m***@acme.example", "m…@acme.example", "m...@acme.example", "[redacted]", "-", ""].map(
    (email): Case => ({
      name: `that is none: ${JSON.stringify(email)}`,
      change: set("mia", { email }),
      ends: "Complete with warnings",
      says: "CS-EMAIL-UNUSABLE",
      holds: (synced) => assert.doesNotMatch(synced.user("Umia"), /"address"/),
    }),
  ),
  {
    name: "that two people share, for an Owner",
    change: (odd) => {
      set("mia", { email: "team@acme.example" })(odd);
      set("noah", { email: "team@acme.example" })(odd);
    },
    ends: "Complete",
    holds: (synced) => assert.match(synced.user("Umia") + synced.user("Unoah"), /team@acme.*team@acme/),
  },
  {
    name: "that all others share, for an Owner",
    change: (odd) => {
      odd.members.push(...many(9));
      for (const row of odd.members) if (row["user"] !== "olga") row["email"] = "hidden@acme.example";
    },
    ends: "Complete with warnings",
    says: "CS-EMAIL-SHARED",
  },
  ...[
    ["hidden@acme.example", "hidden@acme.example"],
    ["Hidden@acme.example", "hidden@ACME.example"],
    ["mailto:hidden@acme.example", "hidden@acme.example"],
  ].map(
    ([one, other]): Case => ({
      name: `that two people share, for a narrow key: ${one}, ${other}`,
      change: (odd) => {
        set("olga", { role: "Member" })(odd);
        odd.members.push(person("zoe", { role: "Owner" }));
        set("mia", { email: one })(odd);
        set("noah", { email: other })(odd);
      },
      ends: "Partial roster",
      holds: (synced) => {
        assert.doesNotMatch(synced.user("Umia") + synced.user("Unoah"), /"address"/);
        assert.match(synced.user("Uzoe"), /"address":"zoe@acme.example"/);
      },
    }),
  ),
]);

cases("a placeholder", [
  ...[
    "1970-01-01T00:00:00Z",
    "0001-01-01T00:00:00Z",
    "1900-01-01T00:00:00Z",
    "9999-12-31T23:59:59Z",
    "2027-06-01T00:00:00Z",
    "",
  ].map(
    (at): Case => ({
      name: `for a login, ${JSON.stringify(at)}`,
      change: set("mia", { last_login_at: at }),
      ends: "Complete",
      holds: (synced) => assert.doesNotMatch(synced.user("Umia"), /lastLogin|last_login_at/),
    }),
  ),
  {
    name: "for the day of joining",
    change: set("mia", { joined_at: "1970-01-01T00:00:00Z" }),
    ends: "Complete",
    holds: (synced) => assert.doesNotMatch(synced.user("Umia"), /1970|joined_at/),
  },
  ...["", "   ", "\u200b", "\u2060\ufeff", "\u3164"].map(
    (name): Case => ({
      name: `for a name, ${JSON.stringify(name)}`,
      change: set("mia", { user_name: name }),
      ends: "Complete",
      holds: (synced) => assert.match(synced.user("Umia"), /"displayName":"mia"/),
    }),
  ),
  {
    name: "of a team that stands twice on a membership",
    change: set("noah", { teams: [place("core"), place("docs"), place("core", "Manager")] }),
    ends: "Complete",
    holds: (synced) =>
      assert.deepEqual(core(synced), [inCore[0], "team:Tcore:manager:user:Unoah", ...inCore.slice(1)].sort()),
  },
]);

/** So many active and inactive people besides; of the inactive ones the first rows do not say that they are. */
function silentRows(active: number, inactive: number, silent: number): (odd: Changeable) => void {
  return (odd) => {
    const people = many(active + inactive).map((row, index) => ({ ...row, is_active: index < active }));
    odd.members.push(...people);
    odd.answer = ({ path, query }) => {
      if (path !== "/members/" || query.get("is_active") !== "false") return undefined;
      const rows = odd.members.filter(({ is_active }) => is_active === false);
      return { body: rows.map(({ is_active, ...row }, index) => (index < silent ? row : { ...row, is_active })) };
    };
  };
}

cases("a status that neither row nor list tells", [
  {
    name: "of two thirds of all",
    change: silentRows(6, 20, 20),
    ends: "Partial roster",
    says: "CS-STATUS-UNKNOWN",
  },
  { name: "of one", change: silentRows(6, 20, 1), ends: "Complete with warnings", says: "CS-STATUS-UNKNOWN" },
]);

cases("a list of active members whose rows say the opposite", [
  {
    name: "all of more than may be asked for, beside a longer list of inactive ones",
    change: (odd) => {
      const wrong = many(600).map((row) => ({ ...row, is_active: false }));
      const inactive = Array.from({ length: 1300 }, (_, index) => person(`i${index}`, { is_active: false }));
      odd.answer = ({ path, query }) => {
        if (path !== "/members/") return undefined;
        return { body: query.get("is_active") === "true" ? [find(odd, "olga"), ...wrong] : inactive };
      };
    },
    ends: "Partial roster",
    says: "CS-STATUS-CONTRADICTED",
  },
]);

cases("a name in which there is nothing to be seen", [
  ...[null, "", " ", "\u200b\u2060", "\u3164"].map(
    (name): Case => ({
      name: `of a team: ${JSON.stringify(name)}`,
      change: (odd) => void Object.assign(odd.teams[0] ?? {}, { name }),
      ends: "Complete",
      holds: (synced) => assert.match(synced.resource("team:Tcore"), /"displayName":"core"/),
    }),
  ),
]);

/** As they stand in place of addresses, in forms that are addresses to the eye of a program. */
const masked = [
  "m•••@acme.example",
  "mxxx@acme.example",
  "m___@acme.example",
  "redacted+7@acme.example",
  "7f3a@users.invalid",
];

cases("an address that may be none", [
  ...masked.map(
    (email): Case => ({
      name: `${email} is dropped for a Member's key`,
      change: (odd) => {
        set("olga", { role: "Member" })(odd);
        set("pia", { role: "Owner" })(odd);
        set("mia", { email })(odd);
      },
      ends: "Partial roster",
      says: "CS-EMAIL-REDACTED",
      holds: (synced) => assert.ok(!synced.user("Umia").includes("address")),
    }),
  ),
  {
    name: "and is one for an Owner's key",
    change: set("mia", { email: "maxxxie@acme.example" }),
    ends: "Complete",
    holds: (synced) => assert.match(synced.user("Umia"), /"address":"maxxxie@acme.example"/),
  },
]);

cases("a last login that cannot be read", [
  ...["yesterday", "1700000000000", "Mon, 01 Jan 2024 10:00:00 GMT", "2024-02-30T10:00:00Z"].map(
    (text): Case => ({
      name: `is said to be unknown: ${text}`,
      change: set("mia", { last_login_at: text }),
      ends: "Complete with warnings",
      says: "CS-LAST-LOGIN-UNREADABLE",
      holds: ({ users }) => assert.deepEqual(users, everybody),
    }),
  ),
]);
