/**
 * Carries bytes to a collector: one unary gRPC call per message, over one HTTP/2 session that is made anew when it has
 * ended. Knows neither what the bytes are nor what to do when they cannot be delivered.
 */
import { type ClientHttp2Session, connect } from "node:http2";
import type { Network } from "../net/network.ts";
import type { Collector } from "./collector.ts";

const timeoutMs = 5_000;

/** A way to one collector; connects with the first message. */
export class OtlpChannel {
  readonly #collector: Collector;
  readonly #network: Network;
  #session: ClientHttp2Session | undefined;

  constructor(collector: Collector, network: Network) {
    this.#collector = collector;
    this.#network = network;
  }

  /** Calls `path` with a message; rejects when the collector does not take it within five seconds. */
  send(path: string, message: Uint8Array): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const request = this.#open().request({
      ":method": "POST",
      ":path": path,
      "content-type": "application/grpc",
      te: "trailers",
    });
    let status: unknown;
    let reason: unknown;
    const note = (headers: Readonly<Record<string, unknown>>): void => {
      status = headers["grpc-status"] ?? status;
      reason = headers["grpc-message"] ?? reason;
    };
    const timer = setTimeout(() => request.destroy(new Error("no answer in time")), timeoutMs);
    request.on("response", note).on("trailers", note).on("error", reject);
    request.on("close", () => {
      clearTimeout(timer);
      if (status === "0") resolve();
      else reject(new Error(status === undefined ? "the collector broke off" : `status ${status}: ${reason ?? ""}`));
    });
    request.resume();
    request.end(frame(message));
    return promise;
  }

  /** Ends the session; what is on its way is given up. */
  close(): void {
    this.#session?.destroy();
  }

  #open(): ClientHttp2Session {
    if (this.#session && !this.#session.closed && !this.#session.destroyed) return this.#session;
    const { origin, ca } = this.#collector;
    const session = connect(origin, this.#network.http2Options(new URL(origin), ca && { ca }));
    // Requests get the error as well; without a listener it would end the process.
    session.on("error", () => session.destroy());
    session.on("goaway", () => session.close());
    this.#session = session;
    return session;
  }
}

/** A message of a gRPC stream: not compressed, its length, its bytes. */
function frame(message: Uint8Array): Buffer {
  const head = Buffer.alloc(5);
  head.writeUInt32BE(message.length, 1);
  return Buffer.concat([head, message]);
}
