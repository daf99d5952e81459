/** Work that is done over and over by itself. Knows nothing of the work. */
import type { Clock } from "../sdk/clock.ts";

/** Does `work` at once, and again after each pause. @param everyMs milliseconds. @returns ends it, once it rests. */
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
    work();
    try {
      await clock.sleep(everyMs, signal);
    } catch {
      // Ended.
    }
  }
}
