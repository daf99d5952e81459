/** Runs a program once as a process of its own and measures it from outside, so that nothing in it has to help. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { cpus } from "node:os";
import { text } from "node:stream/consumers";
import { cpuOfEndedChildren, peakMemoryOfTree } from "./process-tree.ts";

/** Memory grows in steps of tens of milliseconds; the last look is never older than this. */
const lookEveryMs = 10;

/** What one run took. */
export interface Measurement {
  /** From the start of the process to its end. */
  readonly wallMs: number;
  /** User and system time of the process and its children, seconds; undefined where the system does not tell. */
  readonly cpuSeconds: number | undefined;
  /** Sum of the peaks of all processes of the tree, bytes; undefined where the system does not tell. */
  readonly peakBytes: number | undefined;
  /**
   * Part of the machine's processor time that went to anything else meanwhile, 0 to 1: the server that is read from, this
   * benchmark, and anyone else who uses the machine. A tenth is the server's; with much more, times say little.
   */
  readonly othersShare: number | undefined;
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** What to run. */
export interface ProgramRun {
  readonly command: string;
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Exit codes that are no failure; default 0. */
  readonly exits?: readonly number[];
}

/**
 * Runs it to its end. No other child process may end meanwhile: processor time is counted per parent.
 * @throws Error with its output when it ends otherwise than it may.
 */
export async function measureProcess({ command, argv, env, exits = [0] }: ProgramRun): Promise<Measurement> {
  const cpuBefore = cpuOfEndedChildren();
  const busyBefore = busySeconds();
  const startedMs = performance.now();
  const child = spawn(command, argv, { env, stdio: ["ignore", "pipe", "pipe"] });
  const peaks = new Map<number, number>();
  const look = (): void => {
    if (child.pid !== undefined) for (const [pid, peak] of peakMemoryOfTree(child.pid)) peaks.set(pid, peak);
  };
  const timer = setInterval(look, lookEveryMs);
  const exit = once(child, "exit").then(([code]: unknown[]) => ({
    code: typeof code === "number" ? code : null,
    wallMs: performance.now() - startedMs,
  }));
  try {
    const [{ code, wallMs }, stdout, stderr] = await Promise.all([exit, text(child.stdout), text(child.stderr)]);
    if (code === null || !exits.includes(code)) {
      throw new Error(`${command} ${argv.join(" ")} ended with ${String(code)}:\n${stderr || stdout}`);
    }
    const cpuAfter = cpuOfEndedChildren();
    const cpuSeconds = cpuBefore === undefined || cpuAfter === undefined ? undefined : cpuAfter - cpuBefore;
    const peakBytes = peaks.size === 0 ? undefined : [...peaks.values()].reduce((sum, peak) => sum + peak);
    const others = cpuSeconds === undefined ? undefined : busySeconds() - busyBefore - cpuSeconds;
    const othersShare = others === undefined ? undefined : Math.max(0, others / ((wallMs / 1000) * cpus().length));
    return { wallMs, cpuSeconds, peakBytes, othersShare, code, stdout, stderr };
  } finally {
    clearInterval(timer);
  }
}

/** Processor time that the machine has spent on anything since it was started, seconds. */
function busySeconds(): number {
  const spent = cpus().map(({ times }) => times.user + times.nice + times.sys + times.irq);
  return spent.reduce((sum, ms) => sum + ms, 0) / 1000;
}
