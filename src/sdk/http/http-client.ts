/**
 * GETs JSON from one host: one limiter, kept-alive connections, retries that wait as long as they should and say so.
 * What a failure means to the user is for the caller to say; nothing here knows whose API it is.
 */
import type { Agent as HttpAgent, IncomingHttpHeaders } from "node:http";
import type { Agent as HttpsAgent } from "node:https";
import type { Clock } from "../clock.ts";
import type { ConnectorStats, Waiting } from "../contracts/connector.ts";
import type { BatonError } from "../errors.ts";
import type { Logger } from "../log.ts";
import { Network } from "../net/network.ts";
import { http } from "../net/node-http.ts";
import { nameOf } from "../net/proxy-setting.ts";
import type { Attributes, Telemetry } from "../telemetry/telemetry.ts";
import { type Body, decodeBody, type ParsedJson, parseJson, release } from "./body.ts";
import { ByteBudget, type Share } from "./byte-budget.ts";
import type { FailureContext, HttpFailure } from "./http-failure.ts";
import { parseRateLimit, type RateLimitNotice } from "./rate-limit.ts";
import { RequestLimiter } from "./request-limiter.ts";
import {
  Call,
  decideRetry,
  defaultRetryLimits,
  isRateLimited,
  type RetryLimits,
  rateLimitWaitMs,
} from "./retry-timing.ts";
import { type GetResult, sendGet } from "./send-get.ts";

/** What a client needs. Waits in milliseconds, sizes in bytes. */
export interface HttpClientOptions {
  /** Scheme, host and path prefix without a slash at the end. */
  readonly baseUrl: string;
  /** Sent with every request; `Accept` and `Accept-Encoding` are added. */
  readonly headers: Readonly<Record<string, string>>;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Told of each attempt and of the budget left; default nobody. */
  readonly telemetry?: Telemetry;
  /** Requests under way at once; default 6. */
  readonly concurrency?: number;
  /** One attempt, body included; default 300,000. */
  readonly timeoutMs?: number;
  /** Look-up, TCP and TLS; default 10,000. */
  readonly connectTimeoutMs?: number;
  /** No byte for so long ends an attempt; default 60,000. */
  readonly silenceTimeoutMs?: number;
  /** Default 64 MiB, counted before and after decompression. */
  readonly maxBodyBytes?: number;
  /**
   * What all answers that arrive or wait for their reader hold together, as they came; default 12 MiB. While it is used
   * up only the answer goes on that the reader needs first, however large it is.
   */
  readonly maxBytesInFlight?: number;
  readonly retryLimits?: Partial<RetryLimits>;
  /** The way out, for https; plain http never goes through a proxy, it could read the key. Default: no proxy. */
  readonly network?: Network;
}

/** What to get. */
export interface JsonRequest {
  /** Path below the base URL, percent-encoded, beginning with a slash. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string | number | boolean>>;
  readonly signal: AbortSignal;
  /** Turns a failure into the error that is logged while there are retries left, and thrown when there are none. */
  readonly describe: (failure: HttpFailure, context: FailureContext) => BatonError;
  /** True when a failure that is usually tried again is not, because the caller will ask otherwise; default never. */
  readonly isHopeless?: (failure: HttpFailure, attempts: number, firstContact: boolean) => boolean;
  /** For what is asked ahead: resolves when the reader needs the answer. Default: it needs it now. */
  readonly turn?: Promise<void>;
}

/** An answer of status 200. */
export interface JsonAnswer {
  readonly json: unknown;
  readonly headers: IncomingHttpHeaders;
}

/** An answer of status 200 whose body lies there as it came until it is opened. */
export interface SealedAnswer {
  readonly headers: IncomingHttpHeaders;
  /** Decompresses and reads the body, once, and gives its memory back. What cannot be read is asked for again as usual. */
  open(): Promise<JsonAnswer>;
  /** Gives its memory back, unread. */
  discard(): void;
}

/** Gets JSON from one host. */
export interface HttpClient {
  /** Throws the described {@link BatonError} once retries do not help, and the signal's reason when it aborts. */
  getJson(request: JsonRequest): Promise<JsonAnswer>;
  /** The same, but the body is not looked at yet: one that is no JSON is an answer here. Open or discard it. */
  getSealed(request: JsonRequest): Promise<SealedAnswer>;
  /** Requests sent, retries, the budget left and what is being waited for. */
  stats(): ConnectorStats;
  /** Closes all connections; what is on its way fails, and is not tried again. What is asked later opens new ones. */
  close(): void;
}

type Bounds = Required<
  Pick<
    HttpClientOptions,
    "concurrency" | "timeoutMs" | "connectTimeoutMs" | "silenceTimeoutMs" | "maxBodyBytes" | "maxBytesInFlight"
  >
>;

const defaults: Bounds = {
  concurrency: 6,
  timeoutMs: 300_000,
  connectTimeoutMs: 10_000,
  silenceTimeoutMs: 60_000,
  maxBodyBytes: 64 * 1024 * 1024,
  maxBytesInFlight: 12 * 1024 * 1024,
};

/** Creates a client; sends nothing yet. */
export function createHttpClient(options: HttpClientOptions): HttpClient {
  return new JsonHttpClient(options);
}

class JsonHttpClient implements HttpClient {
  readonly #options: HttpClientOptions & Bounds;
  readonly #limits: RetryLimits;
  readonly #agent: HttpAgent | HttpsAgent;
  readonly #limiter: RequestLimiter;
  readonly #budget: ByteBudget;
  readonly #host: string;
  readonly #waits = new Set<Waiting>();
  #requests = 0;
  #retries = 0;
  #hostReached: boolean = false;
  #slashNoted: boolean = false;
  /** How often it was closed; it may be used again. */
  #closes = 0;

  constructor(options: HttpClientOptions) {
    this.#options = { ...defaults, ...options };
    this.#limits = { ...defaultRetryLimits, ...options.retryLimits };
    this.#host = new URL(options.baseUrl).host;
    this.#agent = createAgent(options);
    this.#budget = new ByteBudget(this.#options.maxBytesInFlight);
    this.#limiter = new RequestLimiter({
      concurrency: this.#options.concurrency,
      clock: options.clock,
      maxWaitMs: this.#limits.maxRateLimitWaitMs,
      onWait: (reason, untilMs) => this.#logWait(reason, untilMs),
    });
  }

  getJson(request: JsonRequest): Promise<JsonAnswer> {
    return this.#getJson(request, new Call(this.#options.clock, this.#closes));
  }

  async getSealed(request: JsonRequest): Promise<SealedAnswer> {
    const call = new Call(this.#options.clock, this.#closes);
    const received = await this.#get(request, call, (answer) => ({ ok: true, answer }));
    const { turn: _now, ...again } = request;
    const open = async (): Promise<JsonAnswer> => {
      const opened = received.open();
      if (opened.ok) return { json: opened.json, headers: received.headers };
      await this.#waitOrThrow(opened.failure, undefined, again, call);
      return await this.#getJson(again, call);
    };
    return { headers: received.headers, open, discard: () => received.discard() };
  }

  #getJson(request: JsonRequest, call: Call): Promise<JsonAnswer> {
    return this.#get(request, call, (answer) => {
      const opened = answer.open();
      return opened.ok ? { ok: true, answer: { json: opened.json, headers: answer.headers } } : opened;
    });
  }

  async #get<T>(asked: JsonRequest, call: Call, read: ReadAnswer<T>): Promise<T> {
    let request = asked;
    for (;;) {
      const admission = await this.#admit(call, request.signal);
      if (!admission.granted) {
        const { maxRateLimitWaitMs: maxWaitMs } = this.#limits;
        throw this.#describe({ kind: "rate-limit", retryAtMs: admission.retryAtMs, maxWaitMs }, request, call);
      }
      const outcome = await this.#attempt(request, call, read);
      if (outcome.ok) return outcome.answer;
      if (outcome.failure.kind === "redirect" && outcome.failure.addsSlash && request === asked) {
        request = { ...asked, path: `${asked.path}/` };
        this.#noteSlash(asked.path);
        continue;
      }
      await this.#waitOrThrow(outcome.failure, outcome.notice, request, call);
    }
  }

  #noteSlash(path: string): void {
    if (this.#slashNoted) return;
    this.#slashNoted = true;
    this.#options.logger.warn("the host wants a slash at the end of an address; it is asked for with one", { path });
  }

  stats(): ConnectorStats {
    const { rateLimit } = this.#limiter;
    const waiting = this.#limiter.waiting ?? [...this.#waits].sort((a, b) => a.untilMs - b.untilMs)[0];
    return {
      requests: this.#requests,
      retries: this.#retries,
      ...(rateLimit === undefined ? {} : { rateLimit }),
      ...(waiting === undefined ? {} : { waiting }),
    };
  }

  close(): void {
    this.#closes += 1;
    this.#agent.destroy();
  }

  async #admit(call: Call, signal: AbortSignal) {
    const before = this.#options.clock.monotonicMs();
    const admission = await this.#limiter.acquire(signal);
    // Time at the gate belongs to the others or to the rate limit, not to this call's troubles.
    call.rateLimitWaitedMs += call.rateLimited > 0 ? this.#options.clock.monotonicMs() - before : 0;
    call.gateMs += this.#options.clock.monotonicMs() - before;
    return admission;
  }

  async #attempt<T>(request: JsonRequest, call: Call, read: ReadAnswer<T>): Promise<Attempt<T>> {
    this.#requests += 1;
    call.attempts += 1;
    let result: GetResult | undefined;
    let notice: RateLimitNotice | undefined;
    try {
      result = await this.#observed(request, call);
    } finally {
      const headers = result?.headers;
      notice = headers === undefined ? undefined : parseRateLimit(headers, this.#options.clock.nowMs());
      const refused = result?.ok === false && isRateLimited(result.failure);
      // The hold must be there before the slot is free, or the next in line would run into the same refusal.
      this.#limiter.release(notice, refused ? rateLimitWaitMs(notice) : undefined);
      const { remaining } = this.#limiter.rateLimit ?? {};
      if (remaining !== undefined) {
        this.#options.telemetry?.gauge("baton.http.budget.remaining", remaining, { "server.address": this.#host });
      }
    }
    if (result.headers !== undefined) this.#hostReached = true;
    if (!result.ok) return { ok: false, failure: result.failure, notice };
    const outcome = read(new Received(result, this.#options.maxBodyBytes));
    return outcome.ok ? outcome : { ...outcome, notice };
  }

  /** Sends, and tells how it went: where to and what came, never what was sent along. */
  async #observed(request: JsonRequest, call: Call): Promise<GetResult> {
    const { telemetry, baseUrl } = this.#options;
    if (!telemetry) return await this.#send(request, call);
    const { pathname } = buildUrl(baseUrl, request);
    const asked = { "http.request.method": "GET", "server.address": this.#host };
    const span = telemetry.span("GET", { ...asked, "url.path": pathname, "http.request.attempt": call.attempts });
    try {
      const result = await this.#send(request, call);
      const outcome = outcomeOf(result);
      telemetry.count("baton.http.requests", { ...asked, ...outcome });
      span.set(outcome);
      span.end("failure" in result ? result.failure.kind : undefined);
      return result;
    } catch (caught) {
      span.end(caught);
      throw caught;
    }
  }

  #send(request: JsonRequest, call: Call): Promise<GetResult> {
    const { headers, timeoutMs, connectTimeoutMs, silenceTimeoutMs, maxBodyBytes } = this.#options;
    const patienceMs = this.#hostReached ? this.#limits.patienceMs : this.#limits.unreachableMs;
    const leftMs = Math.max(1, patienceMs - call.elapsedMs());
    // Until the host has answered once, silence means that it cannot be reached.
    const silenceMs = this.#hostReached ? silenceTimeoutMs : Math.min(silenceTimeoutMs, leftMs);
    return sendGet({
      url: buildUrl(this.#options.baseUrl, request),
      headers: { ...headers, Accept: "application/json", "Accept-Encoding": "gzip" },
      agent: this.#agent,
      limits: { timeoutMs, connectMs: Math.min(connectTimeoutMs, leftMs), silenceMs, maxBodyBytes },
      signal: request.signal,
      openShare: (onRoom) => this.#budget.open({ turn: request.turn, onRoom }),
      onWait: this.#waiterOf(call),
    });
  }

  /** An answer that waits for room leaves its slot to others, and the wait is none of its troubles. */
  #waiterOf(call: Call): (isWaiting: boolean) => void {
    const { clock } = this.#options;
    let since = 0;
    return (isWaiting) => {
      if (isWaiting) {
        since = clock.monotonicMs();
        this.#limiter.standAside();
      } else {
        call.gateMs += clock.monotonicMs() - since;
        this.#limiter.goOn();
      }
    };
  }

  async #waitOrThrow(
    failure: HttpFailure,
    notice: RateLimitNotice | undefined,
    request: JsonRequest,
    call: Call,
  ): Promise<void> {
    call.count(failure);
    const { clock, logger } = this.#options;
    const decision = decideRetry(failure, notice, call.state(this.#hostReached), this.#limits, clock.random());
    const error = this.#describe(failure, request, call, notice);
    if (call.closes < this.#closes) throw error;
    const isHopeless = request.isHopeless?.(failure, call.attempts, !this.#hostReached) ?? false;
    if (decision.action === "give-up" || isHopeless) throw error;
    this.#retries += 1;
    if (decision.everyone) {
      this.#limiter.hold(decision.waitMs);
      return;
    }
    if (decision.waitMs === 0) return;
    const untilMs = clock.nowMs() + decision.waitMs;
    const fields = { error: error.message, code: error.code, wait: decision.waitMs / 1000, attempt: call.attempts };
    logger.warn("retrying operation", { ...fields, until: new Date(untilMs).toISOString() });
    const wait: Waiting = { kind: "retry", reason: error.message, untilMs };
    this.#waits.add(wait);
    try {
      await clock.sleep(decision.waitMs, request.signal);
    } catch (caught) {
      request.signal.throwIfAborted();
      throw caught;
    } finally {
      this.#waits.delete(wait);
    }
  }

  #describe(failure: HttpFailure, request: JsonRequest, call: Call, notice?: RateLimitNotice): BatonError {
    const waitMs = isRateLimited(failure) ? rateLimitWaitMs(notice) : notice?.retryAfterMs;
    const url = buildUrl(this.#options.baseUrl, request);
    return request.describe(failure, {
      host: this.#host,
      path: url.pathname + url.search,
      proxy: nameOf(this.#options.network?.proxyFor(url)),
      attempts: call.attempts,
      firstContact: !this.#hostReached,
      elapsedMs: call.elapsedMs(),
      retryAtMs: waitMs === undefined ? undefined : this.#options.clock.nowMs() + waitMs,
    });
  }

  #logWait(reason: string, untilMs: number): void {
    const { clock, logger } = this.#options;
    const wait = (untilMs - clock.nowMs()) / 1000;
    logger.warn("waiting", { for: `${reason} of ${this.#host}`, wait, until: new Date(untilMs).toISOString() });
  }
}

/** Makes an answer of what came, or says why it cannot be used. */
type ReadAnswer<T> = (
  received: Received,
) => { readonly ok: true; readonly answer: T } | { readonly ok: false; readonly failure: HttpFailure };

/** A body as it came, with its share of the budget. */
class Received {
  readonly headers: IncomingHttpHeaders;
  readonly #body: Body;
  readonly #share: Share;
  readonly #limit: number;

  constructor({ headers, body, share }: Extract<GetResult, { readonly ok: true }>, limit: number) {
    this.headers = headers;
    this.#body = body;
    this.#share = share;
    this.#limit = limit;
  }

  open(): ParsedJson {
    try {
      const decoded = decodeBody(this.#body, this.#limit);
      return decoded.ok ? parseJson(this.headers, decoded.body) : decoded;
    } finally {
      this.#share.end();
    }
  }

  discard(): void {
    release(this.#body);
    this.#share.end();
  }
}

type Attempt<T> =
  | { readonly ok: true; readonly answer: T }
  | { readonly ok: false; readonly failure: HttpFailure; readonly notice: RateLimitNotice | undefined };

/** The status, or what was in its way. */
function outcomeOf(result: GetResult): Attributes {
  if (result.ok) return { "http.response.status_code": 200 };
  const { failure } = result;
  return "status" in failure ? { "http.response.status_code": failure.status } : { "error.type": failure.kind };
}

function buildUrl(baseUrl: string, request: JsonRequest): URL {
  const url = new URL(baseUrl + request.path);
  for (const [name, value] of Object.entries(request.query ?? {})) url.searchParams.set(name, String(value));
  return url;
}

/** How many requests there are at once is the limiter's business. */
function createAgent(options: HttpClientOptions): HttpAgent | HttpsAgent {
  const shared = { keepAlive: true, scheduling: "lifo" } as const;
  if (new URL(options.baseUrl).protocol === "http:") return new http.Agent(shared);
  return (options.network ?? Network.direct).httpsAgent(shared);
}
