/** Whole syncs from a server that errs in one thing. What is read on request. */
import assert from "node:assert/strict";
import { answering, cases } from "./cases.ts";

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

cases("an invitation", [
  {
    name: "that expires at no time that can be read is said to",
    change: answering("/invites/", { body: [{ slug_perm: "I1", email: "new@acme.example", expires_at: "soon" }] }),
    options: { requested: ["invitation"] },
    ends: "Complete with warnings",
    says: "CS-EXPIRY-UNREADABLE",
  },
]);
