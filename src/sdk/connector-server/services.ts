/**
 * A connector's contracts as the gRPC services that a Go connector registers (baton-sdk 0.25.0: connector services).
 * What a connector that only reads does not do answers Unimplemented, method by method.
 */
import { create, toBinary } from "@bufbuild/protobuf";
import { type Any, anyPack } from "@bufbuild/protobuf/wkt";
import { Code, ConnectError, type ConnectRouter, type ServiceImpl } from "@connectrpc/connect";
import {
  type Connector,
  type EntitlementTemplate,
  type ListOptions,
  type Page,
  type ResourceSyncer,
  sdkVersion,
} from "../contracts/connector.ts";
import type { Resource, ResourceId } from "../contracts/model.ts";
import type { Logger } from "../log.ts";
import { decodeResource } from "../proto/decode.ts";
import { eventsResponse, feedsResponse } from "../proto/event-feeds.ts";
import { ActionService } from "../proto/gen/c1/connector/v2/action_pb.ts";
import { EnqueuePageTokensSchema } from "../proto/gen/c1/connector/v2/annotation_type_scoped_grants_pb.ts";
import { AssetService } from "../proto/gen/c1/connector/v2/asset_pb.ts";
import { ConnectorService } from "../proto/gen/c1/connector/v2/connector_pb.ts";
import {
  type Entitlement,
  EntitlementSchema,
  EntitlementsService,
} from "../proto/gen/c1/connector/v2/entitlement_pb.ts";
import { EventService } from "../proto/gen/c1/connector/v2/event_feed_pb.ts";
import { GrantManagerService, GrantsService } from "../proto/gen/c1/connector/v2/grant_pb.ts";
import {
  AccountManagerService,
  CredentialManagerService,
  ResourceDeleterService,
  ResourceGetterService,
  ResourceManagerService,
  type Resource as ResourceMessage,
  ResourceSchema,
  ResourcesService,
  ResourceTypesService,
} from "../proto/gen/c1/connector/v2/resource_pb.ts";
import { TicketsService } from "../proto/gen/c1/connector/v2/ticket_pb.ts";
import {
  toAny,
  toEntitlementMessage,
  toGrantMessage,
  toMetadataMessage,
  toResourceMessage,
  toResourceTypeMessage,
} from "../proto/to-message.ts";
import type { SessionCache } from "./session-cache.ts";

/** Services of which this version implements nothing. */
const unimplemented = [
  AccountManagerService,
  AssetService,
  CredentialManagerService,
  GrantManagerService,
  ResourceDeleterService,
  ResourceManagerService,
  TicketsService,
] as const;

/** Registers all services. */
export function registerServices(router: ConnectRouter, served: ServedConnector): void {
  router
    .service(ConnectorService, connectorService(served))
    .service(ResourceTypesService, resourceTypesService(served))
    .service(ResourcesService, resourcesService(served))
    .service(ResourceGetterService, resourceGetterService(served))
    .service(EntitlementsService, entitlementsService(served))
    .service(GrantsService, grantsService(served))
    .service(EventService, eventService(served))
    .service(ActionService, { listActionSchemas: () => ({}) });
  for (const service of unimplemented) router.service(service, {});
}

function connectorService(served: ServedConnector): ServiceImpl<typeof ConnectorService> {
  const { connector, sessions, logger } = served;
  return {
    getMetadata: () => ({ metadata: toMetadataMessage(connector) }),
    async validate(_request, { signal }) {
      await connector.validate({
        signal,
        warn: ({ code, message, count = 1 }) => logger.warn("connector warning", { code, message, count }),
        report: (fact) => logger.debug("connector report", { ...fact }),
      });
      return { sdkVersion };
    },
    async cleanup({ activeSyncId }) {
      sessions.delete(activeSyncId);
      await connector.cleanup?.();
      return {};
    },
  };
}

/** The event feeds. Warnings have no place in the replies: they are logged here. */
function eventService({ connector, logger }: ServedConnector): ServiceImpl<typeof EventService> {
  return {
    listEventFeeds: () => feedsResponse(connector),
    listEvents: async (request, { signal }) =>
      await eventsResponse(connector, request, {
        signal,
        warn: ({ code, message, count = 1 }) => logger.warn("connector warning", { code, message, count }),
      }),
  };
}

/** What all list requests have in common. */
interface ListRequest {
  readonly pageToken: string;
  readonly activeSyncId: string;
}

/** A connector that is served. */
export class ServedConnector {
  readonly connector: Connector;
  readonly sessions: SessionCache;
  readonly logger: Logger;
  readonly #syncers: ReadonlyMap<string, ResourceSyncer>;

  constructor(connector: Connector, sessions: SessionCache, logger: Logger) {
    this.connector = connector;
    this.sessions = sessions;
    this.logger = logger;
    this.#syncers = new Map(connector.syncers.map((syncer) => [syncer.resourceType.id, syncer]));
  }

  /** @throws ConnectError InvalidArgument for a type that the connector does not have. */
  syncer(resourceTypeId: string): ResourceSyncer {
    const syncer = this.#syncers.get(resourceTypeId);
    if (syncer) return syncer;
    throw new ConnectError(`there is no resource type '${resourceTypeId}'`, Code.InvalidArgument);
  }

  /** The syncer of a resource's type, and the resource. */
  subject(message: ResourceMessage | undefined): { readonly syncer: ResourceSyncer; readonly resource: Resource } {
    if (!message?.id) throw new ConnectError("the request names no resource", Code.InvalidArgument);
    return {
      syncer: this.syncer(message.id.resourceType),
      resource: decodeResource(toBinary(ResourceSchema, message)),
    };
  }

  /** What a list call of the contract gets. Warnings and facts have no place in the replies: they are logged here. */
  listOptions({ pageToken, activeSyncId }: ListRequest): ListOptions {
    const { store, signal } = this.sessions.get(activeSyncId);
    return {
      pageToken,
      session: store,
      signal,
      warn: ({ code, message, count = 1 }) =>
        this.logger.warn("connector warning", { code, message, count, sync_id: activeSyncId }),
      report: (fact) => this.logger.debug("connector report", { ...fact, sync_id: activeSyncId }),
    };
  }
}

/** All types in one page. */
function resourceTypesService({ connector }: ServedConnector): ServiceImpl<typeof ResourceTypesService> {
  return {
    listResourceTypes: () => ({
      list: connector.syncers.map(({ resourceType }) => toResourceTypeMessage(resourceType)),
    }),
  };
}

/** Resources of a type, under a parent or without one. */
function resourcesService(served: ServedConnector): ServiceImpl<typeof ResourcesService> {
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
function resourceGetterService(served: ServedConnector): ServiceImpl<typeof ResourceGetterService> {
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
function entitlementsService(served: ServedConnector): ServiceImpl<typeof EntitlementsService> {
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
function grantsService(served: ServedConnector): ServiceImpl<typeof GrantsService> {
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
