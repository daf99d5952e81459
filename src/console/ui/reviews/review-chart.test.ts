import assert from "node:assert/strict";
import { test } from "node:test";
import { stretchesOf } from "../design/stretches.ts";
import { chartOf } from "./review-chart.ts";

test("parts of a bar fill it, and the smallest stays visible", () => {
  assert.deepEqual(stretchesOf([1, 3], 4), [
    { start: 0, length: 25 },
    { start: 25, length: 75 },
  ]);
  const [one, rest] = stretchesOf([1, 44_999], 45_000);
  assert.ok(one && rest && one.length >= 0.8);
  assert.ok(rest.start === one.length && rest.start + rest.length <= 100);
  assert.deepEqual(
    stretchesOf([0, 0], 0).map(({ length }) => length),
    [0, 0],
  );
});

test("a bar on a common measure is as long as its count", () => {
  assert.deepEqual(stretchesOf([50], 200), [{ start: 0, length: 25 }]);
});

test("a review's chart names roles as people do and colours parts by what they mean", () => {
  const chart = chartOf("two-factor", [
    {
      label: "owner",
      parts: [
        ["yes", 1],
        ["no", 2],
      ],
    },
  ]);
  assert.equal(chart?.scale, "share");
  assert.deepEqual(chart?.bars[0], {
    label: "Owner",
    parts: [
      { label: "yes", count: 1, tone: "good" },
      { label: "no", count: 2, tone: "bad" },
    ],
  });
});

test("where there is nothing to look at there is no chart", () => {
  assert.equal(chartOf("changes", []), undefined);
  assert.equal(chartOf("changes", [{ label: "account", parts: [["added", 0]] }]), undefined);
});
