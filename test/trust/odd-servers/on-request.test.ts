/** Whole syncs from a server that errs in one thing. What is read on request. */
import assert from "node:assert/strict";
import { answering, type Case, type Changeable, cases } from "./cases.ts";
import type { OddAnswer, Row } from "./odd-organization.ts";

/** Repositories, and what is answered of one of them. */
function repositories(rows: readonly Row[], answers: Readonly<Record<string, OddAnswer>> = {}): Case["change"] {
  return (odd: Changeable) => {
    odd.answer = ({ path }) => (path === "/repos/acme/" ? { body: rows } : answers[path]);
  };
}

const web: Row = { slug_perm: "R1", slug: "web", name: "Web" };
const token = { slug_perm: "K1", name: "CI", is_active: true };

cases("a list that is read in one go", [
  {
    name: "of tokens counts more than it shows",
    change: repositories([web], { "/entitlements/acme/web/": { body: [token], count: 3 } }),
    options: { requested: ["entitlement-token"] },
    ends: "Partial roster",
    says: "CS-COUNT-DIFFERS",
  },
  {
    name: "of tokens shows one id twice",
    change: repositories([web], { "/entitlements/acme/web/": { body: [token, { ...token, is_active: false }] } }),
    options: { requested: ["entitlement-token"] },
    ends: "Partial roster",
    says: "CS-COUNT-DIFFERS",
  },
  {
    name: "of tokens adds up when it is read again",
    change: (odd) => {
      odd.answer = ({ path, before }) => {
        if (path === "/repos/acme/") return { body: [web] };
        if (path !== "/entitlements/acme/web/") return undefined;
        return before === 0 ? { body: [token], count: 2 } : { body: [token, { ...token, slug_perm: "K2" }] };
      };
    },
    options: { requested: ["entitlement-token"] },
    ends: "Complete",
  },
  {
    name: "of the repositories that have tokens counts more than it shows",
    change: (odd) => {
      odd.answer = ({ path }) => {
        if (path === "/repos/acme/") return { body: [web], count: 2 };
        return path.startsWith("/entitlements/") ? { body: [] } : undefined;
      };
    },
    options: { requested: ["entitlement-token"] },
    ends: "Partial roster",
    says: "CS-COUNT-DIFFERS",
  },
  {
    name: "of keys counts fewer than it shows",
    change: answering("/services/", { body: [{ slug: "ci" }, { slug: "cd" }], count: 1 }),
    options: { requested: ["service-key"] },
    ends: "Partial roster",
    says: "CS-COUNT-DIFFERS",
  },
]);

cases("what is said of a repository in a form that cannot be read", [
  {
    name: "its privileges",
    change: repositories([web], { "/repos/acme/web/privileges": { body: { privileges: "none" } } }),
    options: { requested: ["repository"] },
    ends: "Partial roster",
    says: "CS-REPOSITORY-UNSEEN",
    holds: ({ warned }) => assert.match(warned("CS-REPOSITORY-UNSEEN"), /form that cannot be read/),
  },
  {
    name: "its tokens",
    change: repositories([web], { "/entitlements/acme/web/": { body: "<html>sign in</html>" } }),
    options: { requested: ["entitlement-token"] },
    ends: "Partial roster",
    says: "CS-LIST-UNSEEN",
    holds: ({ warned }) => assert.match(warned("CS-LIST-UNSEEN"), /form that cannot be read/),
  },
]);

cases("a repository", [
  {
    name: "of another organization, in the list of this one",
    change: repositories([web, { ...web, slug_perm: "R2", slug: "app", namespace: "other" }]),
    options: { requested: ["repository"] },
    ends: "Incomplete",
    says: "CS-REPOSITORY-FOREIGN",
  },
  {
    name: "with the organization's slug in another case",
    change: repositories([{ ...web, namespace: "Acme" }], {
      "/repos/acme/web/privileges": { body: { privileges: [] } },
    }),
    options: { requested: ["repository"] },
    ends: "Complete with warnings",
    holds: ({ codes }) => assert.deepEqual(codes, ["CS-REPOSITORY-DEFAULTS"]),
  },
]);

cases("a privilege on a repository", [
  {
    name: "names nobody of the other kinds by blank texts",
    change: (odd) => {
      odd.answer = ({ path }) => {
        if (path === "/repos/acme/") return { body: [{ slug_perm: "R1", slug: "web", name: "Web" }] };
        if (path !== "/repos/acme/web/privileges") return undefined;
        return { body: { privileges: [{ privilege: "Read", user: "mia", team: "", service: "" }] } };
      };
    },
    options: { requested: ["repository"] },
    ends: "Complete with warnings",
    says: "CS-REPOSITORY-DEFAULTS",
    holds: ({ codes, grants }) => {
      assert.deepEqual(codes, ["CS-REPOSITORY-DEFAULTS"]);
      assert.ok(grants.includes("repository:R1:read:user:Umia"));
    },
  },
]);

cases("roles of service accounts", [
  ...(
    [
      ["most", ["Robot", "Robot", "Member"], "Partial roster", "CS-SERVICE-ROLES-UNKNOWN"],
      ["one", ["Robot", "Member", "Manager"], "Complete with warnings", "CS-ROLE-UNKNOWN"],
    ] as const
  ).map(
    ([name, roles, ends, says]): Case => ({
      name: `unknown for ${name}`,
      change: (odd) => void odd.services.push(...roles.map((role, index) => ({ slug: `s${index}`, role }))),
      options: { requested: ["service"] },
      ends,
      says,
    }),
  ),
]);

cases("an invitation", [
  {
    name: "that expires at no time that can be read is said to",
    change: answering("/invites/", { body: [{ slug_perm: "I1", email: "new@acme.example", expires_at: "soon" }] }),
    options: { requested: ["invitation"] },
    ends: "Complete with warnings",
    says: "CS-EXPIRY-UNREADABLE",
  },
]);
