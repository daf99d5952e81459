import assert from "node:assert/strict";
import { test } from "node:test";
import type { Picture, PictureCluster } from "../../../contract/sources.ts";
import { fittingName } from "./arch-text.ts";
import { layOut, markLimit, type Scene, sceneSize } from "./scene.ts";
import { pictureSvg, savedSize } from "./svg-text.ts";
import { largestZoom, panBy, viewBoxOf, wholeView, zoomBy } from "./view-box.ts";

function teamOf(at: number, roles: Readonly<Record<string, number>>, withMembers: boolean): PictureCluster {
  const byRole = Object.entries(roles).map(([role, count]) => ({ role, count }));
  const members = byRole.flatMap(({ role, count }) =>
    Array.from({ length: count }, (_, person) => ({
      type: "user",
      id: `${at}-${role}-${person}`,
      name: `Person ${person}`,
      role,
      isDisabled: person % 3 === 0,
    })),
  );
  const total = byRole.reduce((sum, { count }) => sum + count, 0);
  return { type: "team", id: `t${at}`, name: `Team ${at}`, total, byRole, members: withMembers ? members : [] };
}

const nobody: PictureCluster = { type: "", id: "", name: "In no team", total: 0, byRole: [], members: [] };

function pictureOf(clusters: readonly PictureCluster[], isAggregated: boolean, alone = nobody): Picture {
  return { organization: "Acme", clusters, alone, isAggregated };
}

function marksOf(scene: Scene): number {
  return scene.clusters.reduce((sum, { marks }) => sum + marks.length, 0);
}

function assertInPlace({ clusters }: Scene): void {
  for (const [at, one] of clusters.entries()) {
    for (const side of [one.x - one.r, one.y - one.r]) assert.ok(side >= -0.5, `${one.name} sticks out`);
    for (const side of [one.x + one.r, one.y + one.r]) assert.ok(side <= sceneSize + 0.5, `${one.name} sticks out`);
    for (const mark of one.marks) {
      assert.ok(Math.hypot(mark.x - one.x, mark.y - one.y) + mark.r <= one.nameRadius + 1, "a mark lies on the name");
    }
    for (const other of clusters.slice(at + 1)) {
      assert.ok(Math.hypot(one.x - other.x, one.y - other.y) >= one.r + other.r - 0.01, "teams lie on each other");
    }
  }
}

test("in a small organization each person of a team is a mark within it, and nothing lies on anything", () => {
  const clusters = [teamOf(1, { owner: 1, member: 20 }, true), teamOf(2, { manager: 2 }, true), teamOf(3, {}, true)];
  const scene = layOut(pictureOf(clusters, false, { ...teamOf(9, { collaborator: 4 }, true), name: "In no team" }));
  assert.equal(scene.isAggregated, false);
  assert.equal(marksOf(scene), 27);
  assert.deepEqual(scene.clusters.map(({ kind }) => kind).toSorted(), ["alone", "team", "team", "team"]);
  assertInPlace(scene);
});

test("a single empty team and an organization without anybody have their picture", () => {
  assertInPlace(layOut(pictureOf([teamOf(1, {}, true)], false)));
  assert.deepEqual(layOut(pictureOf([], false)).clusters, []);
});

test("of a large organization at most 200 marks are drawn, and still everybody counts", () => {
  const clusters = Array.from({ length: 1500 }, (_, at) => teamOf(at, { owner: 1, member: 10 + (at % 40) }, false));
  const alone = { ...teamOf(0, { member: 3 }, false), name: "In no team" };
  const scene = layOut(pictureOf(clusters, true, alone));
  assert.ok(marksOf(scene) <= markLimit, `${marksOf(scene)} marks`);
  assert.equal(scene.restTeams + scene.clusters.filter(({ kind }) => kind === "team").length, 1500);
  assert.ok(scene.clusters.some(({ kind }) => kind === "alone"));
  const drawn = scene.clusters.reduce((sum, { total }) => sum + total, 0);
  assert.equal(drawn, 3 + clusters.reduce((sum, { total }) => sum + total, 0));
  assertInPlace(scene);
});

test("the teams that the server already took together stay one circle, which does not drown the others", () => {
  const clusters = Array.from({ length: 39 }, (_, at) => teamOf(at, { owner: 1, member: 40 }, false));
  const more = { ...teamOf(0, { member: 40_000 }, false), type: "", id: "", name: "1441 more teams", teams: 1441 };
  const scene = layOut(pictureOf([...clusters, more], true));
  assert.equal(scene.restTeams, 1441);
  const [rest] = scene.clusters.filter(({ kind }) => kind === "rest");
  const [team] = scene.clusters.filter(({ kind }) => kind === "team");
  assert.ok(rest && team && rest.r < 2 * team.r && !scene.isToScale);
  assert.equal(rest.marks[0]?.count, 40_000);
  assertInPlace(scene);
});

test("teams with very different sizes stay in the square", () => {
  assertInPlace(
    layOut(pictureOf([teamOf(1, { member: 44_000, owner: 1 }, false), teamOf(2, { member: 1 }, false)], true)),
  );
});

test("the same answer gives the same picture", () => {
  const picture = pictureOf([teamOf(1, { owner: 3, member: 40 }, true), teamOf(2, { manager: 7 }, true)], false);
  assert.deepEqual(layOut(picture), layOut(picture));
});

test("names are cut to the room that they have, and never within a letter", () => {
  assert.equal(fittingName("Platform", 100, 13), "Platform");
  assert.equal(fittingName("Platform engineering", 30, 13), "Platform…");
  assert.equal(
    fittingName("👩‍👩‍👧👩‍👩‍👧👩‍👩‍👧👩‍👩‍👧👩‍👩‍👧👩‍👩‍👧👩‍👩‍👧👩‍👩‍👧👩‍👩‍👧👩‍👩‍👧👩‍👩‍👧👩‍👩‍👧", 20, 13),
    "👩‍👩‍👧👩‍👩‍👧👩‍👩‍👧👩‍👩‍👧👩‍👩‍👧👩‍👩‍👧…",
  );
  assert.equal(fittingName("Platform", 8, 13), "");
});

test("zoom and pan stay within the picture, and everything is seen again at 1", () => {
  const close = zoomBy(wholeView, 4, { x: 0, y: 0 });
  assert.equal(close.zoom, 4);
  assert.ok(close.x < wholeView.x);
  assert.equal(zoomBy(wholeView, 1e9).zoom, largestZoom);
  assert.deepEqual(zoomBy(panBy(close, -5, 3), 1 / 100), wholeView);
  assert.equal(viewBoxOf(wholeView), "-16 -16 1032 1032");
  assert.deepEqual(panBy(wholeView, 1, 1), wholeView);
});

test("the saved picture names its source, holds everybody, and escapes every text", () => {
  const evil = `"><script>alert(1)</script>&'\u0000\u001b[31m\ud800`;
  const cluster = { ...teamOf(1, { owner: 1, member: 2 }, true), name: evil };
  const members = cluster.members.map((member) => ({ ...member, name: evil }));
  const scene = layOut({ ...pictureOf([{ ...cluster, members }], false), organization: evil });
  const roles = [{ role: "owner", count: 1 }];
  const svg = pictureSvg(scene, { theme: "dark", date: "25 Nov 2026", source: evil, roles });
  for (const refused of ["<script", "\u0000", "\u001b", "\ud800"]) assert.ok(!svg.includes(refused));
  assert.equal(svg.match(/&lt;script&gt;alert\(1\)/g)?.length, 8);
  assert.match(svg, new RegExp(`width="${savedSize.width}" height="${savedSize.height}"`));
  assert.match(svg, /25 Nov 2026/);
  assert.doesNotMatch(svg, /NaN|undefined|class=|style=/);
});
