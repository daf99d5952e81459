/** Generated messages to contract objects: their bytes through the decoders that read rows, so that there is one reading. */
import { toBinary } from "@bufbuild/protobuf";
import type { EntitlementTemplate } from "../../src/sdk/contracts/connector.ts";
import type { Entitlement, Grant, Resource, ResourceType } from "../../src/sdk/contracts/model.ts";
import { decodeEntitlement, decodeGrant, decodeResource, decodeResourceType } from "../../src/sdk/proto/decode.ts";
import {
  type Entitlement as EntitlementMessage,
  EntitlementSchema,
} from "../../src/sdk/proto/gen/c1/connector/v2/entitlement_pb.ts";
import { type Grant as GrantMessage, GrantSchema } from "../../src/sdk/proto/gen/c1/connector/v2/grant_pb.ts";
import {
  type Resource as ResourceMessage,
  ResourceSchema,
  type ResourceType as ResourceTypeMessage,
  ResourceTypeSchema,
} from "../../src/sdk/proto/gen/c1/connector/v2/resource_pb.ts";

/** A resource type. */
export function fromResourceTypeMessage(message: ResourceTypeMessage): ResourceType {
  return decodeResourceType(toBinary(ResourceTypeSchema, message));
}

/** A resource. */
export function fromResourceMessage(message: ResourceMessage): Resource {
  return decodeResource(toBinary(ResourceSchema, message));
}

/** An entitlement of a resource. */
export function fromEntitlementMessage(message: EntitlementMessage): Entitlement {
  return decodeEntitlement(toBinary(EntitlementSchema, message));
}

/** An entitlement that every resource of a type has; the message's id and resource do not count. */
export function fromTemplateMessage(message: EntitlementMessage): EntitlementTemplate {
  const { id: _id, resource: _resource, ...template } = fromEntitlementMessage(message);
  return template;
}

/** A grant. */
export function fromGrantMessage(message: GrantMessage): Grant {
  return decodeGrant(toBinary(GrantSchema, message));
}
