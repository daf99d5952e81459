/**
 * The console's HTTP server: bounds on sockets, headers and time, the gate in front of everything, and the security
 * headers on whatever is answered, be it by the application, the gate or the parser. Knows no routes.
 */
import { once } from "node:events";
import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo, Socket } from "node:net";
import type { Duplex } from "node:stream";
import { getRequestListener } from "@hono/node-server";
import type { Hono } from "hono";
import { BatonError, errnoOf, Status } from "../../sdk/errors.ts";
import type { ConsoleEnv } from "./console-env.ts";
import { gate, type OwnPlace, ownHosts } from "./request-gate.ts";
import { rawAnswer, setSecurityHeaders } from "./security-headers.ts";
import { SocketRoom } from "./socket-room.ts";

/** Bounds of what one client can take from all others. */
export interface Bounds {
  readonly sockets: number;
  /** Time for the headers of a request, in milliseconds. */
  readonly headersTimeoutMs: number;
}

/** Room for 20 browsers with two pages each: up to six sockets for requests, and a stream for each page. */
const usualBounds: Bounds = { sockets: 256, headersTimeoutMs: 10_000 };
/** An upload of 256 MB over a slow disk must fit in. */
const requestTimeoutMs = 300_000;
/**
 * A connection without a question stays open so long: longer than proxies and load balancers keep theirs (60 s is usual), so
 * that they end it and not the server, which might do so just when the next question is on its way. Node's own 5 s are shorter.
 */
const keepAliveTimeoutMs = 75_000;
/** How often the times are looked at. */
const checkIntervalMs = 500;
/** A search text of 50,000 letters is refused by nobody: it finds nothing. */
const maxHeaderBytes = 65_536;
/** So many ports are tried, one after the other. */
const triedPorts = 20;
/** Answers under way get so long when the server closes. */
const closeGraceMs = 2000;

/** Where to listen. */
export interface ListenOptions {
  readonly host: string;
  /** 0 is any free one; one that is taken leads to the next. */
  readonly port: number;
  /** Names and addresses that browsers may ask for; IPv6 in brackets. */
  readonly names: readonly string[];
  /** PEM texts; undefined for plain HTTP. */
  readonly tls?: { readonly cert: string; readonly key: string };
  readonly app: Pick<Hono<ConsoleEnv>, "fetch">;
  /** Who asks, of those with a session: no stranger's socket takes the place of theirs. */
  readonly askedBy: (request: IncomingMessage) => string | undefined;
  readonly bounds?: Bounds;
}

/** A server that listens. */
export interface ConsoleServer {
  /** Such as `http://127.0.0.1:7433`. */
  readonly origin: string;
  readonly port: number;
  /** Ends it; answers under way get a moment. */
  close(): Promise<void>;
}

/** Starts it. @throws BatonError `CONSOLE-LISTEN` */
export async function listen(options: ListenOptions): Promise<ConsoleServer> {
  const { tls, names, app, askedBy, bounds = usualBounds } = options;
  const scheme = tls ? "https" : "http";
  let own: OwnPlace = { scheme, hosts: new Set() };
  const answer = getRequestListener((request, env) => app.fetch(request, env), { overrideGlobalObjects: false });
  const room = new SocketRoom(bounds.sockets);
  const server = makeServer(tls, bounds, (request, response) => {
    setSecurityHeaders(response);
    const owner = askedBy(request);
    if (owner !== undefined) room.trust(request.socket, owner);
    const refusal = gate(
      { method: request.method ?? "", target: request.url ?? "", rawHeaders: request.rawHeaders },
      own,
    );
    if (refusal) refuse(response, refusal.status, refusal.headers);
    else void answer(request, response);
  });
  server.on("connection", (socket: Socket) => room.admit(socket));
  const port = await bind(server, options);
  own = { scheme, hosts: ownHosts(names, port, scheme) };
  return { origin: `${scheme}://${names[0]}:${port}`, port, close: () => close(server) };
}

function makeServer(tls: ListenOptions["tls"], bounds: Bounds, listener: RequestListener): Server {
  const settings = {
    headersTimeout: bounds.headersTimeoutMs,
    requestTimeout: requestTimeoutMs,
    keepAliveTimeout: keepAliveTimeoutMs,
    connectionsCheckingInterval: checkIntervalMs,
    // The gate says no itself, with the headers that every answer has.
    requireHostHeader: false,
    maxHeaderSize: maxHeaderBytes,
  };
  const server = tls
    ? createTlsServer({ ...settings, ...tls, minVersion: "TLSv1.2" }, listener)
    : createServer(settings, listener);
  server.on("clientError", refuseUnreadable);
  server.on("connect", (_request: IncomingMessage, socket: Duplex) => socket.end(rawAnswer("405 Method Not Allowed")));
  server.on("checkExpectation", (_request: IncomingMessage, response: ServerResponse) => {
    setSecurityHeaders(response);
    refuse(response, 417, {});
  });
  return server;
}

function refuse(response: ServerResponse, status: number, headers: Readonly<Record<string, string>>): void {
  response.writeHead(status, { ...headers, "content-length": 0, connection: "close" });
  response.end();
}

const unreadable: Readonly<Record<string, string>> = {
  HPE_INVALID_METHOD: "405 Method Not Allowed",
  HPE_HEADER_OVERFLOW: "431 Request Header Fields Too Large",
  ERR_HTTP_REQUEST_TIMEOUT: "408 Request Timeout",
};

/** What the parser refuses never reaches the gate. */
function refuseUnreadable(error: NodeJS.ErrnoException, socket: Duplex & { readonly bytesWritten?: number }): void {
  if (error.code === "ECONNRESET" || !socket.writable || (socket.bytesWritten ?? 0) > 0) socket.destroy();
  else socket.end(rawAnswer(unreadable[error.code ?? ""] ?? "400 Bad Request"), () => socket.destroy());
}

async function bind(server: Server, { host, port }: ListenOptions): Promise<number> {
  const last = port === 0 ? 0 : Math.min(port + triedPorts - 1, 65_535);
  for (let candidate = port; ; candidate++) {
    try {
      server.listen(candidate, host);
      await once(server, "listening");
      return (server.address() as AddressInfo).port; // it listens on TCP
    } catch (caught) {
      const isTaken = errnoOf(caught) === "EADDRINUSE";
      if (!isTaken || candidate >= last) throw cannotListen(caught, host, port, candidate);
    }
  }
}

function cannotListen(cause: unknown, host: string, from: number, to: number): BatonError {
  const { code = "unknown error" } = cause as NodeJS.ErrnoException;
  return new BatonError({
    code: "CONSOLE-LISTEN",
    status: Status.failedPrecondition,
    message: `The console cannot listen on ${host}, port ${from === to ? from : `${from} to ${to}`} (${code}).`,
    effect: "It was not started.",
    hint: "Give another --port, or an address of this machine as --host.",
    cause,
  });
}

async function close(server: Server): Promise<void> {
  const timer = setTimeout(() => server.closeAllConnections(), closeGraceMs);
  await new Promise<void>((resolve) => {
    server.close(() => resolve());
    server.closeIdleConnections();
  });
  clearTimeout(timer);
}
