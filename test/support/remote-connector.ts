/**
 * A connector that runs elsewhere, over the gRPC services of c1.connector.v2: to the sync engine it looks like one of
 * this process. The other way round to the server beside it.
 */
import { randomBytes } from "node:crypto";
import { type CallOptions, createClient, type Interceptor, type Transport } from "@connectrpc/connect";
import { compressionGzip, createGrpcTransport } from "@connectrpc/connect-node";
import type {
  CheckResult,
  Connector,
  ConnectorMetadata,
  ResourceSyncer,
  SessionStore,
} from "../../src/sdk/contracts/connector.ts";
import type { ResourceType } from "../../src/sdk/contracts/model.ts";
import { toBatonError } from "../../src/sdk/errors.ts";
import { Network } from "../../src/sdk/net/network.ts";
import { Capability, ConnectorService } from "../../src/sdk/proto/gen/c1/connector/v2/connector_pb.ts";
import { ResourceTypesService } from "../../src/sdk/proto/gen/c1/connector/v2/resource_pb.ts";
import { ClientSession } from "../../src/sdk/rpc/client-session.ts";
import { fromRpcError } from "../../src/sdk/rpc/rpc-error.ts";
import { fromResourceTypeMessage } from "./from-message.ts";
import { RemoteSyncer } from "./remote-syncer.ts";

/** Where the id of a sync is kept, so that a resumed run goes by the same one. */
const syncIdKey = "remote-connector/active-sync-id";

/** How to reach it. */
export interface RemoteConnectorOptions {
  /** PEM certificates to trust with https; undefined: Node's. */
  readonly roots?: readonly string[];
  /** Sent with every call. */
  readonly token?: string;
  readonly signal?: AbortSignal;
}

/** A connector elsewhere; close it when it is of no more use. */
export interface RemoteConnector extends Connector {
  close(): void;
}

/**
 * Asks a server for what its connector is and which types it has.
 * @param baseUrl scheme (http: plain text, https: TLS), host and port.
 * @throws BatonError with the server's code, or `REMOTE-CALL` when it cannot be reached.
 */
export async function remoteConnector(baseUrl: string, options: RemoteConnectorOptions = {}): Promise<RemoteConnector> {
  const session = new ClientSession(baseUrl, { network: Network.direct, roots: options.roots });
  const transport = createGrpcTransport({
    baseUrl,
    sessionManager: session,
    acceptCompression: [compressionGzip],
    interceptors: [sendToken(options.token)],
  });
  const call: CallOptions = options.signal ? { signal: options.signal } : {};
  try {
    const metadata = await readMetadata(transport, call);
    const types = await readResourceTypes(transport, call);
    return new Remote({ session, transport, ...metadata, types });
  } catch (caught) {
    session.close();
    throw remoteError(caught, "connecting to the connector");
  }
}

/** Sends the token of the server that a test started. */
export function sendToken(token: string | undefined): Interceptor {
  return (next) => async (request) => {
    if (token !== undefined) request.header.set("authorization", `Bearer ${token}`);
    return await next(request);
  };
}

/** What a failed call to a remote connector stands for. */
function remoteError(caught: unknown, what: string): Error {
  return fromRpcError(caught, "REMOTE-CALL", what);
}

interface RemoteParts {
  readonly session: ClientSession;
  readonly transport: Transport;
  readonly metadata: ConnectorMetadata;
  /** Ids of the types whose resources can be read one by one. */
  readonly gettable: ReadonlySet<string>;
  readonly types: readonly ResourceType[];
}

class Remote implements RemoteConnector {
  readonly metadata: ConnectorMetadata;
  readonly syncers: readonly ResourceSyncer[];
  readonly #session: ClientSession;
  readonly #transport: Transport;
  /** Syncs that the server may still keep something of. */
  readonly #syncIds = new Set<string>();

  constructor({ session, transport, metadata, gettable, types }: RemoteParts) {
    this.#session = session;
    this.#transport = transport;
    this.metadata = metadata;
    this.syncers = types.map((resourceType) => {
      const canGet = gettable.has(resourceType.id);
      return new RemoteSyncer({ resourceType, canGet, transport, syncId: (store) => this.#syncId(store) });
    });
  }

  async validate({ signal }: { readonly signal: AbortSignal }): Promise<void> {
    try {
      await createClient(ConnectorService, this.#transport).validate({}, { signal });
    } catch (caught) {
      throw remoteError(caught, "validate");
    }
  }

  async check(options: { readonly signal: AbortSignal }): Promise<readonly CheckResult[]> {
    const check = { id: "validate", title: "Connector accepts its configuration" };
    try {
      await this.validate(options);
      return [{ ...check, outcome: "pass", detail: "validated" }];
    } catch (caught) {
      const { code, status, message, hint } = toBatonError(caught);
      return [{ ...check, outcome: "fail", detail: message, code, status, ...(hint !== undefined && { fix: hint }) }];
    }
  }

  async cleanup(): Promise<void> {
    const client = createClient(ConnectorService, this.#transport);
    try {
      for (const activeSyncId of this.#syncIds) await client.cleanup({ activeSyncId });
      this.#syncIds.clear();
    } catch (caught) {
      throw remoteError(caught, "cleanup");
    }
  }

  close(): void {
    this.#session.close();
  }

  #syncId(store: SessionStore): string {
    const known = store.get(syncIdKey);
    const id = known ? Buffer.from(known).toString("latin1") : randomBytes(16).toString("hex").slice(0, 27);
    if (!known) store.set(syncIdKey, Buffer.from(id, "latin1"));
    this.#syncIds.add(id);
    return id;
  }
}

async function readMetadata(
  transport: Transport,
  call: CallOptions,
): Promise<Pick<RemoteParts, "metadata" | "gettable">> {
  const { metadata } = await createClient(ConnectorService, transport).getMetadata({}, call);
  const targeted = (metadata?.capabilities?.resourceTypeCapabilities ?? []).filter(({ capabilities }) =>
    capabilities.includes(Capability.TARGETED_SYNC),
  );
  return {
    metadata: { displayName: metadata?.displayName ?? "", description: metadata?.description ?? "" },
    gettable: new Set(targeted.map(({ resourceType }) => resourceType?.id ?? "")),
  };
}

async function readResourceTypes(transport: Transport, call: CallOptions): Promise<readonly ResourceType[]> {
  const client = createClient(ResourceTypesService, transport);
  const types: ResourceType[] = [];
  let pageToken = "";
  do {
    const page = await client.listResourceTypes({ pageToken }, call);
    types.push(...page.list.map(fromResourceTypeMessage));
    pageToken = page.nextPageToken;
  } while (pageToken !== "");
  return types;
}
