/** The connector behind the services, and what every call needs of it: its syncers by type, a session, the options of a list. */
import { toBinary } from "@bufbuild/protobuf";
import { Code, ConnectError } from "@connectrpc/connect";
import type { Connector, ListOptions, ResourceSyncer } from "../contracts/connector.ts";
import type { Resource } from "../contracts/model.ts";
import type { Logger } from "../log.ts";
import { decodeResource } from "../proto/decode.ts";
import { type Resource as ResourceMessage, ResourceSchema } from "../proto/gen/c1/connector/v2/resource_pb.ts";
import type { SessionCache } from "./session-cache.ts";

/** What all list requests have in common. */
export interface ListRequest {
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
