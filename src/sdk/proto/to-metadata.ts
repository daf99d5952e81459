/** What a connector is and can do, as c1.connector.v2 messages, for gRPC clients and for C1. */
import { create } from "@bufbuild/protobuf";
import type { Connector, ResourceSyncer } from "../contracts/connector.ts";
import {
  Capability,
  type ConnectorCapabilities,
  ConnectorCapabilitiesSchema,
  type ConnectorMetadata,
  ConnectorMetadataSchema,
  type ResourceTypeCapability,
  ResourceTypeCapabilitySchema,
} from "./gen/c1/connector/v2/connector_pb.ts";
import { toResourceTypeMessage } from "./to-message.ts";

const typePrefix = "type.googleapis.com/c1.connector.v2.";

/** A `c1.connector.v2.ConnectorMetadata`, capabilities included. */
export function toMetadataMessage({ metadata, syncers }: Connector): ConnectorMetadata {
  return create(ConnectorMetadataSchema, {
    displayName: metadata.displayName,
    description: metadata.description,
    capabilities: toCapabilities(syncers),
  });
}

/**
 * Connectors of this SDK read: every type can be synced, and those whose resources can be read one by one are the
 * targets of syncs, too. Types are sorted by the bytes of their id.
 */
function toCapabilities(syncers: readonly ResourceSyncer[]): ConnectorCapabilities {
  const bytesOfId = ({ resourceType }: ResourceSyncer): Buffer => Buffer.from(resourceType.id);
  const sorted = syncers.toSorted((a, b) => Buffer.compare(bytesOfId(a), bytesOfId(b)));
  const anyTargeted = syncers.some(({ get }) => get !== undefined);
  return create(ConnectorCapabilitiesSchema, {
    resourceTypeCapabilities: sorted.map(toTypeCapability),
    connectorCapabilities: [
      Capability.SYNC,
      ...(anyTargeted ? [Capability.TARGETED_SYNC, Capability.SERVICE_MODE_TARGETED_SYNC] : []),
    ],
    credentialDetails: {},
  });
}

function toTypeCapability({ resourceType: type, get }: ResourceSyncer): ResourceTypeCapability {
  const has = (name: string): boolean => type.annotations.some(({ typeUrl }) => typeUrl === typePrefix + name);
  return create(ResourceTypeCapabilitySchema, {
    resourceType: toResourceTypeMessage(type),
    capabilities: [Capability.SYNC, ...(get ? [Capability.TARGETED_SYNC] : [])],
    permissions: {},
    optInRequired: has("OptInRequired"),
    skipSyncAnomalyDetection: has("SkipSyncAnomalyDetection"),
  });
}
