/**
 * Lets requests start: a bounded number at once, fewer when the server's budget runs low, none when it is used up.
 * Everything of one client goes through one limiter. Knows time and numbers, nothing of HTTP.
 */
import type { Clock } from "../clock.ts";
import type { RateLimit, Waiting } from "../contracts/connector.ts";
import type { RateLimitNotice } from "./rate-limit.ts";

/** What a limiter needs. */
export interface RequestLimiterOptions {
  /** Requests under way at once, at least 1. */
  readonly concurrency: number;
  readonly clock: Clock;
  /** A wait longer than this is refused instead, milliseconds. */
  readonly maxWaitMs: number;
  /** Called once for each wait that all requests share. */
  readonly onWait?: (reason: string, untilMs: number) => void;
}

/** Permission to send one request, or the news that the budget returns too late. */
export type Admission =
  | { readonly granted: true }
  | { readonly granted: false /** Milliseconds since the epoch. */; readonly retryAtMs: number };

interface Waiter {
  readonly settle: (admission: Admission) => void;
  readonly fail: (reason: unknown) => void;
}

/** Times are on the monotonic clock: a clock set right in the middle of a run must not stretch a wait. */
interface Window {
  readonly limit: number | undefined;
  readonly remaining: number;
  readonly resetAt: number;
}

/** Up to this many requests per slot are left: then slots are taken away. */
const requestsPerSlot = 10;
/** Resets closer together than this belong to one window; servers round. */
const sameWindowMs = 2_000;
/** A budget without a reset time is taken to return within a minute (Baton SDK). */
const unknownResetMs = 60_000;

/** Admits requests in order of arrival; see the file's comment. */
export class RequestLimiter {
  readonly #options: RequestLimiterOptions;
  readonly #queue: Waiter[] = [];
  #inFlight = 0;
  #window: Window | undefined;
  /** The latest notice, kept for display when the window is over or turned out wrong. */
  #latest: Window | undefined;
  #holdUntil = 0;
  /** After a wait one request goes first and finds out; the others follow it. */
  #probing: boolean = false;
  #wake: AbortController | undefined;
  #waiting: Waiting | undefined;

  constructor(options: RequestLimiterOptions) {
    this.#options = options;
  }

  /** What the server last said about the budget. */
  get rateLimit(): RateLimit | undefined {
    const window = this.#latest;
    if (window === undefined) return undefined;
    return {
      ...(window.limit === undefined ? {} : { limit: window.limit }),
      remaining: window.remaining,
      resetAtMs: this.#toWallClock(window.resetAt),
    };
  }

  /** Set while nothing may start before a certain time and something wants to. */
  get waiting(): Waiting | undefined {
    return this.#waiting;
  }

  /** Resolves when one request may start; {@link release} must follow. Rejects with the signal's reason. */
  acquire(signal: AbortSignal): Promise<Admission> {
    if (signal.aborted) return Promise.reject(signal.reason);
    return new Promise((resolve, reject) => {
      const waiter: Waiter = {
        settle: (admission) => {
          signal.removeEventListener("abort", onAbort);
          resolve(admission);
        },
        fail: reject,
      };
      const onAbort = (): void => {
        const index = this.#queue.indexOf(waiter);
        if (index >= 0) this.#queue.splice(index, 1);
        if (this.#queue.length === 0) this.#stopWaiting();
        waiter.fail(signal.reason);
      };
      signal.addEventListener("abort", onAbort, { once: true });
      this.#queue.push(waiter);
      this.#pump();
    });
  }

  /**
   * Ends a request. `notice` is what its answer said, undefined when there was none. `holdMs` is given after a refusal
   * for the rate limit: nobody may start for so long, and then one request goes first. A hold beyond the longest
   * allowed wait is left to each request to find out, so that none waits in vain.
   */
  release(notice: RateLimitNotice | undefined, holdMs?: number): void {
    this.#inFlight -= 1;
    if (notice !== undefined) this.#observe(notice);
    if (holdMs !== undefined) this.hold(holdMs);
    else if (notice !== undefined) this.#probing = false;
    this.#pump();
  }

  /** A request whose answer waits for its reader takes up no slot; {@link goOn} or {@link release} follows. */
  standAside(): void {
    this.#inFlight -= 1;
    this.#pump();
  }

  /** A request that stood aside goes on, also where that makes one too many. */
  goOn(): void {
    this.#inFlight += 1;
  }

  /** Lets nothing start for `waitMs`, and then one request at first. */
  hold(waitMs: number): void {
    if (waitMs > this.#options.maxWaitMs) return;
    this.#holdUntil = Math.max(this.#holdUntil, this.#options.clock.monotonicMs() + waitMs);
    this.#probing = true;
    // The window said otherwise, so it is wrong; the next answer tells anew.
    this.#window = undefined;
  }

  #observe(notice: RateLimitNotice): void {
    if (notice.remaining === undefined) return;
    const now = this.#options.clock.monotonicMs();
    const resetAt = now + (notice.resetInMs ?? unknownResetMs);
    const latest = { limit: notice.limit, remaining: notice.remaining, resetAt };
    this.#latest = latest;
    const known = this.#window;
    if (known === undefined || now >= known.resetAt || resetAt > known.resetAt + sameWindowMs) {
      this.#window = latest;
    } else if (resetAt >= known.resetAt - sameWindowMs) {
      // Answers overtake each other: within one window the smallest number is the newest. An older window is over.
      this.#window = { ...known, limit: notice.limit, remaining: Math.min(known.remaining, notice.remaining) };
    }
  }

  #pump(): void {
    while (this.#queue.length > 0) {
      const now = this.#options.clock.monotonicMs();
      this.#expireWindow(now);
      const blockedUntil = this.#blockedUntil(now);
      if (blockedUntil !== undefined) {
        this.#waitUntil(blockedUntil, now);
        return;
      }
      if (this.#inFlight >= this.#slots()) return;
      this.#stopWaiting();
      this.#inFlight += 1;
      this.#queue.shift()?.settle({ granted: true });
    }
  }

  #expireWindow(now: number): void {
    const window = this.#window;
    if (window === undefined || now < window.resetAt) return;
    // Only an exhausted window was waited for; after it, others may be waiting at the gate too.
    if (window.remaining <= this.#inFlight) this.#probing = true;
    this.#window = undefined;
  }

  /** When the next request may start; undefined when no clock stands in its way. */
  #blockedUntil(now: number): number | undefined {
    if (now < this.#holdUntil) return this.#holdUntil;
    const window = this.#window;
    return window !== undefined && window.remaining <= 0 && this.#inFlight === 0 ? window.resetAt : undefined;
  }

  /** How many may be under way. Those that are may not be counted by the server yet, so they are taken off what is left. */
  #slots(): number {
    if (this.#probing) return 1;
    const { concurrency } = this.#options;
    if (this.#window === undefined) return concurrency;
    const { remaining } = this.#window;
    return Math.min(concurrency, remaining, Math.max(1, Math.ceil(remaining / requestsPerSlot)));
  }

  #waitUntil(until: number, now: number): void {
    const { clock, maxWaitMs } = this.#options;
    if (until - now > maxWaitMs) {
      const retryAtMs = this.#toWallClock(until);
      for (const waiter of this.#queue.splice(0)) waiter.settle({ granted: false, retryAtMs });
      this.#stopWaiting();
      return;
    }
    if (this.#wake !== undefined) return;
    const wake = new AbortController();
    this.#wake = wake;
    // Up to a second late, so that everyone waiting for the same window does not come at once.
    const waitMs = Math.ceil(until - now + clock.random() * 1000);
    const untilMs = clock.nowMs() + waitMs;
    this.#waiting = { kind: "rate-limit", reason: "rate limit", untilMs };
    this.#options.onWait?.("rate limit", untilMs);
    clock.sleep(waitMs, wake.signal).then(
      () => {
        this.#stopWaiting();
        this.#pump();
      },
      () => {
        // Stopped by #stopWaiting: nobody waits any more.
      },
    );
  }

  #stopWaiting(): void {
    this.#wake?.abort();
    this.#wake = undefined;
    this.#waiting = undefined;
  }

  #toWallClock(monotonic: number): number {
    const { clock } = this.#options;
    return Math.round(clock.nowMs() + monotonic - clock.monotonicMs());
  }
}
