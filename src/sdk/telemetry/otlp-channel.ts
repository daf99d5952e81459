/**
 * Where a collector is, and the way to it: one unary gRPC call per message, over one HTTP/2 session that is made anew
 * when it has ended. Knows neither what the bytes are nor what to do when they cannot be delivered.
 */

import { readFileSync } from "node:fs";
import { type ClientHttp2Session, connect } from "node:http2";
import { type BatonError, errnoOf, settingError } from "../errors.ts";
import type { Network } from "../net/network.ts";

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

/** What is asked for; texts as in the flags. */
interface CollectorSettings {
  /** `host:port`, or with `http://` or `https://` before it. */
  readonly endpoint: string;
  /** Without TLS. */
  readonly insecure: boolean;
  /** PEM certificates, as text and as a file; "" for none. Without any the usual authorities are trusted. */
  readonly cert: string;
  readonly certPath: string;
}

/** A collector. */
export interface Collector {
  /** `http://host:port` or `https://host:port`. */
  readonly origin: string;
  readonly ca: readonly string[] | undefined;
}

/**
 * Reads the settings.
 * @throws BatonError `BATON-OTEL-ENDPOINT` or `BATON-OTEL-CERT`.
 */
export function readCollector(settings: CollectorSettings): Collector {
  const ca = [settings.cert, settings.certPath && readCert(settings.certPath)].filter((text) => text !== "");
  if (ca.some((text) => !text.includes("-----BEGIN CERTIFICATE-----"))) throw badCert("it holds no PEM certificate");
  return { origin: originOf(settings), ca: ca.length > 0 ? ca : undefined };
}

function originOf({ endpoint, insecure }: CollectorSettings): string {
  const hasScheme = /^https?:\/\//i.test(endpoint);
  const url = URL.parse(hasScheme ? endpoint : `${insecure ? "http" : "https"}://${endpoint}`);
  if (!url || url.hostname === "" || url.username !== "" || url.pathname !== "/" || url.search !== "") {
    throw settingError({
      code: "BATON-OTEL-ENDPOINT",
      message: `${JSON.stringify(endpoint)} is no address of a collector`,
      hint: "Give host:port of a collector that takes OTLP over gRPC, usually port 4317.",
    });
  }
  if (hasScheme && insecure) url.protocol = "http:";
  return url.origin;
}

function readCert(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (cause) {
    throw badCert(`${path}: ${errnoOf(cause, "it cannot be read")}`, cause);
  }
}

function badCert(reason: string, cause?: unknown): BatonError {
  return settingError({
    code: "BATON-OTEL-CERT",
    message: `the certificates for the collector cannot be used: ${reason}`,
    hint: "Give PEM certificates, or remove the --otel-collector-endpoint-tls-cert flags.",
    cause,
  });
}

/** What an exporter works with. */
interface OtlpExporterOptions<T> {
  readonly channel: OtlpChannel;
  /** Path of the gRPC method. */
  readonly path: string;
  readonly serialize: (batch: T) => Uint8Array | undefined;
  /** Told of each batch that could not be delivered; it is gone then. */
  readonly onFailure: (error: Error) => void;
}

/** Exports spans, metrics or log records. */
export class OtlpExporter<T> {
  readonly #options: OtlpExporterOptions<T>;
  readonly #pending = new Set<Promise<void>>();

  constructor(options: OtlpExporterOptions<T>) {
    this.#options = options;
  }

  /** Delivers a batch and tells how it went: code 0, or 1 with an error. */
  export(batch: T, done: (result: { code: 0 | 1; error?: Error }) => void): void {
    const delivery = this.#deliver(batch).then(
      () => done({ code: 0 }),
      (caught: unknown) => {
        const error = caught instanceof Error ? caught : new Error(String(caught));
        this.#options.onFailure(error);
        done({ code: 1, error });
      },
    );
    this.#pending.add(delivery);
    void delivery.finally(() => this.#pending.delete(delivery));
  }

  async #deliver(batch: T): Promise<void> {
    const { channel, path, serialize } = this.#options;
    const bytes = serialize(batch);
    if (bytes) await channel.send(path, bytes);
  }

  /** Waits for what is on its way. */
  async forceFlush(): Promise<void> {
    await Promise.all(this.#pending);
  }

  async shutdown(): Promise<void> {
    await this.forceFlush();
  }
}
