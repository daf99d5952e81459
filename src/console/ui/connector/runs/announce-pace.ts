/** How often a live region may speak: a listener must not be talked over. Pure but for what it remembers. */

/** Between two phases that are read out, milliseconds. */
export const announceEveryMs = 5_000;

/** Tells how long to wait before the next word. */
export class AnnouncePace {
  #lastMs = Number.NEGATIVE_INFINITY;

  /** Milliseconds until something may be said again; 0 for now. */
  waitMs(nowMs: number): number {
    return Math.max(0, this.#lastMs + announceEveryMs - nowMs);
  }

  /** Notes that something was said. */
  said(nowMs: number): void {
    this.#lastMs = nowMs;
  }
}
