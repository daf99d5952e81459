/** What one call of a client went through so far. Decides nothing. */
import type { Clock } from "../clock.ts";
import type { HttpFailure } from "./http-failure.ts";
import type { RetryState } from "./retry-timing.ts";

/** The history of one call. */
export class Call {
  readonly #clock: Clock;
  readonly #startedAt: number;
  /** How often its client had been closed when it began. */
  readonly closes: number;
  /** Times it was sent. */
  attempts = 0;
  /** Answers of 429. */
  rateLimited = 0;
  rateLimitWaitedMs = 0;
  /** Time in which others or the rate limit were waited for, or room for the answer. */
  gateMs = 0;
  #failures = 0;
  #staleConnections = 0;

  constructor(clock: Clock, closes: number) {
    this.#clock = clock;
    this.closes = closes;
    this.#startedAt = clock.monotonicMs();
  }

  /** Milliseconds since it began, without the time spent at the gate. */
  elapsedMs(): number {
    return this.#clock.monotonicMs() - this.#startedAt - this.gateMs;
  }

  /** Counts a failure. */
  count(failure: HttpFailure): void {
    if (isRateLimited(failure)) {
      this.rateLimited += 1;
      return;
    }
    this.#failures += 1;
    if (failure.kind === "network" && failure.staleConnection) this.#staleConnections += 1;
  }

  /** For who decides whether it is sent again. */
  state(hostReached: boolean): RetryState {
    return {
      rateLimited: this.rateLimited,
      failures: this.#failures,
      staleConnections: this.#staleConnections,
      elapsedMs: this.elapsedMs(),
      rateLimitWaitedMs: this.rateLimitWaitedMs,
      hostReached,
    };
  }
}

/** True for a 429. */
export function isRateLimited(failure: HttpFailure): boolean {
  return failure.kind === "status" && failure.status === 429;
}
