/** What a connector is and can do, as c1.connector.v2 messages, for gRPC clients and for C1. */
import { create } from "@bufbuild/protobuf";
import type { Connector } from "../contracts/connector.ts";
import type { ResourceType } from "../contracts/model.ts";
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
    capabilities: toCapabilities(syncers.map(({ resourceType }) => resourceType)),
  });
}

/** Connectors of this SDK read, so that every type can be synced and nothing else. Types are sorted by the bytes of their id. */
function toCapabilities(types: readonly ResourceType[]): ConnectorCapabilities {
  const sorted = types.toSorted((a, b) => Buffer.compare(Buffer.from(a.id), Buffer.from(b.id)));
  return create(ConnectorCapabilitiesSchema, {
    resourceTypeCapabilities: sorted.map(toTypeCapability),
    connectorCapabilities: [Capability.SYNC],
    credentialDetails: {},
  });
}

function toTypeCapability(type: ResourceType): ResourceTypeCapability {
  const has = (name: string): boolean => type.annotations.some(({ typeUrl }) => typeUrl === typePrefix + name);
  return create(ResourceTypeCapabilitySchema, {
    resourceType: toResourceTypeMessage(type),
    capabilities: [Capability.SYNC],
    permissions: {},
    optInRequired: has("OptInRequired"),
    skipSyncAnomalyDetection: has("SkipSyncAnomalyDetection"),
  });
}
