/**
 * Somebody at the console without a browser: a session, up to six connections that are kept, and an open stream of events.
 * Asks once, unlike a browser, which asks again when a kept connection was closed under its question: the server must not
 * close one that is in use, and where it does it is an error here.
 */
import { Agent, type IncomingMessage, request } from "node:http";
import { text } from "node:stream/consumers";

/** An answer and how long it took. */
export interface Reply {
  readonly status: number;
  readonly ms: number;
  readonly bytes: number;
  readonly body: string;
}

/** As many as a browser opens to one place. */
const connections = 6;

/** A visitor who came in by a link. */
export class Visitor implements Disposable {
  readonly #origin: string;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: connections });
  readonly #headers: Readonly<Record<string, string>>;
  #stream: IncomingMessage | undefined;

  private constructor(origin: string, headers: Readonly<Record<string, string>>) {
    this.#origin = origin;
    this.#headers = headers;
  }

  /** Signs in. */
  static async comeIn(link: string): Promise<Visitor> {
    const { origin } = new URL(link);
    const first = await answerTo(request(link, { agent: false }));
    first.resume();
    const [cookie = ""] = first.headers["set-cookie"] ?? [];
    const bare = new Visitor(origin, { cookie: cookie.split(";")[0] ?? "" });
    const { body } = await bare.ask("/api/session");
    const { csrfToken } = JSON.parse(body) as { csrfToken: string }; // as session-routes.ts answers
    bare[Symbol.dispose]();
    const headers = { ...bare.#headers, origin, "x-csrf-token": csrfToken, "accept-encoding": "gzip" };
    return new Visitor(origin, headers);
  }

  /**
   * Opens the stream of events, as every page has one, on a connection that is none of the six, and leaves it open.
   * Resolves when as many events of a type have come.
   */
  async follow(type: string, count: number): Promise<void> {
    const stream = await answerTo(request(`${this.#origin}/api/events`, { agent: false, headers: this.#headers }));
    this.#stream = stream;
    const { promise, resolve } = Promise.withResolvers<void>();
    let left = count;
    stream.setEncoding("utf8").on("data", (piece: string) => {
      left -= piece.split(`"type":"${type}"`).length - 1;
      if (left <= 0) resolve();
    });
    stream.on("error", () => undefined);
    await promise;
  }

  /** GET, or POST when there is a body. */
  async ask(path: string, body?: unknown): Promise<Reply> {
    const startedMs = performance.now();
    const sent = body === undefined ? undefined : JSON.stringify(body);
    const post =
      sent === undefined ? {} : { "content-type": "application/json", "content-length": Buffer.byteLength(sent) };
    const asked = request(`${this.#origin}${path}`, {
      method: sent === undefined ? "GET" : "POST",
      agent: this.#agent,
      headers: { ...this.#headers, ...post },
    });
    const answer = await answerTo(asked, sent);
    const got = await text(answer);
    const ms = performance.now() - startedMs;
    return { status: answer.statusCode ?? 0, ms, bytes: Buffer.byteLength(got), body: got };
  }

  /** The same, of an answer that is JSON and good. @throws Error otherwise */
  async json<T>(path: string, body?: unknown): Promise<T> {
    const { status, body: got } = await this.ask(path, body);
    if (status !== 200) throw new Error(`${path} answered ${status}: ${got}`);
    return JSON.parse(got) as T; // the contract names it
  }

  [Symbol.dispose](): void {
    this.#stream?.destroy();
    this.#agent.destroy();
  }
}

function answerTo(asked: ReturnType<typeof request>, body?: string): Promise<IncomingMessage> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  asked.on("response", resolve).on("error", reject).end(body);
  return promise;
}
