/** What a connector is and can do, as c1.connector.v2 messages and as JSON: for gRPC clients, for C1 and for people. */
import { create, fromBinary, toJson } from "@bufbuild/protobuf";
import type { Connector, ResourceSyncer } from "../contracts/connector.ts";
import { annotationUrl } from "../resources/annotations.ts";
import {
  Capability,
  CapabilityPermissionsSchema,
  type ConnectorCapabilities,
  ConnectorCapabilitiesSchema,
  type ConnectorMetadata,
  ConnectorMetadataSchema,
  type ResourceTypeCapability,
  ResourceTypeCapabilitySchema,
} from "./gen/c1/connector/v2/connector_pb.ts";
import { annotationRegistry } from "./registry.ts";
import { toResourceTypeMessage } from "./to-message.ts";

/** What of a syncer tells its capabilities. */
export type CapableSyncer = Pick<ResourceSyncer, "resourceType" | "get">;

/** A `c1.connector.v2.ConnectorMetadata`, capabilities included. */
export function toMetadataMessage({ metadata, syncers }: Connector): ConnectorMetadata {
  return create(ConnectorMetadataSchema, {
    displayName: metadata.displayName,
    description: metadata.description,
    capabilities: toCapabilities(syncers),
  });
}

/**
 * The output of `capabilities`: a ConnectorCapabilities inside an Any, in proto3 JSON with two spaces of indentation and
 * no newline at the end.
 */
export function capabilitiesJson(syncers: readonly CapableSyncer[]): string {
  const message = toJson(ConnectorCapabilitiesSchema, toCapabilities(syncers), { registry: annotationRegistry });
  return JSON.stringify({ "@type": annotationUrl("ConnectorCapabilities"), ...Object(message) }, undefined, 2);
}

/**
 * Connectors of this SDK read: every type can be synced, and those whose resources can be read one by one are the
 * targets of syncs, too. Types are sorted by the bytes of their id.
 */
function toCapabilities(syncers: readonly CapableSyncer[]): ConnectorCapabilities {
  const bytesOfId = ({ resourceType }: CapableSyncer): Buffer => Buffer.from(resourceType.id);
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

function toTypeCapability({ resourceType: type, get }: CapableSyncer): ResourceTypeCapability {
  const find = (name: string) => type.annotations.find(({ typeUrl }) => typeUrl === annotationUrl(name));
  const permissions = find("CapabilityPermissions");
  return create(ResourceTypeCapabilitySchema, {
    resourceType: toResourceTypeMessage(type),
    capabilities: [Capability.SYNC, ...(get ? [Capability.TARGETED_SYNC] : [])],
    permissions: permissions ? fromBinary(CapabilityPermissionsSchema, permissions.value) : {},
    optInRequired: find("OptInRequired") !== undefined,
    skipSyncAnomalyDetection: find("SkipSyncAnomalyDetection") !== undefined,
    deprecated: find("Deprecated") !== undefined,
  });
}
