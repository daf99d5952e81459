import assert from "node:assert/strict";
import { test } from "node:test";
import { teamOf } from "../../../../test/browser/page-samples.ts";
import { roleColumns, teamColumns, teamScreen } from "./team-columns.ts";

const teams = [
  teamOf({ byRole: [["member", 9]] }),
  teamOf({
    byRole: [
      ["owner", 1],
      ["", 2],
    ],
  }),
];

test("each role that somebody has is a column of numbers, the most privileged first and nobody's last", () => {
  const byRole = roleColumns(teams);
  assert.deepEqual(
    byRole.map(({ role, title }) => [role, title]),
    [
      ["owner", "Owner"],
      ["member", "Member"],
      ["", "No role"],
    ],
  );
  assert.deepEqual(
    teams.map((team) => byRole.map(({ value }) => value(team))),
    [
      [0, 9, 0],
      [1, 0, 2],
    ],
  );
});

test("a team without a name is told by its id, and no two columns share a key", () => {
  const columns = teamColumns(roleColumns(teams));
  assert.equal(columns[0]?.value(teamOf({ name: "" })), "t1");
  assert.equal(new Set(columns.map(({ key }) => key)).size, columns.length);
  for (const key of teamScreen)
    assert.ok(
      columns.some((column) => column.key === key),
      key,
    );
});
