/** Waiting in tests for what happens elsewhere: another process, a server, a service in this process. */
import { setTimeout as delay, setImmediate } from "node:timers/promises";

/** Less than a test may take: who waits in vain says so, and leaves nothing that waits on. */
const mostMs = 150_000;

/** How to wait. */
export interface WaitOptions {
  /** What is waited for, in words; said when it does not come. */
  readonly what: string | (() => string);
  /** Pause between two looks, milliseconds; default 20. 0 looks again with the next turn of the event loop. */
  readonly everyMs?: number;
}

/**
 * Waits until `condition` holds.
 * @throws Error after 150 s in which it did not.
 */
export async function eventually(condition: () => boolean, { what, everyMs = 20 }: WaitOptions): Promise<void> {
  const endMs = performance.now() + mostMs;
  while (!condition()) {
    if (performance.now() > endMs) {
      throw new Error(`waited ${mostMs / 1000} s in vain: ${typeof what === "string" ? what : what()}`);
    }
    await (everyMs === 0 ? setImmediate() : delay(everyMs));
  }
}
