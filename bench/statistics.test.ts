import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { spreadOf } from "./statistics.ts";

describe("spreadOf", () => {
  it("gives the smallest, the middle and the largest, whatever the order", () => {
    assert.deepEqual(spreadOf([10, 9, 100]), { min: 9, median: 10, max: 100 });
  });

  it("gives the mean of the middle two of an even count", () => {
    assert.deepEqual(spreadOf([4, 1, 2, 100]), { min: 1, median: 3, max: 100 });
  });

  it("refuses to speak of nothing", () => {
    assert.throws(() => spreadOf([]), RangeError);
  });
});
