/**
 * Which process left something on disk, and whether it still runs. A process id alone does not say: ids are used
 * again, containers all begin at 1, and a restarted machine counts anew. Knows nothing of locks and scratch space.
 */
import { readFileSync, readlinkSync } from "node:fs";
import { hostname, uptime } from "node:os";

/** A process, told from every other by what the system says of it. "" where the system does not say. */
export interface ProcessIdentity {
  readonly pid: number;
  readonly host: string;
  /** Linux: id of the running kernel's start. Elsewhere: `up:` and the second since the epoch at which it started. */
  readonly boot: string;
  /** Linux: start of the process in clock ticks since the boot. */
  readonly started: string;
  /** Linux: the namespace that `pid` counts in. */
  readonly pidNamespace: string;
}

/** What is known of a process; `unknown` when it runs, if at all, where this one cannot look. */
export type Liveness = "alive" | "dead" | "unknown";

/** Who this process is. */
export function thisProcess(): ProcessIdentity {
  return {
    pid: process.pid,
    host: hostname(),
    boot: bootId(),
    started: startOf("self"),
    pidNamespace: orEmpty(() => readlinkSync("/proc/self/ns/pid")),
  };
}

/** Says whether the process still runs, by what can be seen from here. */
export function livenessOf(other: ProcessIdentity, self: ProcessIdentity = thisProcess()): Liveness {
  const sameKernel = runsOnThisKernel(other, self);
  if (other.host !== self.host && !sameKernel) return "unknown";
  if (isKernelId(other.boot) && isKernelId(self.boot) && !sameKernel) return "dead";
  if (other.pidNamespace !== self.pidNamespace) return "unknown";
  if (!exists(other.pid)) return "dead";
  const started = startOf(String(other.pid));
  return other.started !== "" && started !== "" && started !== other.started ? "dead" : "alive";
}

/** True when both run on one kernel, whatever containers they are in. */
export function runsOnThisKernel({ boot }: ProcessIdentity, self: ProcessIdentity = thisProcess()): boolean {
  return isKernelId(boot) && boot === self.boot;
}

/** True when the machine has not been restarted in between; what was written without syncing is then still whole. */
export function sameBoot(a: ProcessIdentity, b: ProcessIdentity): boolean {
  if (isKernelId(a.boot) || isKernelId(b.boot)) return a.boot === b.boot;
  const [x, y] = [a, b].map(({ boot }) => Number(boot.slice(bootPrefix.length)));
  return x !== undefined && y !== undefined && Math.abs(x - y) < bootToleranceSeconds;
}

/** Reads an identity out of parsed JSON; undefined when it is none. */
export function parseIdentity(value: unknown): ProcessIdentity | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const found = value as Readonly<Record<string, unknown>>; // an object; its fields are checked below
  const text = (name: string): string | undefined => (typeof found[name] === "string" ? found[name] : undefined);
  const { pid } = found;
  const [host, boot, started, pidNamespace] = ["host", "boot", "started", "pidNamespace"].map(text);
  if (typeof pid !== "number" || !Number.isInteger(pid) || pid < 1) return undefined;
  if (host === undefined || boot === undefined || started === undefined || pidNamespace === undefined) return undefined;
  return { pid, host, boot, started, pidNamespace };
}

const bootPrefix = "up:";
/** The clock may be set, and the uptime is rounded. */
const bootToleranceSeconds = 30;

function bootId(): string {
  const kernel = orEmpty(() => readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim());
  return kernel || `${bootPrefix}${Math.round(Date.now() / 1000 - uptime())}`;
}

function isKernelId(boot: string): boolean {
  return boot !== "" && !boot.startsWith(bootPrefix);
}

/** proc(5): field 22 of stat; the second field is in parentheses and may hold anything. */
const startField = 22 - 3;

function startOf(pid: string): string {
  const stat = orEmpty(() => readFileSync(`/proc/${pid}/stat`, "utf8"));
  return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[startField] ?? "";
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (caught) {
    // Anything but "no such process" means that there is one.
    return !(caught instanceof Error && "code" in caught && caught.code === "ESRCH");
  }
}

function orEmpty(read: () => string): string {
  try {
    return read();
  } catch {
    // Not Linux, or hidden from this process.
    return "";
  }
}
