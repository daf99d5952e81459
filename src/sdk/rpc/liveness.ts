/**
 * Finds out that a connection is gone when nothing says so: Node can miss the end of a connection whose last word was
 * ours, and a call on it would wait for minutes. Asks seldom: gRPC servers in Go hang up on the third ping that comes
 * within five minutes without an answer of theirs in between.
 */
import type { ClientHttp2Session, ClientHttp2Stream } from "node:http2";

/** How long to wait for signs of life, in milliseconds. */
export interface Patience {
  /** A call without an answer for so long asks once whether the other side is still there. */
  readonly silenceMs: number;
  /** A server that answers no ping for so long is gone. */
  readonly answerWithinMs: number;
}

/** Patience with the Internet. */
export const defaultPatience: Patience = { silenceMs: 5_000, answerWithinMs: 20_000 };

/** One answer is good for all calls of the next minute. */
const goodForMs = 60_000;
const afterGoodbyeMs = 1_000;

/** Watches the connections of one client. A connection found gone is destroyed, which ends its calls. */
export class LivenessWatch {
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
