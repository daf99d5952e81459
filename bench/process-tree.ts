/**
 * What the system knows of a process and its descendants (Linux: proc(5)). Knows nothing of what they do. On systems
 * without /proc everything is undefined.
 */
import { readdirSync, readFileSync } from "node:fs";

/** Linux: ticks of a second in /proc/PID/stat on every architecture that Node runs on. */
const ticksPerSecond = 100;

/** Peak memory of one process by its id, in bytes; empty when there is no such process. */
export function peakMemoryOfTree(root: number): ReadonlyMap<number, number> {
  const peaks = new Map<number, number>();
  const queue = [root];
  for (const pid of queue) {
    const peak = peakMemory(pid);
    if (peak === undefined) continue;
    peaks.set(pid, peak);
    queue.push(...childrenOf(pid));
  }
  return peaks;
}

function peakMemory(pid: number): number | undefined {
  const [, kibibytes] = /^VmHWM:\s+(\d+) kB$/m.exec(read(`/proc/${pid}/status`)) ?? [];
  return kibibytes === undefined ? undefined : Number(kibibytes) * 1024;
}

/** Memory that one process and its descendants hold now, together, in bytes; pages that they share count once. */
export function heldMemoryOfTree(root: number): number {
  let held = 0;
  const queue = [root];
  for (const pid of queue) {
    const [, kibibytes] = /^Pss:\s+(\d+) kB$/m.exec(read(`/proc/${pid}/smaps_rollup`)) ?? [];
    held += Number(kibibytes ?? 0) * 1024;
    queue.push(...childrenOf(pid));
  }
  return held;
}

/** Processor time, user and system, in seconds, of one process so far, in steps of 10 ms; NaN when there is none. */
export function cpuOfProcess(pid: number): number {
  const stat = read(`/proc/${pid}/stat`);
  // The name, in brackets, may hold spaces; utime and stime are the 12th and 13th field behind it.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
}

/** Children may have been forked by any thread. */
function childrenOf(pid: number): number[] {
  try {
    return readdirSync(`/proc/${pid}/task`).flatMap((thread) =>
      [...read(`/proc/${pid}/task/${thread}/children`).matchAll(/\d+/g)].map(Number),
    );
  } catch {
    return []; // It has ended.
  }
}

/**
 * Processor time, user and system, in seconds, of all children that this process has waited for, and of theirs.
 * In steps of 10 ms.
 */
export function cpuOfEndedChildren(): number | undefined {
  const stat = read("/proc/self/stat");
  // The name, in brackets, may hold spaces; cutime and cstime are the 14th and 15th field behind it.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const ticks = Number(fields[13]) + Number(fields[14]);
  return Number.isFinite(ticks) ? ticks / ticksPerSecond : undefined;
}

function read(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
