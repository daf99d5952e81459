import assert from "node:assert/strict";
import { test } from "node:test";
import type { Annotation } from "../contracts/model.ts";
import {
  capabilityPermissions,
  deprecated,
  optInRequired,
  skipSyncAnomalyDetection,
} from "../resources/annotations.ts";
import { capabilitiesJson } from "./to-message.ts";

function capabilityOf(annotations: readonly Annotation[]): Record<string, unknown> {
  const resourceType = { id: "key", displayName: "Key", traits: [], description: "", annotations };
  const json = JSON.parse(capabilitiesJson([{ resourceType }])) as {
    resourceTypeCapabilities: [Record<string, unknown>];
  };
  return json.resourceTypeCapabilities[0];
}

test("a type that requires to be asked for is advertised, with what it needs", () => {
  const { resourceType, ...rest } = capabilityOf([
    optInRequired,
    skipSyncAnomalyDetection,
    deprecated,
    capabilityPermissions(["keys:read"]),
  ]);
  assert.equal((resourceType as { id: string }).id, "key");
  assert.deepEqual(rest, {
    capabilities: ["CAPABILITY_SYNC"],
    permissions: { permissions: [{ permission: "keys:read" }] },
    optInRequired: true,
    skipSyncAnomalyDetection: true,
    deprecated: true,
  });
});

test("a plain type has an empty permissions object and no flags", () => {
  assert.deepEqual(Object.keys(capabilityOf([])), ["resourceType", "capabilities", "permissions"]);
});
