import assert from "node:assert/strict";
import { test } from "node:test";
import { RowHeights } from "./row-heights.ts";

test("rows stand where their guessed height puts them, and the first that are drawn say how high all are", () => {
  const heights = new RowHeights(45_000, 42);
  assert.deepEqual([heights.topOf(0), heights.topOf(10), heights.total], [0, 420, 45_000 * 42]);
  assert.ok(heights.take(new Map([0, 1, 2].map((index) => [index, 43]))));
  assert.deepEqual([heights.topOf(10), heights.total], [430, 45_000 * 43]);
  assert.ok(!heights.take(new Map([[1, 43]])), "nothing new");
});

test("a row of another height moves those behind it, and no other", () => {
  const heights = new RowHeights(100, 40);
  heights.take(new Map([[0, 40]]));
  heights.take(new Map([[50, 140]]));
  assert.deepEqual([heights.topOf(50), heights.topOf(51), heights.total], [2000, 2140, 4100]);
  heights.take(new Map([[50, 60]]));
  assert.deepEqual([heights.topOf(50), heights.topOf(51), heights.total], [2000, 2060, 4020]);
});

test("the row at a place is found among rows of any height, and places beyond them lead to the ends", () => {
  const heights = new RowHeights(1000, 30);
  heights.take(new Map(Array.from({ length: 300 }, (_, index) => [index * 3, 10 + ((index * 7) % 90)])));
  for (const index of [0, 1, 2, 3, 298, 299, 300, 500, 898, 999]) {
    const [top, end] = [heights.topOf(index), heights.topOf(index + 1)];
    assert.deepEqual([heights.rowAt(top), heights.rowAt(end - 0.5)], [index, index]);
  }
  assert.deepEqual([heights.rowAt(-100), heights.rowAt(1e9)], [0, 999]);
  assert.equal(new RowHeights(0, 30).rowAt(10), 0);
});
