import assert from "node:assert/strict";
import { test } from "node:test";
import "../../../../../test/browser/page-parts.ts";
import { teamOf } from "../../../../../test/browser/page-samples.ts";
import { roleColour } from "./role-colours.ts";
import type { TeamFigures } from "./team-figures.ts";

const { pictureSize, teamsSvg } = await import("./teams-svg.ts");

const frame = { theme: "light", title: "Acme: teams", caption: "2 teams", foot: "Synced today" } as const;
const svg = (teams: readonly TeamFigures[]) => teamsSvg(teams, frame);
/** Texts of the picture in their order. */
const texts = (picture: string) => [...picture.matchAll(/<text[^>]*>([^<]*)/g)].map(([, text]) => text);

test("the picture has title, legend, each team with its figures, and where it comes from", () => {
  assert.deepEqual(texts(svg([teamOf({ memberCount: 1234 })])), [
    ...["Acme: teams", "2 teams", "Owner", "Member"],
    ...["Team", "People by role", "Disabled", "Without two-factor"],
    ...["Build", "1,234", "2", "3", "Synced today"],
  ]);
});

test("names of people who mean harm stay names", () => {
  const name = `</text><script>alert(1)</script>&"'\u0000`;
  const picture = svg([teamOf({ name })]);
  assert.ok(!picture.includes("<script"));
  assert.ok(picture.includes("&lt;script&gt;"));
  assert.ok(!picture.includes("\u0000"));
  assert.ok(picture.includes("\uFFFD"));
});

test("a name that does not fit is cut between characters as people see them", () => {
  const family = "👩‍👩‍👧";
  const [, , , , , , , , name = ""] = texts(svg([teamOf({ name: family.repeat(60) })]));
  assert.equal(name, `${family.repeat(39)}…`);
});

test("the larger of two teams has the longer bar, and a team of nobody has none", () => {
  const lengths = (team: TeamFigures) => {
    const line =
      svg([teamOf({ memberCount: 100, byRole: [["member", 100]] }), team])
        .split("<g>")
        .at(-1) ?? "";
    return [...line.matchAll(/<rect x="([\d.]+)"[^>]*width="([\d.]+)"/g)]
      .filter(([, x]) => Number(x) < 730)
      .map(([, , length]) => Number(length));
  };
  assert.deepEqual(
    lengths(
      teamOf({
        memberCount: 50,
        byRole: [
          ["owner", 25],
          ["member", 25],
        ],
      }),
    ),
    [75, 75],
  );
  assert.deepEqual(lengths(teamOf({ memberCount: 0, byRole: [], disabledCount: 0, withoutTwoFactor: 0 })), []);
});

test("the picture is as high as its teams need", () => {
  assert.equal(pictureSize(10).height - pictureSize(0).height, 300);
  const { width, height } = pictureSize(1);
  assert.ok(svg([teamOf()]).includes(`width="${width}" height="${height}"`));
});

test("the product's roles have colours of their own, in any case of letters; all others share one", () => {
  assert.deepEqual(["Owner", "MANAGER", "auditor", "", "constructor"].map(roleColour), [
    ...["owner", "manager", "other", "other", "other"],
  ]);
});
