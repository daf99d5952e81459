/** Counts requests per key in fixed windows and says so in headers (Cloudsmith API: rate limits). */
import type { Clock } from "../src/sdk/clock.ts";

/** How many requests in how long. */
export interface RateLimitOptions {
  /** Requests per window. */
  readonly limit: number;
  readonly windowSeconds: number;
}

/** High enough that nobody meets it who did not ask for a limit. */
export const defaultRateLimit: RateLimitOptions = { limit: 1_000_000, windowSeconds: 3600 };

/** Where a caller stands. */
export interface RateState {
  readonly limit: number;
  readonly remaining: number;
  /** Epoch seconds. */
  readonly reset: number;
  /** Seconds to wait between requests so as to use the budget evenly. */
  readonly interval: number;
  readonly throttled: boolean;
}

interface Window {
  readonly endsMs: number;
  used: number;
}

/** Budgets of all callers. A window starts with a caller's first request. */
export class RateLimiter {
  readonly #options: RateLimitOptions;
  readonly #clock: Pick<Clock, "nowMs">;
  readonly #windows = new Map<string, Window>();

  constructor(options: RateLimitOptions, clock: Pick<Clock, "nowMs">) {
    this.#options = options;
    this.#clock = clock;
  }

  /** Takes `count` requests from the caller's budget. */
  spend(caller: string, count = 1): RateState {
    const window = this.#window(caller);
    window.used += count;
    return this.#state(window);
  }

  #window(caller: string): Window {
    const nowMs = this.#clock.nowMs();
    const current = this.#windows.get(caller);
    if (current && nowMs < current.endsMs) return current;
    const fresh = { endsMs: nowMs + this.#options.windowSeconds * 1000, used: 0 };
    this.#windows.set(caller, fresh);
    return fresh;
  }

  #state(window: Window): RateState {
    const { limit } = this.#options;
    const secondsLeft = Math.max(0, (window.endsMs - this.#clock.nowMs()) / 1000);
    const remaining = Math.max(0, limit - window.used);
    return {
      limit,
      remaining,
      reset: Math.ceil(window.endsMs / 1000),
      interval: secondsLeft / Math.max(1, remaining),
      throttled: window.used > limit,
    };
  }
}

/** The four headers that every answer carries. */
export function rateHeaders(state: RateState): Record<string, string> {
  return {
    "X-RateLimit-Limit": String(state.limit),
    "X-RateLimit-Remaining": String(state.remaining),
    "X-RateLimit-Reset": String(state.reset),
    "X-RateLimit-Interval": state.interval.toFixed(4),
  };
}
