/** Repeats a connector call that failed for a passing reason (Go SDK: Unavailable and DeadlineExceeded, n times 1 s, at most 60 s). */
import type { Clock } from "../clock.ts";
import { type BatonError, isRetryable, toBatonError } from "../errors.ts";
import type { Logger } from "../log.ts";

const stepMs = 1_000;
const maxWaitMs = 60_000;

/** What {@link retrying} needs. */
export interface RetryOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly signal: AbortSignal;
  /** Attempts after the first before the error stands. */
  readonly maxRetries: number;
}

/** Runs `call` until it succeeds, fails for good, or `maxRetries` is used up. Attempts are counted per call. */
export async function retrying<T>(options: RetryOptions, call: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    options.signal.throwIfAborted();
    try {
      return await call();
    } catch (caught) {
      options.signal.throwIfAborted();
      const error = toBatonError(caught);
      if (!isRetryable(error) || attempt > options.maxRetries) throw caught;
      const waitMs = retryWaitMs(error, attempt, options.clock.nowMs());
      options.logger.warn("retrying operation", { error: error.message, code: error.code, wait: waitMs / 1000 });
      await options.clock.sleep(waitMs, options.signal);
    }
  }
}

/** How long to wait before attempt `attempt` + 1: until the server's own time if it gave one, else linear; at most 60 s. */
export function retryWaitMs(error: BatonError, attempt: number, nowMs: number): number {
  const waitMs = error.retryAtMs !== undefined && error.retryAtMs > nowMs ? error.retryAtMs - nowMs : attempt * stepMs;
  return Math.min(waitMs, maxWaitMs);
}
