import assert from "node:assert/strict";
import { test } from "node:test";
import { drawn } from "../../../../../test/browser/page-parts.ts";
import { teamOf } from "../../../../../test/browser/page-samples.ts";
import { type TeamRow, teamOrders } from "../../../contract/sources.ts";

const { teamColumns } = await import("./teams-list.tsx");

const columns = teamColumns("file:f1");

function cell(key: string, team: TeamRow = teamOf()) {
  const column = columns.find((one) => one.key === key);
  assert.ok(column);
  return drawn(() => column.cell(team), {});
}

test("each part of the mix of roles leads to its people, also those without a role", async () => {
  const byRole = [
    ["owner", 1],
    ["", 1200],
  ] as const;
  const { elements } = await cell("mix", teamOf({ memberCount: 1201, byRole }));
  assert.deepEqual(
    elements("a").map(({ href, text }) => [href, text]),
    [
      ["/sources/file%3Af1/teams/team/t1?roles=owner", "Owner: 1"],
      ["/sources/file%3Af1/teams/team/t1?roles=", "No role: 1,200"],
    ],
  );
  assert.equal((await cell("mix", teamOf({ memberCount: 0, byRole: [] }))).text, "Nobody");
});

test("who is disabled or without two-factor is counted, and led to where there is somebody", async () => {
  const disabled = await cell("disabled");
  assert.deepEqual(
    disabled.elements("a").map(({ href, text }) => [href, text]),
    [["/sources/file%3Af1/teams/team/t1?status=disabled", "2"]],
  );
  const factor = await cell("without-two-factor", teamOf({ withoutTwoFactor: 0 }));
  assert.deepEqual([factor.text, factor.elements("a").length], ["0", 0]);
});

test("a team without a name is told by its id, and a hidden one deserves a look", async () => {
  assert.equal((await cell("name", teamOf({ name: "" }))).text, "t1");
  assert.equal((await cell("visibility", teamOf({ visibility: "Hidden" }))).elements("svg").length, 1);
  assert.equal((await cell("visibility", teamOf({ visibility: null }))).text, "– not known");
});

test("the table can be ordered by all that the server can order by", () => {
  assert.deepEqual(columns.flatMap(({ order }) => order ?? []).toSorted(), [...teamOrders].toSorted());
  assert.equal(columns.filter(({ isRowHeader }) => isRowHeader).length, 1);
});
