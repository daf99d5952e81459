import assert from "node:assert/strict";
import { test } from "node:test";
import { drawn } from "../../../../../test/browser/page-parts.ts";
import { columnOf } from "../../../../../test/browser/page-samples.ts";

const { teamCells } = await import("./teams-list.tsx");

const page = {
  columns: [
    columnOf("name", "text"),
    ...["members", "disabled", "withoutTwoFactor", "role1", "role2"].map((key) => columnOf(key, "number")),
  ],
  roleColumns: [
    { key: "role1", role: "owner" },
    { key: "role2", role: "" },
  ],
};
const cells = teamCells("file:f1", page);
const links = [{ to: "team", type: "team", id: "t1" } as const, null, null, null, null, null];

/** @param counts people, those who are disabled, without two-factor, owners, and without a role. */
function cell(key: string, counts: readonly number[]) {
  return drawn(() => cells[key]?.({ cells: ["Build", ...counts], links }), {});
}

test("each part of the mix of roles leads to its people, also those without a role", async () => {
  const { elements } = await cell("roles", [1201, 0, 0, 1, 1200]);
  assert.deepEqual(
    elements("a").map(({ href, text }) => [href, text]),
    [
      ["/sources/file%3Af1/teams/team/t1?roles=owner", "Owner: 1"],
      ["/sources/file%3Af1/teams/team/t1?roles=", "No role: 1,200"],
    ],
  );
  assert.equal((await cell("roles", [0, 0, 0, 0, 0])).text, "Nobody");
});

test("a role that nobody of the team has is no part of its mix", async () => {
  assert.equal((await cell("roles", [3, 0, 0, 3, 0])).elements("a").length, 1);
});

test("who is disabled or without two-factor is counted, and led to where there is somebody", async () => {
  const disabled = await cell("disabled", [10, 2, 0, 1, 9]);
  assert.deepEqual(
    disabled.elements("a").map(({ href, text }) => [href, text]),
    [["/sources/file%3Af1/teams/team/t1?status=disabled", "2"]],
  );
  const factor = await cell("withoutTwoFactor", [10, 2, 0, 1, 9]);
  assert.deepEqual([factor.text, factor.elements("a").length], ["0", 0]);
});
