/** The outside world that tests replace: time, waiting and chance. */
import { setTimeout as delay } from "node:timers/promises";

/** Time, waiting and chance, injected so that tests neither sleep nor guess. */
export interface Clock {
  /** Wall clock, milliseconds since the Unix epoch. */
  nowMs(): number;
  /** Never goes backwards; milliseconds from an arbitrary start. For durations. */
  monotonicMs(): number;
  /** Resolves after `ms` milliseconds; rejects with the signal's reason when it aborts. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
  /** A number in [0, 1), for jitter. */
  random(): number;
}

/** The real clock. */
export const systemClock: Clock = {
  nowMs: () => Date.now(),
  monotonicMs: () => performance.now(),
  async sleep(ms, signal) {
    try {
      await delay(ms, undefined, signal ? { signal } : {});
    } catch (caught) {
      // Node rejects with an error of its own.
      signal?.throwIfAborted();
      throw caught;
    }
  },
  random: () => Math.random(),
};
