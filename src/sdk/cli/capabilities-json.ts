/**
 * The `capabilities` output: c1.connector.v2.ConnectorCapabilities inside an Any, in proto3 JSON. Connectors of this
 * SDK read: every type can be synced, and those whose resources can be read one by one are the targets of syncs, too.
 */
import type { ResourceSyncer } from "../contracts/connector.ts";
import { rowJson } from "../proto/row-json.ts";
import { encodeResourceType } from "../wire/encode.ts";

const typePrefix = "type.googleapis.com/c1.connector.v2.";

/** What of a syncer tells its capabilities. */
export type CapableSyncer = Pick<ResourceSyncer, "resourceType" | "get">;

/** The capabilities as text: two spaces of indentation, no newline at the end. Types are sorted by the bytes of their id. */
export function capabilitiesJson(syncers: readonly CapableSyncer[]): string {
  const bytesOfId = ({ resourceType }: CapableSyncer): Buffer => Buffer.from(resourceType.id);
  const sorted = syncers.toSorted((a, b) => Buffer.compare(bytesOfId(a), bytesOfId(b)));
  const anyTargeted = syncers.some(({ get }) => get !== undefined);
  const capabilities = {
    "@type": `${typePrefix}ConnectorCapabilities`,
    resourceTypeCapabilities: sorted.map(typeCapability),
    connectorCapabilities: [
      "CAPABILITY_SYNC",
      ...(anyTargeted ? ["CAPABILITY_TARGETED_SYNC", "CAPABILITY_SERVICE_MODE_TARGETED_SYNC"] : []),
    ],
    credentialDetails: {},
  };
  return JSON.stringify(capabilities, undefined, 2);
}

function typeCapability({ resourceType: type, get }: CapableSyncer): object {
  const has = (name: string): boolean => type.annotations.some(({ typeUrl }) => typeUrl === typePrefix + name);
  return {
    resourceType: rowJson("resource type", encodeResourceType(type)),
    capabilities: ["CAPABILITY_SYNC", ...(get ? ["CAPABILITY_TARGETED_SYNC"] : [])],
    permissions: {},
    ...(has("OptInRequired") && { optInRequired: true }),
    ...(has("SkipSyncAnomalyDetection") && { skipSyncAnomalyDetection: true }),
  };
}
