/**
 * Contract objects to generated messages, for gRPC, and to the JSON of capabilities. Importing this module loads the generated code (about 80 ms from
 * source): a sync into a file must not need it. Map keys are inserted in sorted order, so that bytes are repeatable.
 */
import { Buffer } from "node:buffer";
import { create, fromBinary, type JsonObject, toBinary, toJson } from "@bufbuild/protobuf";
import { type Any, AnySchema, type Timestamp as TimestampMessage, TimestampSchema } from "@bufbuild/protobuf/wkt";
import type { Connector, ResourceSyncer } from "../contracts/connector.ts";
import type {
  Annotation,
  Entitlement,
  Grant,
  GrantExpandable,
  Profile,
  ProfileValue,
  Resource,
  ResourceId,
  ResourceType,
  Timestamp,
} from "../contracts/model.ts";
import { annotationUrl } from "../resources/annotations.ts";
import {
  type GrantExpandable as GrantExpandableMessage,
  GrantExpandableSchema,
} from "./gen/c1/connector/v2/annotation_grant_pb.ts";
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
import {
  type Grant as GrantMessage,
  GrantSchema,
  type GrantSources,
  GrantSources_GrantSourceSchema,
  GrantSourcesSchema,
} from "./gen/c1/connector/v2/grant_pb.ts";
import {
  type ResourceId as ResourceIdMessage,
  ResourceIdSchema,
  type Resource as ResourceMessage,
  ResourceSchema,
  type ResourceType as ResourceTypeMessage,
  ResourceTypeSchema,
  type Status as StatusMessage,
  StatusSchema,
} from "./gen/c1/connector/v2/resource_pb.ts";
import { annotationRegistry } from "./registry.ts";

/** A `c1.connector.v2.ResourceType`. */
export function toResourceTypeMessage(type: ResourceType): ResourceTypeMessage {
  return create(ResourceTypeSchema, {
    id: type.id,
    displayName: type.displayName,
    traits: [...type.traits],
    annotations: type.annotations.map(toAny),
    description: type.description,
  });
}

/** A `c1.connector.v2.Resource`. */
export function toResourceMessage(resource: Resource): ResourceMessage {
  return create(ResourceSchema, {
    id: toResourceIdMessage(resource.id),
    displayName: resource.displayName,
    annotations: resource.annotations.map(toAny),
    description: resource.description ?? "",
    ...(resource.parentResourceId && { parentResourceId: toResourceIdMessage(resource.parentResourceId) }),
    ...(resource.profile && { profile: toStruct(resource.profile) }),
    ...(resource.status && { status: toStatus(resource.status) }),
    ...(resource.createdAt && { createdAt: toTimestampMessage(resource.createdAt) }),
  });
}

/** A `c1.connector.v2.ResourceId`. */
export function toResourceIdMessage(id: ResourceId): ResourceIdMessage {
  return create(ResourceIdSchema, { resourceType: id.resourceType, resource: id.resource });
}

/** A `c1.connector.v2.Entitlement`. */
export function toEntitlementMessage(entitlement: Entitlement): EntitlementMessage {
  return create(EntitlementSchema, {
    resource: toResourceMessage(entitlement.resource),
    id: entitlement.id,
    displayName: entitlement.displayName,
    description: entitlement.description,
    grantableTo: entitlement.grantableTo.map(toResourceTypeMessage),
    annotations: entitlement.annotations.map(toAny),
    purpose: entitlement.purpose,
    slug: entitlement.slug,
  });
}

/**
 * A `c1.connector.v2.Grant`. Its entitlement carries id and resource id, its principal the id; `expandable` becomes
 * the last annotation, as gRPC clients expect it.
 */
export function toGrantMessage(grant: Grant): GrantMessage {
  const annotations = (grant.annotations ?? []).map(toAny);
  if (grant.expandable) annotations.push(toExpandableAny(grant.expandable));
  return create(GrantSchema, {
    entitlement: create(EntitlementSchema, {
      id: grant.entitlement.id,
      resource: create(ResourceSchema, { id: toResourceIdMessage(grant.entitlement.resource) }),
    }),
    principal: create(ResourceSchema, { id: toResourceIdMessage(grant.principal) }),
    id: grant.id,
    annotations,
    ...(grant.sources && grant.sources.size > 0 && { sources: toSources(grant.sources) }),
  });
}

/** A `c1.connector.v2.GrantExpandable`. */
export function toGrantExpandableMessage(expandable: GrantExpandable): GrantExpandableMessage {
  return create(GrantExpandableSchema, {
    entitlementIds: [...expandable.entitlementIds],
    shallow: expandable.shallow,
    resourceTypeIds: [...expandable.resourceTypeIds],
  });
}

/** A `google.protobuf.Any`. */
export function toAny(annotation: Annotation): Any {
  return create(AnySchema, { typeUrl: annotation.typeUrl, value: annotation.value });
}

/** A `google.protobuf.Timestamp`. */
export function toTimestampMessage(timestamp: Timestamp): TimestampMessage {
  return create(TimestampSchema, { seconds: BigInt(timestamp.seconds), nanos: timestamp.nanos });
}

/** A `google.protobuf.Struct`, which generated messages take as a JSON object. */
export function toStruct(profile: Profile): JsonObject {
  const keys = Object.keys(profile).sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  return Object.fromEntries(
    keys.flatMap((key) => {
      const value = profile[key];
      return value === undefined ? [] : [[key, toJsonValue(value)]];
    }),
  );
}

function toJsonValue(value: ProfileValue): JsonObject[string] {
  if (typeof value !== "object") return value;
  return isList(value) ? value.map(toJsonValue) : toStruct(value);
}

function isList(value: readonly ProfileValue[] | Profile): value is readonly ProfileValue[] {
  return Array.isArray(value);
}

function toStatus(status: NonNullable<Resource["status"]>): StatusMessage {
  return create(StatusSchema, { status: status.status, details: status.details ?? "" });
}

function toSources(sources: NonNullable<Grant["sources"]>): GrantSources {
  const entries = [...sources].sort(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  return create(GrantSourcesSchema, {
    sources: Object.fromEntries(
      entries.map(([key, { isDirect }]) => [key, create(GrantSources_GrantSourceSchema, { isDirect })]),
    ),
  });
}

function toExpandableAny(expandable: GrantExpandable): Any {
  return create(AnySchema, {
    typeUrl: `type.googleapis.com/${GrantExpandableSchema.typeName}`,
    value: toBinary(GrantExpandableSchema, toGrantExpandableMessage(expandable)),
  });
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
