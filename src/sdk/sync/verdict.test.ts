import assert from "node:assert/strict";
import { test } from "node:test";
import type { SyncStats } from "../c1z/write/sync-store.ts";
import { BatonError, Status } from "../errors.ts";
import {
  dropWarning,
  findDrops,
  heldError,
  incompleteError,
  keepsNothing,
  resultOf,
  resultOfError,
} from "./verdict.ts";

function stats(resources: Record<string, number>, grants = 0): SyncStats {
  return {
    resourceTypes: Object.keys(resources).length,
    resources: 0,
    entitlements: 0,
    grants,
    resourcesByResourceType: resources,
    entitlementsByResourceType: {},
    grantsByResourceType: {},
  };
}

for (const [before, now, expected] of [
  [100, 100, "nothing"],
  [100, 140, "nothing"],
  [100, 81, "nothing"],
  [100, 80, "warns"],
  [100, 51, "warns"],
  [100, 50, "holds"],
  [100, 0, "holds"],
  [4, 0, "nothing"],
  [5, 0, "holds"],
  [9, 5, "nothing"],
  [20, 15, "warns"],
  [0, 0, "nothing"],
] as const) {
  test(`R8: ${before} users of whom ${now} are left: ${expected}`, () => {
    const drops = findDrops(stats({ user: before }), stats({ user: now }));
    const holds = drops.some((drop) => drop.holds);
    assert.equal(drops.length === 0 ? "nothing" : holds ? "holds" : "warns", expected);
    assert.equal(dropWarning(drops) === undefined, expected === "nothing");
  });
}

test("R8: grants are compared as well, but only if both syncs hold the same types", () => {
  const before = stats({ user: 50, team: 10 }, 1000);
  assert.deepEqual(findDrops(before, stats({ user: 50, team: 10 }, 400)), [
    { kind: "grants", before: 1000, now: 400, holds: true },
  ]);
  assert.deepEqual(findDrops(before, stats({ user: 50 }, 0)), []);
  assert.deepEqual(findDrops(before, stats({ user: 10 }, 0)), [{ kind: "user", before: 50, now: 10, holds: true }]);
});

test("the gravest warning gives the word for the result", () => {
  const note = { code: "A", message: "" };
  const partial = { code: "B", message: "", severity: "partial" } as const;
  const incomplete = { code: "C", message: "", severity: "incomplete" } as const;
  assert.equal(resultOf([]), "Complete");
  assert.equal(resultOf([note]), "Complete with warnings");
  assert.equal(resultOf([note, partial]), "Partial roster");
  assert.equal(resultOf([note, partial, incomplete]), "Incomplete");
});

test("runs that are incomplete or held keep nothing, others do; their exit codes are no gRPC status", () => {
  const incomplete = incompleteError({ code: "X", message: "rows are missing" });
  const held = heldError([{ kind: "user", before: 10, now: 1, holds: true }]);
  const other = new BatonError({ code: "X", status: Status.unavailable, message: "away" });
  assert.deepEqual([incomplete, held, other].map(resultOfError), ["Incomplete", "Held", "Failed"]);
  assert.deepEqual([incomplete, held, other].map(keepsNothing), [true, true, false]);
  assert.deepEqual([incomplete.exitCode, held.exitCode], [21, 22]);
  assert.match(held.message, /user 10 → 1 \(-90 %\)/);
});
