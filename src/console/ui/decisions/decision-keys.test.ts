import assert from "node:assert/strict";
import { test } from "node:test";
import { rowKey } from "./decision-keys.ts";

const plain = { ctrlKey: false, metaKey: false, altKey: false };
const meaning = (key: string) => rowKey({ ...plain, key });

test("k keeps, r revokes, u is unsure, also with capitals locked", () => {
  for (const [key, verdict] of [
    ["k", "keep"],
    ["r", "revoke"],
    ["u", "unsure"],
    ["R", "revoke"],
  ] as const)
    assert.deepEqual(meaning(key), { does: "decide", verdict });
});

test("arrows move, Enter opens the person, n notes, a chooses all of this part, Escape none", () => {
  assert.deepEqual(meaning("ArrowDown"), { does: "step", by: 1 });
  assert.deepEqual(meaning("ArrowUp"), { does: "step", by: -1 });
  assert.deepEqual(
    ["Enter", "n", "a", "Escape"].map((key) => meaning(key)?.does),
    ["open", "note", "choose-all", "choose-none"],
  );
});

test("keys of the browser stay the browser's", () => {
  for (const held of ["ctrlKey", "metaKey", "altKey"] as const)
    assert.equal(rowKey({ ...plain, [held]: true, key: "r" }), undefined);
  for (const key of ["Tab", " ", "x", "F5", "constructor"]) assert.equal(meaning(key), undefined);
});
