import assert from "node:assert/strict";
import { test } from "node:test";
import type { Connector } from "../../src/sdk/contracts/connector.ts";
import { rowsOf, syncRunsOf } from "../support/plain-c1z.ts";
import { entitlementOf, grantOf, groupOf, scriptedConnector, typeOf, userOf } from "../support/scripted-connector.ts";
import { FakeC1 } from "./fake-c1.ts";

const org = groupOf({ resourceType: "org", resource: "acme" });
const team = groupOf({ resourceType: "team", resource: "a" });

/** The team owns the organization, and so do its members once grants are expanded. */
function nestedConnector(): Connector {
  const ownership = {
    ...grantOf(org.id, "owner", team.id),
    expandable: { entitlementIds: ["team:a:member"], shallow: false, resourceTypeIds: ["user"] },
  };
  return scriptedConnector({
    types: [
      {
        type: typeOf("org"),
        resources: { "": [org] },
        entitlements: () => [entitlementOf(org, "owner")],
        grants: () => [ownership],
      },
      {
        type: typeOf("team"),
        resources: { "": [team] },
        entitlements: () => [entitlementOf(team, "member")],
        grants: () => [grantOf(team.id, "member", { resourceType: "user", resource: "ada" })],
      },
      { type: typeOf("user"), resources: { "": [userOf("ada")] } },
    ],
  });
}

for (const skipExpandGrants of [false, true]) {
  test(`a task ${skipExpandGrants ? "can leave the expansion of grants to C1" : "has its grants expanded"}`, async () => {
    await using fake = await FakeC1.start();
    fake.addSync({ skipExpandGrants });
    const service = fake.service({ createConnector: async () => nestedConnector() });
    await fake.untilFinished(1);
    await service.stop();
    const path = fake.c1.uploads[0]?.path ?? "";
    const [run] = syncRunsOf(path);
    const grants = rowsOf(path, String(run?.["sync_id"]))["v1_grants"] ?? [];
    const owners = grants.filter((row) => row["entitlement_id"] === "org:acme:owner");
    const ids = owners.map((row) => row["principal_resource_id"]).toSorted();
    assert.deepEqual(ids, skipExpandGrants ? ["a"] : ["a", "ada"]);
    // A later expansion finds what is to be expanded.
    assert.ok(owners.some((row) => row["expansion"] !== null));
  });
}
