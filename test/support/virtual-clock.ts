/** A clock for tests that talk over real sockets: nobody really sleeps, and time jumps to the next one due. */
import type { Clock } from "../../src/sdk/clock.ts";

interface Sleeper {
  readonly dueMs: number;
  readonly wake: () => void;
}

/**
 * Time stands still until somebody sleeps. Then, once the event loop has had some turns, it jumps to the earliest
 * sleeper. `random` is always 0 unless set.
 */
export class VirtualClock implements Clock {
  /** Every sleep asked for, milliseconds, in order. */
  readonly sleeps: number[] = [];
  /** What chance gives. */
  chance = 0;
  readonly #startMs: number;
  readonly #sleepers = new Set<Sleeper>();
  #elapsedMs = 0;
  #scheduled: boolean = false;

  /** @param startMs wall clock at the start, epoch milliseconds; default 2026-01-02T03:04:05Z */
  constructor(startMs = Date.UTC(2026, 0, 2, 3, 4, 5)) {
    this.#startMs = startMs;
  }

  nowMs(): number {
    return this.#startMs + this.#elapsedMs;
  }

  monotonicMs(): number {
    return this.#elapsedMs;
  }

  random(): number {
    return this.chance;
  }

  /** Lets time pass without anybody waiting for it. */
  advance(ms: number): void {
    this.#elapsedMs += ms;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    this.sleeps.push(ms);
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    if (signal?.aborted) {
      reject(signal.reason);
      return promise;
    }
    const onAbort = (): void => {
      this.#sleepers.delete(sleeper);
      reject(signal?.reason);
    };
    const sleeper: Sleeper = {
      dueMs: this.#elapsedMs + ms,
      wake: () => {
        signal?.removeEventListener("abort", onAbort);
        resolve();
      },
    };
    signal?.addEventListener("abort", onAbort, { once: true });
    this.#sleepers.add(sleeper);
    this.#schedule();
    return promise;
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    // A few milliseconds of real time let loopback answers arrive, so that time does not run away from them.
    setTimeout(() => {
      this.#scheduled = false;
      this.#wakeNext();
      if (this.#sleepers.size > 0) this.#schedule();
    }, 5);
  }

  #wakeNext(): void {
    const dueMs = Math.min(...[...this.#sleepers].map((sleeper) => sleeper.dueMs));
    if (!Number.isFinite(dueMs)) return;
    this.#elapsedMs = Math.max(this.#elapsedMs, dueMs);
    for (const sleeper of [...this.#sleepers]) {
      if (sleeper.dueMs > this.#elapsedMs) continue;
      this.#sleepers.delete(sleeper);
      sleeper.wake();
    }
  }
}
