import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { stretchesOf } from "./stretches.ts";

test("parts lie one behind the other, by their share of the whole", () => {
  assert.deepEqual(stretchesOf([50, 30, 20], 100), [
    { start: 0, length: 50 },
    { start: 50, length: 30 },
    { start: 80, length: 20 },
  ]);
  assert.deepEqual(stretchesOf([25], 100), [{ start: 0, length: 25 }]);
});

test("one in 45,000 is seen, at the cost of the largest, and nothing is not drawn", () => {
  const [many, one, none] = stretchesOf([44_999, 1, 0], 45_000);
  assert.ok(one && many && none);
  assert.ok(one.length >= 0.5);
  assert.equal(none.length, 0);
  assert.ok(Math.abs(many.length + one.length - 100) < 1e-9);
});

test("a bar of nothing has no length", () => {
  assert.deepEqual(
    stretchesOf([0, 0], 0).map(({ length }) => length),
    [0, 0],
  );
  assert.deepEqual(stretchesOf([], 10), []);
});

test("no bar runs out of its room", () => {
  fc.assert(
    fc.property(fc.array(fc.nat(100_000), { minLength: 1, maxLength: 8 }), (counts) => {
      const stretches = stretchesOf(
        counts,
        counts.reduce((sum, count) => sum + count, 0),
      );
      for (const { start, length } of stretches) assert.ok(start >= 0 && start + length <= 100.000001 && length >= 0);
    }),
  );
});
