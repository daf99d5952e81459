/**
 * How single things are asked for: what is missing again before it is believed gone, as some servers deny for a while what
 * belongs to something new; and only so many in one sync. Knows no API.
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
    const leftMs = patienceMs - (clock.monotonicMs() - startedAt);
    if (leftMs <= 0) return "withheld";
    await clock.sleep(Math.min(waitMs, leftMs), signal);
  }
}

/** Questions that a sync may ask about single things, and how many more for each page that it reads. */
const allowed = 500;
const allowedPerPage = 2;

/**
 * The questions about single things that are left to one sync: a server decides how many there could be, and asking for
 * each must not take more than reading everything.
 */
export class AskingBudget {
  #left = allowed;

  /** A page of a list was read. */
  pageRead(): void {
    this.#left += allowedPerPage;
  }

  /** True when so many may be asked yet. */
  mayAsk(count: number): boolean {
    return count <= this.#left;
  }

  /** One is asked, allowed or not. */
  spend(): void {
    this.#left--;
  }
}
