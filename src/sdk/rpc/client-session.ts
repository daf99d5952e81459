/**
 * The HTTP/2 connection under a gRPC client: kept between calls, made anew when it is gone, and honest about its loss.
 * Connect's own manager does the work; what it leaves open is closed here. Knows no service.
 */
import { type ClientHttp2Session, type ClientHttp2Stream, constants, type OutgoingHttpHeaders } from "node:http2";
import type { Duplex } from "node:stream";
import { Code, ConnectError } from "@connectrpc/connect";
import { Http2SessionManager } from "@connectrpc/connect-node";
import { BatonError } from "../errors.ts";
import type { Network } from "../net/network.ts";

/** A connection that cannot be made for this long is given up (Baton SDK: dial timeout). */
export const defaultConnectTimeoutMs = 30_000;
/** Servers of Go's gRPC take more than one ping in five minutes for an attack. */
const pingIntervalMs = 301_000;
const pingTimeoutMs = 20_000;
/** A network in between may forget a connection that is idle for longer. */
const idleTimeoutMs = 60_000;

/** What a {@link ClientSession} needs. */
export interface ClientSessionOptions {
  readonly network: Network;
  /** PEM certificates to trust in place of the network's. */
  readonly roots?: readonly string[] | undefined;
  /** With connections that have gone silent. */
  readonly patience?: Patience | undefined;
  /** Until a connection stands, milliseconds; default 30,000. */
  readonly connectTimeoutMs?: number | undefined;
}

/** A connection to one host. Has the form of Connect's `NodeHttp2ClientSessionManager`. */
export class ClientSession {
  readonly authority: string;
  readonly #manager: Http2SessionManager;
  readonly #liveness: LivenessWatch;
  readonly #connectTimeoutMs: number;
  readonly #network: Network;
  /** Through a proxy, for the next connection. */
  #tunnel: Duplex | undefined;
  #opening: Promise<void> | undefined;
  readonly #closing: AbortController = new AbortController();

  /**
   * The first call connects.
   * @param baseUrl http: in plain text, https: TLS 1.2 or later.
   */
  constructor(baseUrl: string, options: ClientSessionOptions) {
    const { network, roots, patience = defaultPatience } = options;
    this.#network = network;
    this.#connectTimeoutMs = options.connectTimeoutMs ?? defaultConnectTimeoutMs;
    this.#liveness = new LivenessWatch(patience);
    this.#manager = new Http2SessionManager(
      baseUrl,
      { pingIntervalMs, pingTimeoutMs, idleConnectionTimeoutMs: idleTimeoutMs },
      network.http2Options(new URL(baseUrl), {
        ...(roots && { ca: roots }),
        ready: () => this.#takeTunnel(),
        toError: toConnectionError,
      }),
    );
    this.authority = this.#manager.authority;
  }

  async request(
    method: string,
    path: string,
    headers: OutgoingHttpHeaders,
    options: object,
  ): Promise<ClientHttp2Stream> {
    await this.#connectInTime();
    const stream = await this.#manager.request(method, path, headers, options);
    reportLoss(stream);
    this.#liveness.watch(stream);
    return stream;
  }

  notifyResponseByteRead(stream: ClientHttp2Stream): void {
    this.#manager.notifyResponseByteRead(stream);
  }

  /** Ends the connection and every call on it. */
  close(): void {
    this.#closing.abort();
    this.#manager.abort();
  }

  async #connectInTime(): Promise<void> {
    const timer = setTimeout(
      () => this.#manager.abort(new ConnectError("no connection in time", Code.Unavailable)),
      this.#connectTimeoutMs,
    );
    try {
      await this.#openTunnel();
      // A connection that failed tells its reason when the request is made.
      await this.#manager.connect();
    } finally {
      clearTimeout(timer);
    }
  }

  /** Opens the way through the proxy before the connection needs it; calls at the same time share it. */
  async #openTunnel(): Promise<void> {
    const state = this.#manager.state();
    if (state !== "closed" && state !== "error") return;
    this.#opening ??= this.#network
      .tunnelTo(new URL(this.authority), this.#closing.signal)
      ?.then((tunnel) => {
        // It may break before anything uses it; whatever does then notices.
        this.#tunnel = tunnel.on("error", () => {});
      })
      .finally(() => {
        this.#opening = undefined;
      });
    try {
      await this.#opening;
    } catch (caught) {
      throw toConnectionError(caught);
    }
  }

  #takeTunnel(): Duplex | undefined {
    const tunnel = this.#tunnel;
    this.#tunnel = undefined;
    return tunnel?.destroyed === true ? undefined : tunnel;
  }
}

/**
 * A connection that ends without a word closes its streams as if they had been cancelled, or as if nothing had
 * happened; then the call would be taken for cancelled, or wait for ever. gRPC says Unavailable, and so does this.
 */
function reportLoss(stream: ClientHttp2Stream): void {
  const { session } = stream;
  let responded = false;
  stream.once("response", () => {
    responded = true;
  });
  stream.once("close", () => {
    const silent = !responded && stream.rstCode === constants.NGHTTP2_NO_ERROR;
    const lost = session?.destroyed === true && !stream.readableEnded;
    if ((silent || lost) && stream.listenerCount("error") > 0) {
      stream.emit("error", new ConnectError("the connection was lost", Code.Unavailable));
    }
  });
}

/** What keeps a proxy from opening a connection may pass, and its own words are kept. */
function toConnectionError(caught: unknown): ConnectError {
  if (caught instanceof BatonError) {
    return new ConnectError(caught.message, Code.Unavailable, undefined, undefined, caught);
  }
  return ConnectError.from(caught, Code.Unavailable);
}

/** How long to wait for signs of life, in milliseconds. */
export interface Patience {
  /** A call without an answer for so long asks once whether the other side is still there. */
  readonly silenceMs: number;
  /** A server that answers no ping for so long is gone. */
  readonly answerWithinMs: number;
}

/** Patience with the Internet. */
const defaultPatience: Patience = { silenceMs: 5_000, answerWithinMs: 20_000 };

/** One answer is good for all calls of the next minute. */
const goodForMs = 60_000;
const afterGoodbyeMs = 1_000;

/** Watches the connections of one client. A connection found gone is destroyed, which ends its calls. */
class LivenessWatch {
  readonly #patience: Patience;
  /** When each connection was last asked, by the monotonic clock. */
  readonly #askedAtMs = new WeakMap<ClientHttp2Session, number>();

  constructor(patience: Patience) {
    this.#patience = patience;
  }

  /** Watches a call that was just begun, and the connection it is on. */
  watch(stream: ClientHttp2Stream): void {
    // A client's stream belongs to a client's session.
    const session = stream.session as ClientHttp2Session | undefined;
    if (!session) return;
    if (!this.#askedAtMs.has(session)) {
      this.#askedAtMs.set(session, Number.NEGATIVE_INFINITY);
      session.once("goaway", () => setTimeout(() => this.#ask(session), afterGoodbyeMs));
    }
    const timer = setTimeout(() => this.#askIfDue(session), this.#patience.silenceMs);
    stream.once("response", () => clearTimeout(timer));
    stream.once("close", () => clearTimeout(timer));
  }

  #askIfDue(session: ClientHttp2Session): void {
    const now = performance.now();
    if (now - (this.#askedAtMs.get(session) ?? 0) < goodForMs) return;
    this.#askedAtMs.set(session, now);
    this.#ask(session);
  }

  #ask(session: ClientHttp2Session): void {
    if (session.destroyed) return;
    const timer = setTimeout(() => session.destroy(), this.#patience.answerWithinMs);
    session.ping((error) => {
      clearTimeout(timer);
      if (error) session.destroy();
    });
  }
}
