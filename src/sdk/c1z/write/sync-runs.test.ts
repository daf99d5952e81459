import assert from "node:assert/strict";
import { test } from "node:test";
import { type SyncRun, syncsToPrune } from "./sync-runs.ts";

/** Syncs in order, one an hour, each ten minutes long: `full`, `partial`, ...; a `?` leaves it unfinished. */
function runs(...types: string[]): SyncRun[] {
  return types.map((type, index) => {
    const hour = String(index).padStart(2, "0");
    const unfinished = type.endsWith("?");
    return {
      row: index + 1,
      id: `s${index}`,
      type: type.replace("?", ""),
      startedAt: `2026-01-01 ${hour}:00:00`,
      endedAt: unfinished ? undefined : `2026-01-01 ${hour}:10:00`,
      token: "",
      parentSyncId: "",
      linkedSyncId: "",
      supportsDiff: true,
      grantsBackfilled: true,
      statsJson: undefined,
    };
  });
}

test("of finished full syncs the newest stay, the open one counted", () => {
  assert.deepEqual(syncsToPrune(runs("full", "full?"), 2, "s1"), []);
  assert.deepEqual(syncsToPrune(runs("full", "full", "full?"), 2, "s2"), ["s0"]);
  assert.deepEqual(syncsToPrune(runs("full", "full", "full", "full?"), 3, "s3"), ["s0"]);
});

test("keeping one sync keeps only the open one", () => {
  assert.deepEqual(syncsToPrune(runs("full", "full", "full?"), 1, "s2"), ["s0", "s1"]);
});

test("unfinished syncs stay however old", () => {
  assert.deepEqual(syncsToPrune(runs("full?", "full", "full", "full?"), 2, "s3"), ["s1"]);
});

test("a type that nobody knows counts as full", () => {
  assert.deepEqual(syncsToPrune(runs("strange", "full", "full?"), 2, "s2"), ["s0"]);
});

test("partial syncs stay as long as no full sync goes", () => {
  assert.deepEqual(syncsToPrune(runs("partial", "resources_only", "full", "full?"), 2, "s3"), []);
});

test("partial syncs from before the full syncs that go are gone too", () => {
  assert.deepEqual(syncsToPrune(runs("partial", "full", "resources_only", "full", "full?"), 2, "s4"), ["s0", "s1"]);
});

test("of more than two diff syncs the newest and its partner stay", () => {
  const diffs = runs("partial_deletions", "partial_upserts", "partial_deletions", "partial_upserts", "full?");
  const linked = diffs.map((run) => (run.id === "s3" ? { ...run, linkedSyncId: "s2" } : run));
  assert.deepEqual(syncsToPrune(linked, 2, "s4"), ["s0", "s1"]);
});
