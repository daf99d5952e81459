/** One resource type of a connector that runs elsewhere: each list call is one RPC. */
import { type Any, anyUnpack } from "@bufbuild/protobuf/wkt";
import { Code, ConnectError, createClient, type Transport } from "@connectrpc/connect";
import type {
  EntitlementTemplate,
  GetOptions,
  ListOptions,
  Page,
  ResourceSyncer,
  SessionStore,
} from "../../src/sdk/contracts/connector.ts";
import type { Entitlement, Grant, Resource, ResourceId, ResourceType } from "../../src/sdk/contracts/model.ts";
import { Status } from "../../src/sdk/errors.ts";
import { EnqueuePageTokensSchema } from "../../src/sdk/proto/gen/c1/connector/v2/annotation_type_scoped_grants_pb.ts";
import { EntitlementsService } from "../../src/sdk/proto/gen/c1/connector/v2/entitlement_pb.ts";
import { GrantsService } from "../../src/sdk/proto/gen/c1/connector/v2/grant_pb.ts";
import { ResourceGetterService, ResourcesService } from "../../src/sdk/proto/gen/c1/connector/v2/resource_pb.ts";
import { toResourceIdMessage, toResourceMessage } from "../../src/sdk/proto/to-message.ts";
import { fromRpcError } from "../../src/sdk/rpc/rpc-error.ts";
import { fromEntitlementMessage, fromGrantMessage, fromResourceMessage, fromTemplateMessage } from "./from-message.ts";

/** What all list replies have in common. */
interface Reply<M> {
  readonly list: readonly M[];
  readonly nextPageToken: string;
  readonly annotations: readonly Any[];
}

/** What a {@link RemoteSyncer} is made of. */
export interface RemoteSyncerOptions {
  readonly resourceType: ResourceType;
  /** The server says that it can read single resources of the type. */
  readonly canGet: boolean;
  readonly transport: Transport;
  /** Gives the id by which the server knows the sync of a session. */
  readonly syncId: (session: SessionStore) => string;
}

/** Asks the server for everything: which lists it leaves empty is its own business. */
export class RemoteSyncer implements ResourceSyncer {
  readonly resourceType: ResourceType;
  /** Only for types that the server can read one by one. */
  readonly get?: NonNullable<ResourceSyncer["get"]>;
  readonly #transport: Transport;
  readonly #syncId: (session: SessionStore) => string;

  constructor({ resourceType, canGet, transport, syncId }: RemoteSyncerOptions) {
    this.resourceType = resourceType;
    this.#transport = transport;
    this.#syncId = syncId;
    if (canGet) this.get = (id, parent, options) => this.#get(id, parent, options);
  }

  async list(parent: ResourceId | undefined, options: ListOptions): Promise<Page<Resource>> {
    const request = {
      ...this.#request(options),
      resourceTypeId: this.resourceType.id,
      ...(parent && { parentResourceId: toResourceIdMessage(parent) }),
    };
    const client = createClient(ResourcesService, this.#transport);
    return await page(client.listResources(request, { signal: options.signal }), fromResourceMessage, "list resources");
  }

  async staticEntitlements(options: ListOptions): Promise<Page<EntitlementTemplate>> {
    const request = { ...this.#request(options), resourceTypeId: this.resourceType.id };
    const client = createClient(EntitlementsService, this.#transport);
    const reply = client.listStaticEntitlements(request, { signal: options.signal }).catch((caught: unknown) => {
      // Connectors from before static entitlements do not know the call: they have none.
      if (ConnectError.from(caught).code === Code.Unimplemented)
        return { list: [], nextPageToken: "", annotations: [] };
      throw caught;
    });
    return await page(reply, fromTemplateMessage, "list static entitlements");
  }

  async entitlements(resource: Resource, options: ListOptions): Promise<Page<Entitlement>> {
    const request = { ...this.#request(options), resource: toResourceMessage(resource) };
    const client = createClient(EntitlementsService, this.#transport);
    return await page(
      client.listEntitlements(request, { signal: options.signal }),
      fromEntitlementMessage,
      "list entitlements",
    );
  }

  async grants(resource: Resource, options: ListOptions): Promise<Page<Grant>> {
    const request = { ...this.#request(options), resource: toResourceMessage(resource) };
    const client = createClient(GrantsService, this.#transport);
    return await page(client.listGrants(request, { signal: options.signal }), fromGrantMessage, "list grants");
  }

  async #get(id: ResourceId, parent: ResourceId | undefined, options: GetOptions): Promise<Resource | undefined> {
    const request = {
      resourceId: toResourceIdMessage(id),
      activeSyncId: this.#syncId(options.session),
      ...(parent && { parentResourceId: toResourceIdMessage(parent) }),
    };
    const client = createClient(ResourceGetterService, this.#transport);
    try {
      const { resource } = await client.getResource(request, { signal: options.signal });
      return resource && fromResourceMessage(resource);
    } catch (caught) {
      const error = fromRpcError(caught, "REMOTE-CALL", "get resource");
      // The server's own word for "none of that id"; an error of the connector that says so has a code of its own.
      if (error.status === Status.notFound && error.code === "REMOTE-CALL") return undefined;
      throw error;
    }
  }

  #request({ pageToken, session }: ListOptions): { pageToken: string; activeSyncId: string } {
    return { pageToken, activeSyncId: this.#syncId(session) };
  }
}

async function page<M, T>(reply: Promise<Reply<M>>, from: (message: M) => T, what: string): Promise<Page<T>> {
  try {
    const { list, nextPageToken, annotations } = await reply;
    const enqueuePageTokens = annotations.flatMap(
      (annotation) => anyUnpack(annotation, EnqueuePageTokensSchema)?.pageTokens ?? [],
    );
    return { items: list.map(from), nextPageToken, ...(enqueuePageTokens.length > 0 && { enqueuePageTokens }) };
  } catch (caught) {
    throw fromRpcError(caught, "REMOTE-CALL", what);
  }
}
