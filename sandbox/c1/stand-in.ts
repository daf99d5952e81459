/**
 * A stand-in for ConductorOne on this machine: token endpoint and task service on one TLS port, with real
 * certificates, signatures and checksums. What service mode is tried and tested against. Knows no connector.
 */
import { once } from "node:events";
import {
  createSecureServer,
  type Http2SecureServer,
  type Http2ServerRequest,
  type ServerHttp2Session,
} from "node:http2";
import type { AddressInfo, Socket } from "node:net";
import { text } from "node:stream/consumers";
import { Code, ConnectError, type Interceptor } from "@connectrpc/connect";
import { connectNodeAdapter } from "@connectrpc/connect-node";
import { type Clock, systemClock } from "../../src/sdk/clock.ts";
import {
  BatonService,
  type BatonServiceFinishTaskRequest,
  type BatonServiceHelloRequest,
} from "../../src/sdk/proto/gen/c1/connectorapi/baton/v1/baton_pb.ts";
import { batonService, type Pace } from "./baton-service.ts";
import { type Certificates, makeCertificates } from "./certificate.ts";
import { type ConnectorLabel, TaskBoard, type TaskInit } from "./task-board.ts";
import { type TokenAnswer, TokenEndpoint } from "./token-endpoint.ts";
import { type Upload, UploadReceiver, type UploadWatcher } from "./upload-receiver.ts";

/** A call as it arrived. */
export interface Call {
  /** Name in the service, such as `GetTask`; `token` for the token endpoint. */
  readonly method: string;
  readonly hostId: string;
  readonly taskId: string;
  readonly userAgent: string;
}

/** Asked before each call is served: what it throws is the answer, and what it waits for delays it. */
export type CallHook = (call: Call) => void | Promise<void>;

/** How to start. */
export interface StandInOptions {
  /** Where uploads are kept. */
  readonly uploadDirectory: string;
  /** Default 0, any free one. */
  readonly port?: number;
  readonly clock?: Clock;
  /** Names that its certificate is good for; default those of this machine. */
  readonly names?: readonly string[];
  /** Told when what C1 would show of the connector changes. */
  onLabel?(label: ConnectorLabel, detail: string): void;
  /** Told of every file that arrived whole. */
  onUpload?(upload: Upload): void;
}

/** Starts a stand-in on 127.0.0.1. */
export async function startStandInC1(options: StandInOptions): Promise<StandInC1> {
  const certificates = makeCertificates(options.names);
  const { certificate: cert, privateKey: key } = certificates;
  const server = createSecureServer({ cert, key, allowHTTP1: true });
  server.listen(options.port ?? 0, "127.0.0.1");
  await once(server, "listening");
  return new StandInC1(options, server, certificates);
}

/** A running stand-in. */
export class StandInC1 implements AsyncDisposable {
  /** `127.0.0.1:<port>`, for BATON_C1_API_HOST. */
  readonly host: string;
  readonly certificates: Certificates;
  readonly tokens: TokenEndpoint;
  readonly board: TaskBoard;
  /** Every call, in order of arrival. */
  readonly calls: Call[] = [];
  readonly hellos: BatonServiceHelloRequest[] = [];
  /** Tasks to call off: their next heartbeat is told so. */
  readonly cancelled = new Set<string>();
  readonly pace: Pace = { nextPollMs: 1_000, nextHeartbeatMs: 1_000 };
  readonly #hooks = new Set<CallHook>();
  readonly #uploadWatchers = new Set<UploadWatcher>();
  readonly #receiver: UploadReceiver;
  readonly #server: Http2SecureServer;
  readonly #sessions = new Set<ServerHttp2Session>();
  readonly #sockets = new Set<Socket>();
  #isAway: boolean = false;

  constructor(options: StandInOptions, server: Http2SecureServer, certificates: Certificates) {
    const { onLabel = () => undefined, clock = systemClock, uploadDirectory } = options;
    this.#server = server;
    this.certificates = certificates;
    // It listens on TCP, whose address has a port.
    const { port } = server.address() as AddressInfo;
    this.host = `127.0.0.1:${port}`;
    this.tokens = new TokenEndpoint(this.host, clock);
    this.board = new TaskBoard((label, detail) => onLabel(label, detail));
    this.#receiver = new UploadReceiver(uploadDirectory, (upload) => options.onUpload?.(upload));
    this.#serve();
  }

  get uploads(): readonly Upload[] {
    return this.#receiver.uploads;
  }

  get finished(): readonly BatonServiceFinishTaskRequest[] {
    return this.board.finished;
  }

  /** Queues a task and returns its id. */
  addTask(init: TaskInit): string {
    return this.board.add(init);
  }

  /** Asks `hook` before each call; returns what takes it off again. */
  onCall(hook: CallHook): () => void {
    this.#hooks.add(hook);
    return () => void this.#hooks.delete(hook);
  }

  /** Shows `watcher` the progress of uploads; returns what takes it off again. */
  onUpload(watcher: UploadWatcher): () => void {
    this.#uploadWatchers.add(watcher);
    return () => void this.#uploadWatchers.delete(watcher);
  }

  /** True: nobody gets through, as while a network is down. Connections that stand are cut. */
  get isAway(): boolean {
    return this.#isAway;
  }

  set isAway(isAway: boolean) {
    this.#isAway = isAway;
    if (isAway) this.cutConnections();
  }

  /** Cuts every connection, as a network does: without a word. */
  cutConnections(): void {
    for (const session of this.#sessions) session.destroy();
    for (const socket of this.#sockets) socket.destroy();
  }

  /** Ends everything. */
  async [Symbol.asyncDispose](): Promise<void> {
    const closed = Promise.withResolvers<void>();
    this.#server.close(() => closed.resolve());
    this.cutConnections();
    await closed.promise;
  }

  #serve(): void {
    const rpc = connectNodeAdapter({
      routes: (router) => router.service(BatonService, this.#service()),
      interceptors: [this.#admit()],
    });
    this.#server.on("connection", (socket: Socket) => {
      if (this.#isAway) socket.destroy();
    });
    this.#server.on("secureConnection", (socket) => {
      this.#sockets.add(socket);
      socket.once("close", () => this.#sockets.delete(socket));
    });
    this.#server.on("session", (session) => {
      this.#sessions.add(session);
      session.once("close", () => this.#sessions.delete(session));
      // Cut connections complain here; that is what was asked for.
      session.on("error", () => undefined);
    });
    this.#server.on("request", (request, response) => {
      if (request.url !== "/auth/v1/token") return rpc(request, response);
      const answer = ({ status, body }: TokenAnswer): void => {
        response.writeHead(status, { "Content-Type": "application/json" }).end(JSON.stringify(body));
      };
      // Who broke off while it asked waits for no answer.
      this.#giveToken(request).then(answer, () => response.destroy());
    });
  }

  #service() {
    return batonService({
      board: this.board,
      receiver: this.#receiver,
      pace: this.pace,
      cancelled: this.cancelled,
      watchUpload: async (taskId, bytes) => {
        for (const watcher of this.#uploadWatchers) await watcher(taskId, bytes);
      },
      onHello: (request) => this.hellos.push(request),
    });
  }

  async #giveToken(request: Http2ServerRequest): Promise<TokenAnswer> {
    const form = new URLSearchParams(await text(request));
    const userAgent = request.headers["user-agent"] ?? "";
    try {
      await this.#note({ method: "token", hostId: "", taskId: "", userAgent });
    } catch (refusal) {
      // A hook names an HTTP status in its message.
      const status = Number(ConnectError.from(refusal).rawMessage);
      return { status: Number.isInteger(status) ? status : 500, body: {} };
    }
    return await this.tokens.answer(form);
  }

  /** Logs the call, lets hooks have their say, and checks the token. */
  #admit(): Interceptor {
    return (next) => async (request) => {
      // Any message will do: a field that it does not have reads as absent.
      const message = (request.stream ? {} : request.message) as { hostId?: unknown; taskId?: unknown };
      await this.#note({
        method: request.method.name,
        hostId: String(message.hostId ?? ""),
        taskId: String(message.taskId ?? ""),
        userAgent: request.header.get("user-agent") ?? "",
      });
      if (!this.tokens.accepts(request.header.get("authorization"))) {
        throw new ConnectError("the token is not good", Code.Unauthenticated);
      }
      return await next(request);
    };
  }

  async #note(call: Call): Promise<void> {
    this.calls.push(call);
    for (const hook of this.#hooks) await hook(call);
  }
}
