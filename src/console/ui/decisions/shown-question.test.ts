import assert from "node:assert/strict";
import { test } from "node:test";
import { membersQuestion, peopleQuestion, reportQuestion, titleWith } from "./shown-question.ts";

const whole = { q: "", where: {}, team: "" };

test("a review asks for the rows that the table shows: its filters, its team and its search", () => {
  assert.deepEqual(reportQuestion("owners", whole), { report: "owners", where: [], search: "" });
  assert.deepEqual(
    reportQuestion("two-factor", { q: "ada", where: { roles: "owner", twoFactor: "no" }, team: "team/7" }),
    {
      report: "two-factor",
      where: [
        { column: "roles", value: "owner" },
        { column: "twoFactor", value: "no" },
        { column: "inTeam", value: "team/7" },
      ],
      search: "ada",
    },
  );
});

test("a filter by nothing is a filter as well", () => {
  assert.deepEqual(reportQuestion("roster", { ...whole, where: { roles: "" } }).where, [
    { column: "roles", value: "" },
  ]);
});

test("people are searched by who they are, and not by what they hold", () => {
  assert.deepEqual(peopleQuestion(whole), { report: "roster", where: [], search: "" });
  const { report, where, search } = peopleQuestion({ ...whole, q: "grace", where: { status: "disabled" } });
  assert.deepEqual([report, search], ["roster", ""]);
  assert.deepEqual(where, [
    { column: "status", value: "disabled" },
    { column: "person", value: "grace" },
  ]);
  assert.deepEqual(peopleQuestion({ ...whole, q: "  " }).where, []);
});

test("members are those of one team, whatever its id has in it", () => {
  assert.deepEqual(membersQuestion("team/a/b", { ...whole, q: "grace", where: { teamRole: "manager" } }), {
    report: "members",
    about: "team:a/b",
    where: [
      { column: "teamRole", value: "manager" },
      { column: "person", value: "grace" },
    ],
  });
});

test("a review is called after what is shown", () => {
  assert.equal(titleWith("People", whole), "People");
  assert.equal(
    titleWith("People", { q: " ada ", where: { roles: "owner", teams: "" }, team: "" }),
    "People: owner, “ada”",
  );
});
