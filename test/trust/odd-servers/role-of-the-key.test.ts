/** Whole syncs from a server that errs in one thing. No answer to the look-up of the role of a key ends a sync. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { VirtualClock } from "../../support/virtual-clock.ts";
import { answering, type Case, type Changeable, cases, everybody, find, sync } from "./cases.ts";
import { acme, type OddAnswer, person } from "./odd-organization.ts";

const declined: readonly (readonly [string, OddAnswer])[] = [
  ...[400, 402, 403, 404, 405, 422].map((status): readonly [string, OddAnswer] => [
    String(status),
    { status, body: { detail: "No." } },
  ]),
  ["403 as HTML", { status: 403, body: "<html>no</html>" }],
  ["rubbish", { body: "[{]" }],
  ["a number", { body: 7 }],
  ["nothing", { body: "" }],
  ["HTML", { body: "<!doctype html><title>Sign in</title>" }],
  ["a list", { body: [] }],
  ["null", { body: null }],
  ["a role that is a number", { body: { ...person("olga"), role: 7 } }],
];

cases(
  "the look-up of the key's role may answer",
  declined.map(
    ([name, answer]): Case => ({
      name,
      change: answering("/members/olga/", answer),
      ends: "Partial roster",
      says: "CS-PARTIAL-ROLE",
      holds: (synced) => assert.deepEqual(synced.users, everybody),
    }),
  ),
);

cases(
  "the look-up of the key's role may answer",
  [204, 302, 406, 409, 410, 413, 418, 425, 500, 501, 503, 511].map(
    (status): Case => ({
      name: String(status),
      change: answering("/members/olga/", { status, body: { detail: "No." } }),
      ends: "Partial roster",
      says: "CS-PARTIAL-ROLE",
      holds: ({ users }) => assert.deepEqual(users, everybody),
    }),
  ),
);

cases("the look-up of the key's role answers with", [
  ...["mia", "pia"].map(
    (login): Case => ({
      name: `the row of ${login}, who was not asked for`,
      change: (odd) => answering("/members/olga/", { body: find(odd, login) })(odd),
      ends: "Partial roster",
      says: "CS-PARTIAL-ROLE",
    }),
  ),
  {
    name: "the row that was asked for, whose login is in another case and whose id the caller's own answer does not have",
    change: (odd) => {
      Object.assign(odd.self, { slug: "Olga", slug_perm: "other" });
      answering("/members/Olga/", { body: find(odd, "olga") })(odd);
    },
    ends: "Complete",
  },
  {
    name: "the row that was asked for, without a login",
    change: answering("/members/olga/", { body: person("olga", { role: "Owner", user: null }) }),
    ends: "Complete",
  },
]);

for (const status of [500, 502, 503, 504]) {
  test(`a look-up of the key's role that is in trouble is not waited for: ${status}`, async () => {
    const odd: Changeable = acme();
    odd.answer = ({ path }) => (/^\/(members|services)\/olga\/$/.test(path) ? { status, body: {} } : undefined);
    const clock = new VirtualClock();
    const { result, users } = await sync(odd, { clock });
    assert.deepEqual([result, users], ["Partial roster", everybody]);
    assert.ok(clock.monotonicMs() <= 60_000, `${clock.monotonicMs()} ms`);
  });
}
