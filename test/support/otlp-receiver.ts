/** A collector made of nothing but HTTP/2: takes OTLP over gRPC and keeps what came. What the tests of telemetry read. */
import { once } from "node:events";
import { createSecureServer, createServer, type Http2Server, type ServerHttp2Stream } from "node:http2";
import { FieldReader } from "../../src/sdk/wire/field-reader.ts";

/** A span as it came. Ids are hex; a parent of "" is none. */
export interface ReceivedSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentId: string;
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly failed: boolean;
}

/** How to start. */
export interface ReceiverOptions {
  /** Speaks TLS with these PEM texts. */
  readonly tls?: { readonly key: string; readonly cert: string };
  /** gRPC status of every answer; default 0. `never` gives no answer. */
  readonly status?: number | "never";
}

/** A running collector. */
export class OtlpReceiver implements AsyncDisposable {
  /** All messages so far, by the service's last name: `TraceService`, `LogsService`, `MetricsService`. */
  readonly messages = new Map<string, Buffer[]>();
  readonly #server: Http2Server;
  readonly #sessions = new Set<{ destroy(): void }>();
  readonly #status: number | "never";

  private constructor(options: ReceiverOptions) {
    this.#status = options.status ?? 0;
    this.#server = options.tls ? createSecureServer(options.tls) : createServer();
    this.#server.on("session", (session) => this.#sessions.add(session));
    this.#server.on("stream", (stream, headers) => void this.#take(stream, String(headers[":path"])));
  }

  static async start(options: ReceiverOptions = {}): Promise<OtlpReceiver> {
    const receiver = new OtlpReceiver(options);
    receiver.#server.listen(0, "127.0.0.1");
    await once(receiver.#server, "listening");
    return receiver;
  }

  /** `127.0.0.1:port`. */
  get endpoint(): string {
    const address = this.#server.address();
    return typeof address === "object" && address ? `127.0.0.1:${address.port}` : "";
  }

  async #take(stream: ServerHttp2Stream, path: string): Promise<void> {
    stream.on("error", () => {});
    const chunks: Buffer[] = [];
    for await (const chunk of stream) chunks.push(chunk as Buffer);
    const service = path.split("/")[1]?.split(".").at(-1) ?? "";
    this.messages.set(service, [...(this.messages.get(service) ?? []), Buffer.concat(chunks).subarray(5)]);
    if (this.#status === "never") return;
    stream.respond({ ":status": 200, "content-type": "application/grpc" }, { waitForTrailers: true });
    stream.on("wantTrailers", () => stream.sendTrailers({ "grpc-status": String(this.#status) }));
    stream.end(Buffer.alloc(5));
  }

  /** Everything that came, as text in which secrets and names can be searched for. */
  text(): string {
    return [...this.messages.values()].flat().map(String).join("\n");
  }

  /** The spans that came (OTLP: ExportTraceServiceRequest). */
  spans(): readonly ReceivedSpan[] {
    const scopes = this.#all("TraceService")
      .flatMap((message) => inside(message, 1))
      .flatMap((one) => inside(one, 2));
    return scopes.flatMap((scope) => inside(scope, 2)).map(toSpan);
  }

  /** Texts of the log records that came (OTLP: ExportLogsServiceRequest). */
  logLines(): readonly string[] {
    const scopes = this.#all("LogsService")
      .flatMap((message) => inside(message, 1))
      .flatMap((one) => inside(one, 2));
    return scopes.flatMap((scope) => inside(scope, 2)).map((record) => textOf(inside(record, 5)[0]));
  }

  /** Attributes of the resource, of all kinds of messages. */
  resources(): readonly Readonly<Record<string, string>>[] {
    const messages = [...this.messages.values()].flat();
    return messages
      .flatMap((message) => inside(message, 1))
      .flatMap((one) => inside(one, 1))
      .map((one) => pairs(one, 1));
  }

  #all(service: string): readonly Buffer[] {
    return this.messages.get(service) ?? [];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const session of this.#sessions) session.destroy();
    this.#server.close();
  }
}

function inside(message: Uint8Array, field: number): Uint8Array[] {
  return values(message, field).filter((value) => typeof value !== "number");
}

function* readFields(message: Uint8Array): Generator<{ readonly field: number; readonly value: number | Uint8Array }> {
  const reader = new FieldReader(message);
  while (reader.next(reader.end)) {
    const { field, wireType, position } = reader;
    if (wireType === 0) yield { field, value: reader.int64() };
    else if (wireType === 2) yield { field, value: reader.bytes() };
    else {
      reader.skip();
      yield { field, value: message.subarray(position, reader.position) };
    }
  }
}

function values(message: Uint8Array, field: number): (number | Uint8Array)[] {
  return [...readFields(message)].filter((one) => one.field === field).map(({ value }) => value);
}

/** An AnyValue: text, or the number it holds. */
function textOf(any: Uint8Array | undefined): string {
  if (!any) return "";
  const [first] = readFields(any);
  if (!first) return "";
  return typeof first.value === "number" ? String(first.value) : Buffer.from(first.value).toString();
}

function pairs(message: Uint8Array, field: number): Readonly<Record<string, string>> {
  return Object.fromEntries(
    inside(message, field).map((pair) => [
      Buffer.from(inside(pair, 1)[0] ?? []).toString(),
      textOf(inside(pair, 2)[0]),
    ]),
  );
}

function toSpan(span: Uint8Array): ReceivedSpan {
  const hex = (field: number): string => Buffer.from(inside(span, field)[0] ?? []).toString("hex");
  return {
    traceId: hex(1),
    spanId: hex(2),
    parentId: hex(4),
    name: Buffer.from(inside(span, 5)[0] ?? []).toString(),
    attributes: pairs(span, 9),
    failed: inside(span, 15).some((status) => values(status, 3)[0] === 2),
  };
}
