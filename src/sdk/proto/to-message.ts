/**
 * Contract objects to generated messages, for gRPC, and to the JSON of capabilities. Rows are written by the encoder that
 * writes them into files. Importing this module loads the generated code (about 80 ms from source): a sync into a file
 * must not need it.
 */
import { create, type DescMessage, fromBinary, type MessageShape, toJson } from "@bufbuild/protobuf";
import { type Any, AnySchema, type Timestamp as TimestampMessage, TimestampSchema } from "@bufbuild/protobuf/wkt";
import type { Connector, ResourceSyncer } from "../contracts/connector.ts";
import type {
  Annotation,
  Entitlement,
  Grant,
  Resource,
  ResourceId,
  ResourceType,
  Timestamp,
} from "../contracts/model.ts";
import { annotationUrl } from "../resources/annotations.ts";
import {
  encodeGrantExpandable,
  viewOf,
  writeEntitlement,
  writeGrant,
  writeResource,
  writeResourceType,
} from "../wire/encode.ts";
import type { ProtoWriter } from "../wire/proto-writer.ts";
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
import { type Entitlement as EntitlementMessage, EntitlementSchema } from "./gen/c1/connector/v2/entitlement_pb.ts";
import { type Grant as GrantMessage, GrantSchema } from "./gen/c1/connector/v2/grant_pb.ts";
import {
  type ResourceId as ResourceIdMessage,
  ResourceIdSchema,
  type Resource as ResourceMessage,
  ResourceSchema,
  type ResourceType as ResourceTypeMessage,
  ResourceTypeSchema,
} from "./gen/c1/connector/v2/resource_pb.ts";
import { annotationRegistry } from "./registry.ts";

/** What the encoder of rows writes, as the generated code reads it. Messages hold views on bytes of their own. */
function messageOf<D extends DescMessage, T>(
  schema: D,
  row: T,
  write: (writer: ProtoWriter, row: T) => void,
): MessageShape<D> {
  return fromBinary(schema, new Uint8Array(viewOf(row, write)));
}

/** A `c1.connector.v2.ResourceType`. */
export function toResourceTypeMessage(type: ResourceType): ResourceTypeMessage {
  return messageOf(ResourceTypeSchema, type, writeResourceType);
}

/** A `c1.connector.v2.Resource`. */
export function toResourceMessage(resource: Resource): ResourceMessage {
  return messageOf(ResourceSchema, resource, writeResource);
}

/** A `c1.connector.v2.ResourceId`. */
export function toResourceIdMessage(id: ResourceId): ResourceIdMessage {
  return create(ResourceIdSchema, { resourceType: id.resourceType, resource: id.resource });
}

/** A `c1.connector.v2.Entitlement`. */
export function toEntitlementMessage(entitlement: Entitlement): EntitlementMessage {
  return messageOf(EntitlementSchema, entitlement, writeEntitlement);
}

/**
 * A `c1.connector.v2.Grant`. Its entitlement carries id and resource id, its principal the id; `expandable` becomes
 * the last annotation, as gRPC clients expect it.
 */
export function toGrantMessage({ expandable, annotations = [], ...grant }: Grant): GrantMessage {
  const expansion = expandable && {
    typeUrl: annotationUrl("GrantExpandable"),
    value: encodeGrantExpandable(expandable),
  };
  const whole = { ...grant, annotations: expansion ? [...annotations, expansion] : annotations };
  return messageOf(GrantSchema, whole, writeGrant);
}

/** A `google.protobuf.Any`. */
export function toAny(annotation: Annotation): Any {
  return create(AnySchema, { typeUrl: annotation.typeUrl, value: annotation.value });
}

/** A `google.protobuf.Timestamp`. */
export function toTimestampMessage(timestamp: Timestamp): TimestampMessage {
  return create(TimestampSchema, { seconds: BigInt(timestamp.seconds), nanos: timestamp.nanos });
}

/** What of a syncer tells its capabilities. */
type CapableSyncer = Pick<ResourceSyncer, "resourceType" | "get">;

/** A `c1.connector.v2.ConnectorMetadata`, capabilities included. */
export function toMetadataMessage({ metadata, syncers, eventFeeds = [] }: Connector): ConnectorMetadata {
  return create(ConnectorMetadataSchema, {
    displayName: metadata.displayName,
    description: metadata.description,
    ...(metadata.helpUrl !== undefined && { helpUrl: metadata.helpUrl }),
    capabilities: toCapabilities(syncers, eventFeeds.length > 0),
  });
}

/**
 * The output of `capabilities`: a ConnectorCapabilities inside an Any, in proto3 JSON with two spaces of indentation and
 * no newline at the end.
 */
export function capabilitiesJson(syncers: readonly CapableSyncer[], hasEventFeeds = false): string {
  const message = toJson(ConnectorCapabilitiesSchema, toCapabilities(syncers, hasEventFeeds), {
    registry: annotationRegistry,
  });
  return JSON.stringify({ "@type": annotationUrl("ConnectorCapabilities"), ...Object(message) }, undefined, 2);
}

/**
 * Connectors of this SDK read: every type can be synced, and those whose resources can be read one by one are the
 * targets of syncs, too. Types are sorted by the bytes of their id.
 */
function toCapabilities(syncers: readonly CapableSyncer[], hasEventFeeds: boolean): ConnectorCapabilities {
  const bytesOfId = ({ resourceType }: CapableSyncer): Buffer => Buffer.from(resourceType.id);
  const sorted = syncers.toSorted((a, b) => Buffer.compare(bytesOfId(a), bytesOfId(b)));
  const anyTargeted = syncers.some(({ get }) => get !== undefined);
  return create(ConnectorCapabilitiesSchema, {
    resourceTypeCapabilities: sorted.map(toTypeCapability),
    connectorCapabilities: [
      Capability.SYNC,
      ...(anyTargeted ? [Capability.TARGETED_SYNC, Capability.SERVICE_MODE_TARGETED_SYNC] : []),
      ...(hasEventFeeds ? [Capability.EVENT_FEED_V2] : []),
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
