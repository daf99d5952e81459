/**
 * The way to C1: gRPC over TLS on one kept connection, every call with the current token. Knows how to get through,
 * not what is said.
 */
import { type Client, Code, ConnectError, createClient, type Interceptor } from "@connectrpc/connect";
import { compressionGzip, createGrpcTransport } from "@connectrpc/connect-node";
import type { Clock } from "../clock.ts";
import { sdkVersion } from "../contracts/connector.ts";
import { type BatonError, toBatonError } from "../errors.ts";
import type { Network } from "../net/network.ts";
import { BatonService } from "../proto/gen/c1/connectorapi/baton/v1/baton_pb.ts";
import { ClientSession, type Patience } from "../rpc/client-session.ts";
import { fromRpcError, toRpcError } from "../rpc/rpc-error.ts";
import type { SecretRedactor } from "../secret-redactor.ts";
import { type AccessToken, TokenSource } from "./access-token.ts";
import type { C1Credentials } from "./credentials.ts";

/** Largest message taken, as in Go's gRPC. */
const maxMessageBytes = 4 * 1024 * 1024;

/** What {@link openChannel} needs. */
export interface ChannelOptions {
  readonly credentials: C1Credentials;
  /** Those that are good now, where they can be replaced while the channel is open. Must not reject. */
  readonly currentCredentials?: () => Promise<C1Credentials>;
  /** Host and port to talk to. */
  readonly host: string;
  readonly network: Network;
  readonly clock: Clock;
  readonly redactor: SecretRedactor;
  /** How long a connection may take to stand, milliseconds; default 30,000. */
  readonly connectionWaitMs?: number;
  /** With connections that have gone silent; default that of the client session. */
  readonly patience?: Patience;
}

/** C1's service. */
export type C1Client = Client<typeof BatonService>;

/** An open way to C1. */
export interface C1Channel {
  readonly client: C1Client;
  /** Ends the connection and every call on it. */
  close(): void;
}

/** Prepares the way; the first call connects. */
export function openChannel(options: ChannelOptions): C1Channel {
  const { credentials, host, network, patience } = options;
  const baseUrl = `https://${host}`;
  const closing = new AbortController();
  const tokens = new TokenSource({ ...options, signal: closing.signal });
  const session = new ClientSession(baseUrl, { network, patience, connectTimeoutMs: options.connectionWaitMs });
  const transport = createGrpcTransport({
    baseUrl,
    sessionManager: session,
    acceptCompression: [compressionGzip],
    readMaxBytes: maxMessageBytes,
    interceptors: [identify(`${credentials.clientName} baton-sdk/${sdkVersion}`), authorize(tokens)],
  });
  const close = (): void => {
    closing.abort();
    session.close();
  };
  return { client: createClient(BatonService, transport), close };
}

/** Turns whatever a call to C1 threw into a BatonError; `what` is the call in words. */
export function callError(caught: unknown, what: string): BatonError {
  return fromRpcError(caught, "C1-CALL", what);
}

function identify(userAgent: string): Interceptor {
  return (next) => async (request) => {
    request.header.set("User-Agent", userAgent);
    // Go's clients say no more; some gateways know only this form.
    request.header.set("Content-Type", "application/grpc");
    return await next(request);
  };
}

/**
 * Adds the token. When C1 does not accept it, it is forgotten, and a call that can be made again is made once more
 * with a new one: a token can end or be revoked while the result of a long task waits to be told.
 */
function authorize(tokens: TokenSource): Interceptor {
  const current = async (): Promise<AccessToken> => {
    try {
      return await tokens.get();
    } catch (caught) {
      const error = toBatonError(caught);
      throw new ConnectError(error.message, toRpcError(error).code, undefined, undefined, error);
    }
  };
  return (next) => async (request) => {
    const token = await current();
    request.header.set("authorization", token.header);
    try {
      return await next(request);
    } catch (caught) {
      if (ConnectError.from(caught).code !== Code.Unauthenticated) throw caught;
      tokens.reject(token);
      if (request.stream) throw caught;
    }
    request.header.set("authorization", (await current()).header);
    return await next(request);
  };
}

/** What `promise` gives, unless the signal aborts before: then it rejects with the signal's reason. */
export async function untilAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  // What it comes to when nobody waits for it is nobody's failure.
  promise.catch(() => undefined);
  signal.throwIfAborted();
  const aborted = Promise.withResolvers<never>();
  const onAbort = (): void => aborted.reject(signal.reason);
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    return await Promise.race([promise, aborted.promise]);
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}
