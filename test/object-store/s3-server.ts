/**
 * S3 for tests: a server program from a registry, which checks signatures and stores files, behind a front that does what
 * that program lacks (conditional writes) and fails where a test orders it.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";

/** A request as it arrived. */
export interface S3Request {
  readonly method: string;
  /** Decoded: `/bucket/key`. */
  readonly path: string;
}

/**
 * What the front does with a request instead of passing it on: an S3 error, a cut connection, a reply that is lost or cut,
 * or an object that is not there.
 */
export type Fault =
  | { readonly status: number; readonly code: string }
  | { readonly object: Buffer }
  | "cut"
  | "lose the reply"
  | "cut the reply";

/** Decides on each request; undefined passes it on. */
export type FaultHook = (request: S3Request) => Fault | undefined | Promise<Fault | undefined>;

/** Keys that the server accepts. */
const accepted = { AWS_ACCESS_KEY_ID: "S3RVER", AWS_SECRET_ACCESS_KEY: "S3RVER" } as const;

/** S3 with one bucket, `files`. */
export class S3Server implements AsyncDisposable {
  readonly requests: S3Request[] = [];
  /** Set to fail. */
  fault: FaultHook = () => undefined;
  /** False: conditions of writes are passed over, as old servers do. */
  heedsConditions: boolean = true;
  readonly #directory: string;
  readonly #child: ChildProcess;
  readonly #port: number;
  readonly #front: Server;
  readonly #etags = new Map<string, string>();

  constructor(directory: string, child: ChildProcess, port: number, front: Server) {
    this.#directory = directory;
    this.#child = child;
    this.#port = port;
    this.#front = front;
    front.on("request", (incoming, outgoing) => {
      // Either side may break off at any moment; then the other one is to notice.
      this.#answer(incoming, outgoing).catch(() => incoming.socket.destroy());
    });
  }

  static async start(): Promise<S3Server> {
    const directory = mkdtempSync(join(tmpdir(), "s3-"));
    const child = spawn(process.execPath, [join(import.meta.dirname, "server-process.ts"), directory, "files"], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const [line] = (await once(child.stdout, "data")) as [Buffer];
    const front = createServer().listen(0, "127.0.0.1");
    await once(front, "listening");
    return new S3Server(directory, child, Number(line.toString()), front);
  }

  /** Environment that points AWS's client here. */
  get settings(): Readonly<Record<string, string>> {
    const { port } = this.#front.address() as AddressInfo; // it listens on TCP
    return { ...accepted, AWS_ENDPOINT_URL_S3: `http://127.0.0.1:${port}` };
  }

  /** The bytes of an object in `files`, as they lie in the server's directory; undefined when there is none. */
  bytes(key: string): Buffer | undefined {
    try {
      return readFileSync(join(this.#directory, "files", `${key}._S3rver_object`));
    } catch {
      return undefined;
    }
  }

  /** Writes of an object that were tried. */
  writes(key: string): number {
    return this.requests.filter(({ method, path }) => method === "PUT" && path === `/files/${key}`).length;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#front.closeAllConnections();
    this.#front.close();
    this.#child.kill();
    await once(this.#child, "close");
    rmSync(this.#directory, { recursive: true, force: true });
  }

  async #answer(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const path = decodeURIComponent((incoming.url ?? "").split("?")[0] ?? "");
    const method = incoming.method ?? "";
    this.requests.push({ method, path });
    const fault = (await this.fault({ method, path })) ?? this.#conditionFailure(incoming, path);
    if (fault === "cut") {
      incoming.socket.destroy();
    } else if (fault === "lose the reply") {
      (await this.#passOn(incoming, path)).resume();
      incoming.socket.destroy();
    } else if (fault === "cut the reply") {
      const reply = await this.#passOn(incoming, path);
      outgoing.writeHead(reply.statusCode ?? 502, reply.headers);
      outgoing.write(Buffer.concat(await reply.toArray()).subarray(1), () => incoming.socket.destroy());
    } else if (fault && "object" in fault) {
      outgoing.writeHead(200, { etag: '"made up"', "content-length": fault.object.length }).end(fault.object);
    } else if (fault) {
      incoming.resume();
      const body = `<?xml version="1.0"?><Error><Code>${fault.code}</Code><Message>${fault.code}</Message></Error>`;
      outgoing.writeHead(fault.status, { "content-type": "application/xml", connection: "close" });
      outgoing.end(method === "HEAD" ? undefined : body);
    } else if (method === "GET" && (incoming.url ?? "").includes("list-type=2")) {
      outgoing.writeHead(200, { "content-type": "application/xml" }).end(this.#listing(incoming.url ?? ""));
    } else {
      const reply = await this.#passOn(incoming, path);
      outgoing.writeHead(reply.statusCode ?? 502, reply.headers);
      await pipeline(reply, outgoing);
    }
  }

  /** Amazon S3: ListObjectsV2, one object a page, as a client must bear. The server behind takes no signature for it. */
  #listing(url: string): string {
    const { pathname, searchParams: asked } = new URL(url, "http://localhost");
    const bucket = `${decodeURIComponent(pathname).replace(/\/$/, "")}/`;
    const keys = [...this.#etags.keys()].filter((path) => path.startsWith(bucket + (asked.get("prefix") ?? "")));
    const at = Number(asked.get("continuation-token") ?? 0);
    const [path] = keys.toSorted().slice(at);
    const key = path?.slice(bucket.length) ?? "";
    const contents = path ? `<Contents><Key>${key}</Key><Size>${this.bytes(key)?.length ?? 0}</Size></Contents>` : "";
    const isMore = at + 1 < keys.length;
    const more = isMore ? `<NextContinuationToken>${at + 1}</NextContinuationToken>` : "";
    return `<?xml version="1.0"?><ListBucketResult><IsTruncated>${isMore}</IsTruncated>${more}${contents}</ListBucketResult>`;
  }

  /** Amazon S3: conditional writes. */
  #conditionFailure({ method, headers }: IncomingMessage, path: string): Fault | undefined {
    if (method !== "PUT" || !this.heedsConditions) return undefined;
    const etag = this.#etags.get(path);
    const fails =
      (headers["if-none-match"] === "*" && etag !== undefined) ||
      (headers["if-match"] !== undefined && headers["if-match"] !== etag);
    return fails ? { status: 412, code: "PreconditionFailed" } : undefined;
  }

  async #passOn(incoming: IncomingMessage, path: string): Promise<IncomingMessage> {
    const { method, url, headers } = incoming;
    // A connection of its own: one that is kept may be closed by the other side just when it is used again.
    const upstream = request({ host: "127.0.0.1", port: this.#port, method, path: url, headers, agent: false });
    upstream.on("error", () => upstream.destroy());
    // What is cut off on its way in must not arrive as a whole.
    incoming.on("error", () => upstream.destroy());
    incoming.pipe(upstream);
    const [reply] = (await once(upstream, "response")) as [IncomingMessage];
    const { etag } = reply.headers;
    if (method === "PUT" && reply.statusCode === 200 && etag !== undefined) this.#etags.set(path, etag);
    return reply;
  }
}
