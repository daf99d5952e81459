import assert from "node:assert/strict";
import { test } from "node:test";
import { hasEarlierSync } from "./earlier-sync.ts";

const begun = { startedAtMs: null, endedAtMs: null };
const run = (id: string, type: string, isFinished = true) => ({ id, type, startedAtMs: null, isFinished });

test("a file can be compared with itself when a finished sync of the same type stands before the one that is shown", () => {
  const sync = { id: "b", type: "full", ...begun };
  assert.equal(hasEarlierSync({ sync, syncs: [run("a", "full"), run("b", "full")] }), true);
  assert.equal(hasEarlierSync({ sync, syncs: [run("b", "full"), run("c", "full")] }), false);
  assert.equal(hasEarlierSync({ sync, syncs: [run("a", "full", false), run("b", "full")] }), false);
  assert.equal(hasEarlierSync({ sync, syncs: [run("a", "partial"), run("b", "full")] }), false);
  assert.equal(hasEarlierSync({ sync: null, syncs: [run("a", "full")] }), false);
});
