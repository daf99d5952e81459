import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { openC1z } from "../sdk/c1z/reader.ts";
import type { Resource } from "../sdk/contracts/model.ts";
import { AccountType, annotationUrl, userTrait } from "../sdk/resources/annotations.ts";
import { hasTwoFactor } from "./account-facts.ts";
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

function account(mfaEnabled: boolean | undefined): Resource {
  const status = { status: 1 } as const;
  const trait = userTrait({ status, accountType: AccountType.human, ...(mfaEnabled !== undefined && { mfaEnabled }) });
  return { id: { resourceType: "user", resource: "u" }, displayName: "U", annotations: [trait] };
}

test("a second factor that is on, off or not told is told apart", () => {
  assert.equal(hasTwoFactor(account(true)), true);
  assert.equal(hasTwoFactor(account(false)), false);
  assert.equal(hasTwoFactor(account(undefined)), undefined);
  assert.equal(hasTwoFactor({ ...account(true), annotations: [] }), undefined);
});

test("a damaged trait says nothing about a second factor", () => {
  const damaged = { typeUrl: annotationUrl("UserTrait"), value: Uint8Array.of(0x52, 0x05, 0x08) };
  assert.equal(hasTwoFactor({ ...account(true), annotations: [damaged] }), undefined);
});
