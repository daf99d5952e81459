/**
 * Serves a connector to other syncers over gRPC: in plain text on this machine, elsewhere with TLS. Who calls must show a
 * token or a certificate, on this machine too: every user and every page in a browser can reach its ports.
 */
import { createHash, timingSafeEqual, X509Certificate } from "node:crypto";
import {
  createSecureServer,
  createServer,
  type Http2SecureServer,
  type Http2Server,
  type Http2ServerRequest,
  type Http2ServerResponse,
  type Http2Session,
  type SecureServerOptions,
} from "node:http2";
import type { AddressInfo } from "node:net";
import type { Interceptor } from "@connectrpc/connect";
import { compressionGzip, connectNodeAdapter } from "@connectrpc/connect-node";
import type { Connector } from "../contracts/connector.ts";
import { BatonError, Status, toBatonError } from "../errors.ts";
import type { Logger } from "../log.ts";
import { isLoopback } from "../net/proxy-setting.ts";
import { toRpcError } from "../rpc/rpc-error.ts";
import { registerServices, ServedConnector } from "./services.ts";
import { SessionCache } from "./session-cache.ts";

/** Largest request taken; page tokens go up to 1 MiB (connector.v2: page_token). */
const maxMessageBytes = 4 * 1024 * 1024;
/** Calls under way when the server closes may take so long. */
const closeWithinMs = 5_000;

/** PEM texts of a server. */
export interface ServerTls {
  readonly certificate: string;
  readonly privateKey: string;
}

/**
 * Who may call: anyone who sends `authorization: Bearer TOKEN`, or anyone who shows a certificate that one of the authorities
 * (PEM) has signed, which takes TLS.
 */
export type ServerAccess = { readonly token: string } | { readonly clientAuthorities: string };

/** What {@link startConnectorServer} needs. */
export interface ConnectorServerOptions {
  readonly connector: Connector;
  /** Address to listen on, for example 127.0.0.1. */
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  /** PEM texts. Undefined: plain text, which is refused for addresses that other machines reach. */
  readonly tls?: ServerTls;
  /** Who may call. */
  readonly access: ServerAccess;
  readonly logger: Logger;
}

/** A running server. */
export interface ConnectorServer extends AsyncDisposable {
  /** `http://` or `https://`, host and port; what `remoteConnector` takes. */
  readonly baseUrl: string;
  readonly port: number;
  /** Stops listening; calls under way have 5 s. */
  close(): Promise<void>;
}

/**
 * Starts to listen.
 * @throws BatonError `SERVE-PLAIN` without TLS where certificates are asked of callers, or on an address that other machines reach, `SERVE-TLS` for a certificate or
 * key that cannot be used, `SERVE-BIND` when the address cannot be listened on.
 */
export async function startConnectorServer(options: ConnectorServerOptions): Promise<ConnectorServer> {
  const { host, port, tls, access, logger } = options;
  if (!tls && !isLoopback(host)) throw plainTextRefused(`${host} can be reached from other machines`);
  if (!tls && "clientAuthorities" in access) throw plainTextRefused("certificates of callers are asked for");
  const syncs = new SessionCache();
  const served = new ServedConnector(options.connector, syncs, logger);
  const handler = connectNodeAdapter({
    routes: (router) => registerServices(router, served),
    interceptors: [reportErrors(logger)],
    acceptCompression: [compressionGzip],
    readMaxBytes: maxMessageBytes,
    // Only gRPC: nobody is promised that the other protocols stay.
    connect: false,
    grpcWeb: false,
  });
  const server = tls ? createTlsServer(tls, access) : createServer();
  const mayCall = "token" in access ? checkOfToken(access.token) : (): boolean => true;
  server.on("request", (request: Http2ServerRequest, response: Http2ServerResponse) => {
    if (mayCall(request.headers.authorization)) return handler(request, response);
    logger.warn("a call without the token was refused", { method: request.url });
    refuse(response);
  });
  const sessions = new Set<Http2Session>();
  server.on("session", (session: Http2Session) => {
    sessions.add(session);
    session.once("close", () => sessions.delete(session));
    session.on("error", (error) => logger.debug("connection failed", { error: error.message }));
  });
  await listen(server, host, port);
  // It listens on TCP, whose address has a port.
  const actual = (server.address() as AddressInfo).port;
  const close = async (): Promise<void> => {
    syncs.clear();
    await closeServer(server, sessions);
  };
  const authority = host.includes(":") ? `[${host}]` : host;
  return {
    baseUrl: `${tls ? "https" : "http"}://${authority}:${actual}`,
    port: actual,
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** Compares digests, which are equally long, in a time that says nothing of where they differ. */
function checkOfToken(token: string): (authorization: string | undefined) => boolean {
  const digest = (text: string): Buffer => createHash("sha256").update(text).digest();
  const expected = digest(token);
  return (authorization = "") => {
    const [, shown = ""] = /^bearer (.+)$/i.exec(authorization) ?? [];
    return timingSafeEqual(digest(shown), expected);
  };
}

/** The answer of gRPC to a call without credentials: a head and nothing after it (gRPC over HTTP/2: trailers only). */
function refuse(response: Http2ServerResponse): void {
  response.writeHead(200, {
    "content-type": "application/grpc",
    "grpc-status": String(Status.unauthenticated),
    "grpc-message": "the token of this server is missing or wrong",
  });
  response.end();
}

function createTlsServer(tls: ServerTls, access: ServerAccess): Http2SecureServer {
  try {
    const callers = "token" in access ? {} : askForCertificates(access.clientAuthorities);
    return createSecureServer({ cert: tls.certificate, key: tls.privateKey, minVersion: "TLSv1.2", ...callers });
  } catch (cause) {
    throw new BatonError({
      code: "SERVE-TLS",
      status: Status.invalidArgument,
      // OpenSSL's reason says which of the two it is and quotes neither.
      message: `certificates and key cannot be used: ${toBatonError(cause).message}`,
      effect: "Nothing was started.",
      hint: "Give PEM files of a certificate and of its unencrypted private key.",
    });
  }
}

/** @throws the parser's error for text that holds no certificate: nobody could ever be let in. */
function askForCertificates(authorities: string): SecureServerOptions {
  void new X509Certificate(authorities);
  return { ca: authorities, requestCert: true, rejectUnauthorized: true };
}

async function listen(server: Http2Server | Http2SecureServer, host: string, port: number): Promise<void> {
  const bound = Promise.withResolvers<void>();
  server.once("error", bound.reject).listen(port, host, bound.resolve);
  await bound.promise.catch((cause: unknown) => {
    throw new BatonError({
      code: "SERVE-BIND",
      status: Status.unavailable,
      message: `cannot listen on ${host} port ${port}: ${toBatonError(cause).message}`,
      effect: "Nothing was started.",
      hint: "Choose another address or port, or 0 for any free port.",
      cause,
    });
  });
}

async function closeServer(
  server: Http2Server | Http2SecureServer,
  sessions: ReadonlySet<Http2Session>,
): Promise<void> {
  if (!server.listening) return;
  const closed = Promise.withResolvers<void>();
  server.close(() => closed.resolve());
  for (const session of sessions) session.close();
  const timer = setTimeout(() => {
    for (const session of sessions) session.destroy();
  }, closeWithinMs);
  await closed.promise;
  clearTimeout(timer);
}

/** Logs what fails, at the level that a caller's or a connector's fault deserves, and gives it the form of gRPC. */
function reportErrors(logger: Logger): Interceptor {
  return (next) => async (request) => {
    try {
      return await next(request);
    } catch (caught) {
      const error = toRpcError(caught);
      logger.warn("call failed", { method: request.method.name, code: error.code, error: error.rawMessage });
      throw error;
    }
  };
}

function plainTextRefused(reason: string): BatonError {
  return new BatonError({
    code: "SERVE-PLAIN",
    status: Status.failedPrecondition,
    message: `${reason}, and the connection would not be encrypted`,
    effect: "Nothing was started.",
    hint: "Listen on 127.0.0.1, or give a certificate and its key.",
  });
}
