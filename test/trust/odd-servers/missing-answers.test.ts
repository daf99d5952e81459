/** Whole syncs from a server that errs in one thing. What is not found is asked about before it is believed gone. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { BatonError } from "../../../src/sdk/errors.ts";
import { answering, type Case, type Changeable, cases, everybody, many, sync, unannounced } from "./cases.ts";
import { acme, type OddAnswer } from "./odd-organization.ts";

/** The third page of active members answers 404, so many times. */
function withoutThirdPage(times: number, isAnnounced: boolean): (odd: Changeable) => void {
  return (odd) => {
    odd.members.push(...many(40));
    let left = times;
    odd.answer = (asked) => {
      const { path, query } = asked;
      const isThird = path === "/members/" && query.get("is_active") === "true" && query.get("page") === "3";
      if (isThird && left-- > 0) return { status: 404, body: { detail: "Not found." } };
      return isAnnounced ? undefined : unannounced(odd, asked);
    };
  };
}

cases("a later page of members answers 404", [
  ...[true, false].map(
    (isAnnounced): Case => ({
      name: `once, ${isAnnounced ? "announced" : "with nothing announced"}`,
      change: withoutThirdPage(1, isAnnounced),
      options: { pageSize: 10 },
      ends: "Complete with warnings",
      says: "CS-ROSTER-MOVED",
      holds: ({ users }) => assert.equal(users.length, 44),
    }),
  ),
  ...[true, false].map(
    (isAnnounced): Case => ({
      name: `for ever, ${isAnnounced ? "announced" : "with nothing announced"}`,
      change: withoutThirdPage(Number.POSITIVE_INFINITY, isAnnounced),
      options: { pageSize: 10 },
      ends: "Incomplete",
      says: "CS-ROSTER-INCOMPLETE",
    }),
  ),
]);

const missing: OddAnswer = { status: 404, body: { detail: "Not found." } };

for (const path of ["/members/", "/teams/"]) {
  cases(`the first page of ${path} answers 404`, [
    {
      name: "twice, and then it is there",
      change: answering(path, (before) => (before < 2 ? missing : undefined)),
      ends: "Complete",
      holds: ({ users, teams }) => assert.deepEqual([...users, ...teams], [...everybody, "team:Tcore", "team:Tdocs"]),
    },
    {
      name: "for ever, and the organization is there",
      change: answering(path, missing),
      ends: "Incomplete",
      says: "CS-ROSTER-INCOMPLETE",
      holds: ({ hint }) => assert.match(hint, /^Run again in some minutes/),
    },
    {
      name: "for ever, and so does the organization by now",
      change: (odd) => {
        odd.answer = ({ path: asked, before }) => {
          return asked === path || (asked === "/" && before > 0) ? missing : undefined;
        };
      },
      ends: "Failed",
      says: "CS-ORG-404",
    },
  ]);
}

test("an organization that its own address denies, and the list of organizations has, is no typing mistake", async () => {
  const odd: Changeable = acme();
  answering("/", missing)(odd);
  await assert.rejects(sync(odd), ({ code, hint }: BatonError) => {
    return code === "CS-ORG-CONTRADICTED" && !/slug|Did you mean/.test(hint ?? "");
  });
});

for (const status of [401, 403, 404]) {
  test(`a web page in place of an answer is told of, whatever the status: ${status}`, async () => {
    const odd: Changeable = acme();
    answering("/user/self/", { status, body: "<!doctype html><title>Blocked</title>" })(odd);
    await assert.rejects(sync(odd), ({ hint }: BatonError) => /web page: a proxy, firewall/.test(hint ?? ""));
  });
}

test("a page in the middle that is not found is said so, and nobody is told to wait for rest", async () => {
  const odd: Changeable = acme();
  odd.members.push(...many(600));
  odd.answer = ({ path, query }) => (path === "/members/" && query.get("page") === "2" ? missing : undefined);
  const { result, message, hint } = await sync(odd);
  assert.equal(result, "Incomplete");
  assert.match(message, /a page of the member list that must be there is not found \(404\), in 5 readings/);
  assert.match(hint, /^Waiting will not help/);
});
