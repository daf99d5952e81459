/**
 * Keeps V8's young generation small. V8 lets it grow to 128 MB as long as a program makes garbage, and gives little of it
 * back, although a sync needs an eighth of that. Its size can only be set when the process starts, by a flag that nobody
 * would give; how far it grows is asked anew each time (docs/performance.md). Knows nothing of what the program does.
 */
import { PerformanceObserver } from "node:perf_hooks";
import { getHeapSpaceStatistics, setFlagsFromString } from "node:v8";

/** V8: without growth it stays as it is; the factor of 2 is V8's own choice. */
const growthFactor = { on: 2, off: 1 } as const;

/**
 * Two halves of 8 MiB. Measured with 100,000 members: V8's own 2 x 64 MiB take 330 MB in all, these 215; half of it lets
 * so much live on that the old generation grows instead.
 */
const youngBytes = 16 * 1024 * 1024;

let isBounded: boolean = false;

/**
 * Lets the young generation grow to `mostBytes` and no further. Looks after each collection, as V8 may shrink it while
 * the program rests, and it must then grow again. On a V8 that knows no such flag nothing happens.
 */
export function boundYoungGeneration(mostBytes: number = youngBytes): void {
  // The heap is the process's: one observer sees it all, however many runs the process makes.
  if (isBounded) return;
  isBounded = true;
  restoreAtEnd();
  let growing = true;
  const observer = new PerformanceObserver(() => {
    const space = getHeapSpaceStatistics().find(({ space_name }) => space_name === "new_space");
    const mayGrow = (space?.space_size ?? 0) * growthFactor.on <= mostBytes;
    if (mayGrow === growing) return;
    growing = mayGrow;
    setFlagsFromString(`--semi-space-growth-factor=${mayGrow ? growthFactor.on : growthFactor.off}`);
  });
  observer.observe({ entryTypes: ["gc"] });
}

/**
 * Lets the whole heap grow by a quarter before it is cleared up, where V8 would let it double: for a process that runs for
 * days beside others and holds much. It costs a fifth more processor time, and takes a fifth less memory.
 */
export function keepHeapSmall(): void {
  boundYoungGeneration();
  setFlagsFromString("--heap-growing-percent=25");
}

/** Code is kept for the next start when the process ends (bin/start-program.cjs): V8 takes it with its usual flags only. */
function restoreAtEnd(): void {
  process.prependOnceListener("exit", () => {
    setFlagsFromString(`--semi-space-growth-factor=${growthFactor.on}`);
    setFlagsFromString("--heap-growing-percent=0");
  });
}
