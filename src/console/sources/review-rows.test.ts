import assert from "node:assert/strict";
import { test } from "node:test";
import { column } from "../../reports/columns.ts";
import type { Row } from "../../reports/report.ts";
import { isSearched } from "../../reports/screen/chart.ts";
import type { PersonRow } from "../contract/sources.ts";
import { ReviewRows } from "./review-rows.ts";
import { Roster, searchedKeys } from "./roster.ts";
import { personColumns } from "./rows/person-columns.ts";

const ann: PersonRow = {
  type: "user",
  id: "1",
  name: "Ann Łęcka",
  email: "ann@example.com",
  login: "ann",
  status: "enabled",
  roles: ["owner", "member"],
  teamCount: 2,
  twoFactor: "no",
  visibility: null,
  lastLoginMs: null,
  joinedMs: 0,
};
const bob: PersonRow = { ...ann, id: "2", name: "Bob", email: null, login: null, roles: [], lastLoginMs: 1000 };
const columns = personColumns(0);
const keys = ["name", "email", "status", "twoFactor", "roles", "lastLogin", "type", "id"];
const reviewed = [
  ...keys.flatMap((key) => columns.filter((one) => one.key === key)),
  column<never>("teams", "Teams", "list", () => undefined),
  column<never>("why", "Why", "text", () => undefined),
];
const rows = new ReviewRows({
  columns: reviewed,
  personColumns: columns,
  roster: new Roster({ people: [ann, bob], teams: [] }),
});
const ofAnn: Row = [
  ...["Ann Łęcka", "ann@example.com", "enabled", "no", ["owner", "member"], undefined, "user", "1"],
  ...[["Red", "Blue"], "Left"],
];
const ofBob: Row = ["Bob", undefined, "enabled", "no", [], "1970-01-01T00:00:01Z", "user", "2", [], undefined];

/** As it comes back from the disk. */
function kept(row: Row) {
  return rows.unpack(JSON.parse(JSON.stringify(rows.pack(row))));
}

test("a row comes back as the report gave it, and what its person says is not kept with it", () => {
  for (const [row, own] of [
    [ofAnn, [["Red", "Blue"], "Left"]],
    [ofBob, [[], undefined]],
  ] as const) {
    assert.deepEqual(rows.rowOf(kept(row)), row);
    assert.deepEqual(rows.pack(row).slice(1), own);
  }
  assert.equal(kept(ofAnn).person, ann);
});

test("a row that says something else than its person, or is about nobody, is kept whole", () => {
  const renamed = ["Ann Before", ...ofAnn.slice(1)];
  const fewerRoles = ofAnn.map((cell, at) => (at === 4 ? ["owner"] : cell));
  const nobody = ofAnn.map((cell, at) => (at === 7 ? "3" : cell));
  const empty = ofAnn.map(() => undefined);
  for (const row of [renamed, fewerRoles, nobody, empty]) {
    assert.deepEqual(rows.rowOf(kept(row)), row);
    assert.equal(rows.pack(row).length, row.length + 1);
  }
  assert.equal(kept(renamed).person, ann);
  assert.equal(kept(nobody).person, undefined);
});

test("rows are found by what their person is called and by what they say themselves", async () => {
  const table = rows.table([kept(ofAnn), kept(ofBob)]);
  const found = async (q: string) => (await table.select({ q })).slice().map(({ person }) => person?.name);
  assert.deepEqual(await found("lecka"), ["Ann Łęcka"]);
  assert.deepEqual(await found("left ann"), ["Ann Łęcka"]);
  assert.deepEqual(await found("BLUE"), ["Ann Łęcka"]);
  assert.deepEqual(await found("bob"), ["Bob"]);
  assert.deepEqual(await found("bob left"), []);
});

test("a person is searched by what the columns of people are searched by", () => {
  assert.deepEqual(
    columns.filter(isSearched).map(({ key }) => key),
    searchedKeys.toSorted((a, b) => columnAt(a) - columnAt(b)),
  );
});

function columnAt(key: string): number {
  return columns.findIndex((one) => one.key === key);
}
