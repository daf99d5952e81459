/**
 * The `capabilities` output: c1.connector.v2.ConnectorCapabilities inside an Any, in proto3 JSON. Connectors of this
 * SDK read, so that every type has the capability to sync and nothing else.
 */
import type { ResourceType } from "../contracts/model.ts";
import { rowJson } from "../proto/row-json.ts";
import { encodeResourceType } from "../wire/encode.ts";

const typePrefix = "type.googleapis.com/c1.connector.v2.";

/** The capabilities as text: two spaces of indentation, no newline at the end. Types are sorted by the bytes of their id. */
export function capabilitiesJson(types: readonly ResourceType[]): string {
  const sorted = types.toSorted((a, b) => Buffer.compare(Buffer.from(a.id), Buffer.from(b.id)));
  const capabilities = {
    "@type": `${typePrefix}ConnectorCapabilities`,
    resourceTypeCapabilities: sorted.map(typeCapability),
    connectorCapabilities: ["CAPABILITY_SYNC"],
    credentialDetails: {},
  };
  return JSON.stringify(capabilities, undefined, 2);
}

function typeCapability(type: ResourceType): object {
  const has = (name: string): boolean => type.annotations.some(({ typeUrl }) => typeUrl === typePrefix + name);
  return {
    resourceType: rowJson("resource type", encodeResourceType(type)),
    capabilities: ["CAPABILITY_SYNC"],
    permissions: {},
    ...(has("OptInRequired") && { optInRequired: true }),
    ...(has("SkipSyncAnomalyDetection") && { skipSyncAnomalyDetection: true }),
  };
}
