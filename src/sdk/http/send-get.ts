/**
 * Sends one GET and reads its answer: bounded in time and size, no redirects, no retries. There is no parameter for
 * another method, so nothing above can change anything on the server.
 */
import type { Agent as HttpAgent, IncomingHttpHeaders, IncomingMessage } from "node:http";
import { type Agent as HttpsAgent, get as httpsGet } from "node:https";
import { http } from "../net/node-http.ts";
import { type Body, brokenOff, decodeErrorBody, release, tooLarge } from "./body.ts";
import type { Share } from "./byte-budget.ts";
import { type HttpFailure, StageTimeoutError, toNetworkFailure } from "./http-failure.ts";

/** Bounds of one attempt, milliseconds and bytes. */
export interface SendLimits {
  /** Everything together. */
  readonly timeoutMs: number;
  /** Name look-up, TCP and TLS together. */
  readonly connectMs: number;
  /** From then on to the status line, and between two pieces of the body. */
  readonly silenceMs: number;
  /** Size of the body, before and after decompression. */
  readonly maxBodyBytes: number;
}

/** One GET to send. */
export interface GetRequest {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly agent: HttpAgent | HttpsAgent;
  readonly limits: SendLimits;
  readonly signal: AbortSignal;
  /** Opens the share of the budget that the body takes, when there is one. @param onRoom see {@link Share} */
  readonly openShare: (onRoom: () => void) => Share;
  /** Told when the answer has to wait for room, and when it goes on; the server waits meanwhile. */
  readonly onWait: (isWaiting: boolean) => void;
}

/**
 * An answer of status 200, whole and as it came, or a failure. `headers` are there once the server has answered at all.
 * Who takes the body ends the share once it is read.
 */
export type GetResult =
  | { readonly ok: true; readonly headers: IncomingHttpHeaders; readonly body: Body; readonly share: Share }
  | { readonly ok: false; readonly headers: IncomingHttpHeaders | undefined; readonly failure: HttpFailure };

/** Enough of an error's body for its message. */
const maxErrorBodyBytes = 64 * 1024;

/** Sends one GET. Rejects only with the signal's reason. */
export function sendGet(request: GetRequest): Promise<GetResult> {
  return new Promise((resolve, reject) => new Exchange(request, resolve, reject).start());
}

/** One request and its answer; settles once, whatever events follow. */
class Exchange {
  readonly #request: GetRequest;
  readonly #resolve: (result: GetResult) => void;
  readonly #reject: (reason: unknown) => void;
  #destroy: (error?: Error) => void = () => {};
  #isReused: () => boolean = () => false;
  #answer: IncomingMessage | undefined;
  #settled: boolean = false;
  #total: NodeJS.Timeout | undefined;
  #stage: NodeJS.Timeout | undefined;
  #share: Share | undefined;
  #isWaiting: boolean = false;

  constructor(request: GetRequest, resolve: (result: GetResult) => void, reject: (reason: unknown) => void) {
    this.#request = request;
    this.#resolve = resolve;
    this.#reject = reject;
  }

  start(): void {
    const { url, headers, agent, limits, signal } = this.#request;
    if (signal.aborted) {
      this.#reject(signal.reason);
      return;
    }
    signal.addEventListener("abort", this.#onAbort, { once: true });
    this.#startTotal();
    this.#enterStage("connection", limits.connectMs);
    const secure = url.protocol === "https:";
    const outgoing = (secure ? httpsGet : http.get)(url, { headers, agent });
    this.#destroy = (error) => outgoing.destroy(error);
    this.#isReused = () => outgoing.reusedSocket;
    outgoing.on("error", (error) => this.#fail(error));
    outgoing.on("response", (answer) => this.#onAnswer(answer));
    outgoing.on("socket", (socket) => {
      const connected = (): void => this.#enterStage("answer", limits.silenceMs);
      if (outgoing.reusedSocket) connected();
      else socket.once(secure ? "secureConnect" : "connect", connected);
    });
  }

  #onAnswer(answer: IncomingMessage): void {
    this.#answer = answer;
    const status = answer.statusCode ?? 0;
    // A 304 says that nothing changed, and leads nowhere.
    if (status >= 300 && status <= 399 && status !== 304) {
      const target = targetOf(answer.headers.location, this.#request.url);
      const addsSlash = target !== undefined && isSlashed(this.#request.url, target);
      this.#abandon({ kind: "redirect", status, targetOrigin: target?.origin, addsSlash });
      return;
    }
    if (status === 200) this.#readWhole(answer);
    else this.#readBody(answer, maxErrorBodyBytes, (body) => this.#failStatus(status, body));
  }

  #readWhole(answer: IncomingMessage): void {
    const { openShare, limits } = this.#request;
    const share = openShare(() => this.#goOn(answer));
    this.#share = share;
    this.#readBody(answer, limits.maxBodyBytes, (body, size) => this.#finishBody(body, size, share));
  }

  #readBody(answer: IncomingMessage, limit: number, done: (body: Body, size: number) => void): void {
    const { silenceMs } = this.#request.limits;
    const encoding = answer.headers["content-encoding"];
    const chunks: Buffer[] = [];
    let size = 0;
    this.#enterStage("more of the answer", silenceMs);
    answer.on("data", (chunk: Buffer) => {
      this.#stage?.refresh();
      chunks.push(chunk);
      size += chunk.length;
      if (size > limit) {
        done({ chunks, encoding, whole: false }, size);
        this.#destroy();
      } else if (this.#share?.add(chunk.length) === false) this.#waitForRoom(answer);
    });
    answer.on("end", () => done({ chunks, encoding, whole: answer.complete }, size));
    answer.on("error", (error) => {
      // What there is of an error's body still says more than the broken connection.
      if (answer.statusCode === 200) this.#fail(error);
      else done({ chunks, encoding, whole: false }, size);
    });
  }

  #waitForRoom(answer: IncomingMessage): void {
    if (this.#settled) return;
    this.#isWaiting = true;
    answer.pause();
    clearTimeout(this.#total);
    clearTimeout(this.#stage);
    this.#request.onWait(true);
  }

  #goOn(answer: IncomingMessage): void {
    if (!this.#isWaiting) return;
    this.#isWaiting = false;
    this.#startTotal();
    this.#enterStage("more of the answer", this.#request.limits.silenceMs);
    this.#request.onWait(false);
    answer.resume();
  }

  #finishBody(body: Body, size: number, share: Share): void {
    const headers = this.#answer?.headers ?? {};
    const { maxBodyBytes } = this.#request.limits;
    const failure = size > maxBodyBytes ? tooLarge(maxBodyBytes) : body.whole ? undefined : brokenOff;
    if (failure !== undefined) {
      release(body);
      this.#settle({ ok: false, headers, failure });
      return;
    }
    share.whole();
    this.#settle({ ok: true, headers, body, share });
  }

  #failStatus(status: number, body: Body): void {
    const headers = this.#answer?.headers ?? {};
    const failure = { kind: "status", status, headers, body: decodeErrorBody(body, maxErrorBodyBytes) } as const;
    this.#settle({ ok: false, headers, failure });
  }

  #abandon(failure: HttpFailure): void {
    this.#settle({ ok: false, headers: this.#answer?.headers, failure });
    this.#destroy();
  }

  #fail(error: unknown): void {
    const failure = toNetworkFailure(error, {
      answerBegan: this.#answer !== undefined,
      reusedConnection: this.#isReused(),
    });
    this.#settle({ ok: false, headers: this.#answer?.headers, failure });
  }

  #settle(result: GetResult): void {
    if (!this.#close()) return;
    if (!result.ok) this.#share?.end();
    this.#resolve(result);
  }

  readonly #onAbort = (): void => {
    if (!this.#close()) return;
    this.#share?.end();
    this.#destroy();
    this.#reject(this.#request.signal.reason);
  };

  /** True the first time. */
  #close(): boolean {
    if (this.#settled) return false;
    this.#settled = true;
    clearTimeout(this.#total);
    clearTimeout(this.#stage);
    this.#request.signal.removeEventListener("abort", this.#onAbort);
    if (this.#isWaiting) this.#request.onWait(false);
    this.#isWaiting = false;
    return true;
  }

  #startTotal(): void {
    const { timeoutMs } = this.#request.limits;
    if (!this.#settled) this.#total = setTimeout(() => this.#timeOut("complete answer", timeoutMs), timeoutMs);
  }

  #enterStage(stage: string, limitMs: number): void {
    clearTimeout(this.#stage);
    if (!this.#settled) this.#stage = setTimeout(() => this.#timeOut(stage, limitMs), limitMs);
  }

  #timeOut(stage: string, limitMs: number): void {
    const error = new StageTimeoutError(stage, limitMs);
    this.#fail(error);
    this.#destroy(error);
  }
}

function targetOf(location: string | undefined, base: URL): URL | undefined {
  return location === undefined ? undefined : (URL.parse(location, base.href) ?? undefined);
}

function isSlashed(asked: URL, target: URL): boolean {
  if (asked.pathname.endsWith("/")) return false;
  const expected = new URL(asked);
  expected.pathname += "/";
  return target.href === expected.href;
}
