/**
 * A missing thing is asked about before it is believed gone: some servers deny for a while what belongs to something new.
 * Knows no API.
 */
import type { Clock } from "../clock.ts";
import { Status, toBatonError } from "../errors.ts";

/** How long is waited, and with what. */
export interface AskWhileThereOptions {
  readonly clock: Pick<Clock, "monotonicMs" | "sleep">;
  readonly signal: AbortSignal;
  /** Milliseconds in all; default a minute. */
  readonly patienceMs?: number;
}

const firstWaitMs = 2_000;

/**
 * The answer of `ask`. While that is NotFound and what it belongs to `isThere`, it is asked again, twice as late each time.
 * @returns `gone` when what it belongs to is not there, `withheld` when it is and patience is over.
 */
export async function askWhileThere<T extends object>(
  ask: () => Promise<T>,
  isThere: () => Promise<boolean>,
  { clock, signal, patienceMs = 60_000 }: AskWhileThereOptions,
): Promise<T | "gone" | "withheld"> {
  const startedAt = clock.monotonicMs();
  for (let waitMs = firstWaitMs; ; waitMs *= 2) {
    try {
      return await ask();
    } catch (caught) {
      if (toBatonError(caught).status !== Status.notFound) throw caught;
    }
    if (!(await isThere())) return "gone";
    if (clock.monotonicMs() - startedAt + waitMs > patienceMs) return "withheld";
    await clock.sleep(waitMs, signal);
  }
}
