import assert from "node:assert/strict";
import { test } from "node:test";
import { pressed, sortState } from "./long-column.ts";

test("a press on a title orders upwards, the next one downwards, a third one upwards again", () => {
  const first = pressed({ order: "", isDescending: false }, "email");
  assert.deepEqual(first, { order: "email", isDescending: false });
  const second = pressed(first, "email");
  assert.deepEqual(second, { order: "email", isDescending: true });
  assert.deepEqual(pressed(second, "email"), first);
  assert.deepEqual(pressed(second, "name"), { order: "name", isDescending: false });
});

test("only the column that orders the rows says so", () => {
  const order = { order: "email", isDescending: true };
  assert.equal(sortState(order, "email"), "descending");
  assert.equal(sortState({ ...order, isDescending: false }, "email"), "ascending");
  assert.equal(sortState(order, "name"), "none");
  assert.equal(sortState(order, undefined), "none");
  assert.equal(sortState(undefined, "email"), "none");
});
