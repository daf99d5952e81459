/** A small block at the bottom of the terminal that is redrawn in place, at most ten times a second. */
import type { Clock } from "../clock.ts";
import type { SyncProgress } from "../sync/events.ts";
import type { OutputStream } from "./cli-io.ts";
import { progressLines } from "./progress-view.ts";

const shortestPauseMs = 100;
/** So that elapsed and waiting times move on while nothing else does. */
const tickMs = 500;

/** What a display is made of. */
export interface ProgressDisplayOptions {
  readonly stderr: OutputStream;
  readonly clock: Clock;
  readonly color: boolean;
  /** What is being synced. */
  readonly title: string;
}

/** The display of one run. It ticks until it is ended. */
export class ProgressDisplay {
  readonly #options: ProgressDisplayOptions;
  readonly #timer: NodeJS.Timeout;
  #latest: { readonly progress: SyncProgress; readonly atMs: number } | undefined;
  #note: string | undefined;
  #drawnLines = 0;
  #drawnAtMs = Number.NEGATIVE_INFINITY;

  constructor(options: ProgressDisplayOptions) {
    this.#options = options;
    this.#timer = setInterval(() => this.#draw(), tickMs);
    this.#timer.unref();
  }

  /** Takes the newest progress; draws it unless the last drawing is too fresh. */
  show(progress: SyncProgress): void {
    const nowMs = this.#options.clock.monotonicMs();
    this.#latest = { progress, atMs: nowMs };
    if (nowMs - this.#drawnAtMs >= shortestPauseMs) this.#draw();
  }

  /** Adds a line for the reader and draws at once. */
  note(text: string): void {
    this.#note = text;
    this.#draw();
  }

  /** Writes something else above the block. */
  around(write: () => void): void {
    this.#erase();
    write();
    this.#draw();
  }

  /** Takes the block away. */
  end(): void {
    clearInterval(this.#timer);
    this.#erase();
    this.#latest = undefined;
  }

  #draw(): void {
    if (!this.#latest) return;
    const { stderr, clock, color, title } = this.#options;
    const { progress, atMs } = this.#latest;
    const monotonicMs = clock.monotonicMs();
    const lines = progressLines(
      { ...progress, elapsedMs: progress.elapsedMs + monotonicMs - atMs },
      { title, columns: stderr.columns, color, nowMs: clock.nowMs(), note: this.#note },
    );
    stderr.write(`${this.#eraseSequence()}${lines.join("\n")}\n`);
    this.#drawnLines = lines.length;
    this.#drawnAtMs = monotonicMs;
  }

  #erase(): void {
    if (this.#drawnLines > 0) this.#options.stderr.write(this.#eraseSequence());
    this.#drawnLines = 0;
  }

  /** Up to the block's first line, then clear to the end of the screen. */
  #eraseSequence(): string {
    return this.#drawnLines > 0 ? `\u001b[${this.#drawnLines}A\u001b[0J` : "";
  }
}
