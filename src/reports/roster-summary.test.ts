import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { openC1z } from "../sdk/c1z/read/reader.ts";
import { summarizeRoster, summarySections } from "./roster-summary.ts";

const golden = join(import.meta.dirname, "..", "..", "test", "golden");

test("a file that a Go connector wrote is counted by type, status and kind of entitlement", async () => {
  using reader = await openC1z(join(golden, "minimal-v1.c1z"));
  const summary = summarizeRoster(reader.view());
  assert.deepEqual(summary.resources, { org: 1, team: 3, user: 5 });
  assert.deepEqual(summary.accounts, {
    total: 5,
    enabled: 4,
    disabled: 1,
    deleted: 0,
    pending: 0,
    unspecified: 0,
    twoFactor: { on: 0, off: 0, unknown: 5 },
  });
  assert.deepEqual(summary.entitlementKinds, [
    { resourceTypeId: "team", slug: "member", entitlements: 3, grants: 6 },
    { resourceTypeId: "team", slug: "manager", entitlements: 3, grants: 3 },
    { resourceTypeId: "org", slug: "member", entitlements: 1, grants: 8 },
    { resourceTypeId: "org", slug: "owner", entitlements: 1, grants: 1 },
  ]);
  assert.equal(summary.entitlements, 8);
  assert.equal(summary.grants, 18);
  const accounts = [["enabled", 4] as const, ["disabled", 1] as const, ["two-factor unknown", 5] as const];
  assert.deepEqual(summarySections(summary)[0], { title: "Accounts", rows: accounts });
});
