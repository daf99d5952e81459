/**
 * Loaded into the program by a test: tells the parent, whenever it asks, what the process holds after everything that
 * can be collected has been.
 */
import { readdirSync } from "node:fs";
import { setImmediate } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

/** What a process holds. */
export interface Holdings {
  /** JavaScript heap in use, and what buffers hold beside it. */
  readonly heapBytes: number;
  /** Everything that the system counts for the process. */
  readonly rssBytes: number;
  /** Open files, sockets and pipes; 0 where the system does not say. */
  readonly descriptors: number;
  /** Kinds of what keeps the process going. */
  readonly resources: readonly string[];
}

setFlagsFromString("--expose-gc");
const collect: () => void = runInNewContext("gc");

async function holdings(): Promise<Holdings> {
  for (let round = 0; round < 4; round++) {
    collect();
    // Finalizers and handles that close need a turn of the loop.
    await setImmediate();
  }
  const { heapUsed, external, rss } = process.memoryUsage();
  return {
    heapBytes: heapUsed + external,
    rssBytes: rss,
    descriptors: process.platform === "linux" ? readdirSync("/proc/self/fd").length : 0,
    resources: process.getActiveResourcesInfo(),
  };
}

process.on("message", () => {
  void holdings().then((answer) => process.send?.(answer));
});
// The program ends when it is done, not when nobody asks any more.
process.channel?.unref();
