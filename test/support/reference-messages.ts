/**
 * Contract objects to messages by the generated code alone: what the hand-written encoder of rows is held against. Map keys
 * are inserted in sorted order, so that bytes are repeatable.
 */
import { Buffer } from "node:buffer";
import { create, type JsonObject, toBinary } from "@bufbuild/protobuf";
import { type Any, AnySchema } from "@bufbuild/protobuf/wkt";
import type {
  Entitlement,
  Grant,
  GrantExpandable,
  Profile,
  ProfileValue,
  Resource,
  ResourceType,
} from "../../src/sdk/contracts/model.ts";
import {
  type GrantExpandable as GrantExpandableMessage,
  GrantExpandableSchema,
} from "../../src/sdk/proto/gen/c1/connector/v2/annotation_grant_pb.ts";
import {
  type Entitlement as EntitlementMessage,
  EntitlementSchema,
} from "../../src/sdk/proto/gen/c1/connector/v2/entitlement_pb.ts";
import {
  type Grant as GrantMessage,
  GrantSchema,
  type GrantSources,
  GrantSources_GrantSourceSchema,
  GrantSourcesSchema,
} from "../../src/sdk/proto/gen/c1/connector/v2/grant_pb.ts";
import {
  type Resource as ResourceMessage,
  ResourceSchema,
  type ResourceType as ResourceTypeMessage,
  ResourceTypeSchema,
  type Status as StatusMessage,
  StatusSchema,
} from "../../src/sdk/proto/gen/c1/connector/v2/resource_pb.ts";
import { toAny, toResourceIdMessage, toTimestampMessage } from "../../src/sdk/proto/to-message.ts";

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

/** A `google.protobuf.Struct`, which generated messages take as a JSON object. */
function toStruct(profile: Profile): JsonObject {
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
