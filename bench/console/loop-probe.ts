/**
 * Loaded into the console's own process, before the program: how long its event loop stood still at most, on the clock and
 * in processor time. Written to the file that the environment names, once a second, for the bench that started it.
 */
import { writeFileSync } from "node:fs";

/** Names the file; the variable is inherited by processes that the console starts, which are none of it. */
export const probeVariable = "CONSOLE_BENCH_PROBE";

/** The longest turn of the event loop since the last look of the bench, milliseconds. */
export interface LongestTurn {
  readonly clockMs: number;
  readonly processorMs: number;
}

const path = process.env[probeVariable];
if (path !== undefined && process.argv[2] === "console") watch(path);

/** A turn runs its timers once: between two runs of this one lies all that was done in a turn. */
function watch(file: string): void {
  let [clockMs, processorMs] = [0, 0];
  let [atMs, before] = [performance.now(), process.threadCpuUsage()];
  const every = setInterval(() => {
    const { user, system } = process.threadCpuUsage(before);
    clockMs = Math.max(clockMs, performance.now() - atMs);
    processorMs = Math.max(processorMs, (user + system) / 1000);
    [atMs, before] = [performance.now(), process.threadCpuUsage()];
  }, 1);
  every.unref();
  process.on("SIGUSR2", () => {
    writeFileSync(file, JSON.stringify({ clockMs, processorMs } satisfies LongestTurn));
    [clockMs, processorMs] = [0, 0];
    [atMs, before] = [performance.now(), process.threadCpuUsage()];
  });
}
