/**
 * A connector's contracts as the gRPC services that a Go connector registers (baton-sdk 0.25.0: connector services).
 * What a connector that only reads does not do answers Unimplemented, method by method.
 */
import { Code, ConnectError, type ConnectRouter, type ServiceImpl } from "@connectrpc/connect";
import { ActionService } from "../proto/gen/c1/connector/v2/action_pb.ts";
import { AssetService } from "../proto/gen/c1/connector/v2/asset_pb.ts";
import { ConnectorService } from "../proto/gen/c1/connector/v2/connector_pb.ts";
import { EntitlementsService } from "../proto/gen/c1/connector/v2/entitlement_pb.ts";
import { EventService } from "../proto/gen/c1/connector/v2/event_feed_pb.ts";
import { GrantManagerService, GrantsService } from "../proto/gen/c1/connector/v2/grant_pb.ts";
import {
  AccountManagerService,
  CredentialManagerService,
  ResourceDeleterService,
  ResourceGetterService,
  ResourceManagerService,
  ResourcesService,
  ResourceTypesService,
} from "../proto/gen/c1/connector/v2/resource_pb.ts";
import { TicketsService } from "../proto/gen/c1/connector/v2/ticket_pb.ts";
import { toMetadataMessage } from "../proto/to-metadata.ts";
import { sdkVersion } from "../sdk-version.ts";
import {
  entitlementsService,
  grantsService,
  resourceGetterService,
  resourcesService,
  resourceTypesService,
} from "./list-services.ts";
import type { ServedConnector } from "./served-connector.ts";

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
    .service(EventService, {
      listEventFeeds: () => ({}),
      listEvents: () => {
        throw new ConnectError("the event feed was not found: this connector has none", Code.NotFound);
      },
    })
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
