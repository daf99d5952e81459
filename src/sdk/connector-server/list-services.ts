/** The listing half of c1.connector.v2: types, resources, entitlements and grants, page by page. */
import { create } from "@bufbuild/protobuf";
import { type Any, anyPack } from "@bufbuild/protobuf/wkt";
import { Code, ConnectError, type ServiceImpl } from "@connectrpc/connect";
import type { EntitlementTemplate, Page } from "../contracts/connector.ts";
import type { ResourceId } from "../contracts/model.ts";
import { EnqueuePageTokensSchema } from "../proto/gen/c1/connector/v2/annotation_type_scoped_grants_pb.ts";
import {
  type Entitlement,
  EntitlementSchema,
  type EntitlementsService,
} from "../proto/gen/c1/connector/v2/entitlement_pb.ts";
import type { GrantsService } from "../proto/gen/c1/connector/v2/grant_pb.ts";
import type {
  ResourceGetterService,
  ResourcesService,
  ResourceTypesService,
} from "../proto/gen/c1/connector/v2/resource_pb.ts";
import {
  toAny,
  toEntitlementMessage,
  toGrantMessage,
  toResourceMessage,
  toResourceTypeMessage,
} from "../proto/to-message.ts";
import type { ServedConnector } from "./served-connector.ts";

/** All types in one page. */
export function resourceTypesService({ connector }: ServedConnector): ServiceImpl<typeof ResourceTypesService> {
  return {
    listResourceTypes: () => ({
      list: connector.syncers.map(({ resourceType }) => toResourceTypeMessage(resourceType)),
    }),
  };
}

/** Resources of a type, under a parent or without one. */
export function resourcesService(served: ServedConnector): ServiceImpl<typeof ResourcesService> {
  return {
    async listResources(request) {
      const parent = request.parentResourceId;
      const page = await served
        .syncer(request.resourceTypeId)
        .list(parent && idOf(parent), served.listOptions(request));
      return reply(page, toResourceMessage);
    },
  };
}

/** One resource by its id, for types that can be read so; a missing one is NotFound. */
export function resourceGetterService(served: ServedConnector): ServiceImpl<typeof ResourceGetterService> {
  return {
    async getResource({ resourceId, parentResourceId, activeSyncId }) {
      if (!resourceId) throw new ConnectError("the request names no resource", Code.InvalidArgument);
      const syncer = served.syncer(resourceId.resourceType);
      if (!syncer.get) {
        throw new ConnectError(`a ${resourceId.resourceType} cannot be read by itself`, Code.Unimplemented);
      }
      const parent = parentResourceId && idOf(parentResourceId);
      const options = served.listOptions({ pageToken: "", activeSyncId });
      const resource = await syncer.get(idOf(resourceId), parent, options);
      if (!resource) throw new ConnectError(`there is no such ${resourceId.resourceType}`, Code.NotFound);
      return { resource: toResourceMessage(resource) };
    },
  };
}

function idOf({ resourceType, resource }: ResourceId): ResourceId {
  return { resourceType, resource };
}

/** Entitlements of a resource, and those that every resource of a type has. A type without has none. */
export function entitlementsService(served: ServedConnector): ServiceImpl<typeof EntitlementsService> {
  return {
    async listEntitlements(request) {
      const { syncer, resource } = served.subject(request.resource);
      const page = await syncer.entitlements?.(resource, served.listOptions(request));
      return page ? reply(page, toEntitlementMessage) : {};
    },
    async listStaticEntitlements(request) {
      const syncer = served.syncer(request.resourceTypeId);
      const page = await syncer.staticEntitlements?.(served.listOptions(request));
      return page ? reply(page, toTemplateMessage) : {};
    },
  };
}

/** Grants that a resource's syncer gives. */
export function grantsService(served: ServedConnector): ServiceImpl<typeof GrantsService> {
  return {
    async listGrants(request) {
      const { syncer, resource } = served.subject(request.resource);
      const page = await syncer.grants?.(resource, served.listOptions(request));
      return page ? reply(page, toGrantMessage) : {};
    },
  };
}

function reply<T, M>(
  page: Page<T>,
  toMessage: (item: T) => M,
): { list: M[]; nextPageToken: string; annotations: Any[] } {
  const { items, nextPageToken, enqueuePageTokens = [] } = page;
  const annotations =
    enqueuePageTokens.length > 0
      ? [anyPack(EnqueuePageTokensSchema, create(EnqueuePageTokensSchema, { pageTokens: [...enqueuePageTokens] }))]
      : [];
  return { list: items.map(toMessage), nextPageToken, annotations };
}

/** Neither id nor resource: the syncer makes one of each for every resource. */
function toTemplateMessage(template: EntitlementTemplate): Entitlement {
  const { displayName, description, grantableTo, annotations, purpose, slug } = template;
  return create(EntitlementSchema, {
    displayName,
    description,
    grantableTo: grantableTo.map(toResourceTypeMessage),
    annotations: annotations.map(toAny),
    purpose,
    slug,
  });
}
