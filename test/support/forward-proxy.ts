/** A forward proxy on this machine that leads every CONNECT to one local port, whatever host is asked for. */
import { once } from "node:events";
import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { connect, type Socket } from "node:net";
import type { Duplex } from "node:stream";

/** How it behaves. */
export interface ForwardProxyOptions {
  /** Port on 127.0.0.1 that a host and port lead to; one number for all. */
  readonly to: number | ((address: string) => number);
  /** `user:password` that it asks for; default nobody is asked. */
  readonly credentials?: string;
  /** Answers every request with this status instead. */
  readonly refuse?: number;
  /** Path of a socket to listen on; default a port of 127.0.0.1. */
  readonly path?: string;
  /** Speaks TLS itself. */
  readonly tls?: { readonly key: string; readonly cert: string };
}

/** A running proxy. */
export class ForwardProxy implements AsyncDisposable {
  /** `host:port` of every CONNECT that came with the right credentials. */
  readonly tunnels: string[] = [];
  /** URL of every request that was to be passed on. */
  readonly requests: string[] = [];
  /** CONNECTs that were refused. */
  refused: number = 0;
  readonly port: number;
  readonly #options: ForwardProxyOptions;
  readonly #server: Server;
  readonly #sockets = new Set<Duplex>();

  private constructor(options: ForwardProxyOptions, server: Server) {
    this.#options = options;
    this.#server = server;
    const address = server.address();
    this.port = typeof address === "object" ? (address?.port ?? 0) : 0;
    for (const event of ["connection", "secureConnection"]) server.on(event, (socket: Socket) => this.#keep(socket));
    server.on("connect", (message, socket) => this.#connect(message, socket));
    server.on("request", (message, response) => this.#pass(message, response));
  }

  static async start(options: ForwardProxyOptions): Promise<ForwardProxy> {
    const server = options.tls ? createTlsServer(options.tls) : createServer();
    if (options.path === undefined) server.listen(0, "127.0.0.1");
    else server.listen(options.path);
    await once(server, "listening");
    return new ForwardProxy(options, server);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
    await once(this.#server, "close");
  }

  #keep(socket: Duplex): void {
    this.#sockets.add(socket);
    socket.on("error", () => undefined).on("close", () => this.#sockets.delete(socket));
  }

  #statusFor({ headers }: IncomingMessage): number | undefined {
    const { credentials, refuse } = this.#options;
    if (refuse !== undefined) return refuse;
    if (credentials === undefined) return undefined;
    const expected = `Basic ${Buffer.from(credentials, "utf8").toString("base64")}`;
    return headers["proxy-authorization"] === expected ? undefined : 407;
  }

  #portFor(address: string): number {
    const { to } = this.#options;
    return typeof to === "number" ? to : to(address);
  }

  #connect(message: IncomingMessage, socket: Duplex): void {
    const status = this.#statusFor(message);
    if (status !== undefined) {
      this.refused++;
      socket.end(`HTTP/1.1 ${status} No\r\nContent-Length: 0\r\n\r\n`);
      return;
    }
    const address = message.url ?? "";
    this.tunnels.push(address);
    const tunnel = connect(this.#portFor(address), "127.0.0.1", () => {
      socket.write("HTTP/1.1 200 OK\r\n\r\n");
      tunnel.pipe(socket).pipe(tunnel);
    });
    this.#keep(tunnel);
    for (const [one, other] of [[tunnel, socket] as const, [socket, tunnel] as const]) {
      one.on("close", () => other.destroy());
    }
  }

  #pass(message: IncomingMessage, response: ServerResponse): void {
    const status = this.#statusFor(message);
    if (status !== undefined) {
      response.writeHead(status).end();
      return;
    }
    const url = new URL(message.url ?? "");
    this.requests.push(url.href);
    const { method, headers } = message;
    const port = this.#portFor(url.host);
    const outgoing = request(
      { host: "127.0.0.1", port, method, headers, path: url.pathname + url.search },
      (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(response);
      },
    );
    outgoing.on("error", () => response.destroy());
    message.pipe(outgoing);
  }
}
