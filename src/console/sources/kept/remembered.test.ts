import assert from "node:assert/strict";
import { test } from "node:test";
import { Remembered } from "./remembered.ts";

test("what was used longest ago makes room, and a use counts", () => {
  const remembered = new Remembered<string>(2);
  const work: string[] = [];
  const get = (key: string): string => {
    return remembered.get(key, () => {
      work.push(key);
      return key.toUpperCase();
    });
  };
  for (const key of ["a", "b", "a", "c", "a", "b"]) assert.equal(get(key), key.toUpperCase());
  assert.deepEqual(work, ["a", "b", "c", "b"]);
  remembered.forget("b");
  assert.deepEqual([...remembered.values()], ["A"]);
});

test("answers are bounded by what they cost together, and one is kept whatever it costs", () => {
  const remembered = new Remembered<number>(10, (cost) => cost);
  for (const cost of [4, 5]) remembered.get(`of ${cost}`, () => cost);
  assert.deepEqual([...remembered.values()], [4, 5]);
  remembered.get("of 3", () => 3);
  assert.deepEqual([...remembered.values()], [5, 3]);
  remembered.get("of 100", () => 100);
  assert.deepEqual([...remembered.values()], [100]);
});
