/** Work that is done over and over by itself. Knows nothing of the work. */
import type { Clock } from "../sdk/clock.ts";

/**
 * Does `work` at once, and again after each pause; what fails once is left to the next time.
 * @param everyMs milliseconds.
 * @returns ends it, once it rests.
 */
export function repeat(clock: Clock, everyMs: number, work: () => void): () => Promise<void> {
  const stop = new AbortController();
  const done = repeated(clock, everyMs, work, stop.signal);
  return async () => {
    stop.abort();
    await done;
  };
}

async function repeated(clock: Clock, everyMs: number, work: () => void, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    try {
      work();
    } catch {
      // A full disk, or a store that is locked for a moment: the console goes on without it, and says so where it is used.
    }
    try {
      await clock.sleep(everyMs, signal);
    } catch {
      // Ended.
    }
  }
}
