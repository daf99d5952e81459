/**
 * Which process left something on disk, and whether it still runs. A process id alone does not say: ids are used
 * again, containers all begin at 1, and a restarted machine counts anew. One that cannot be seen from here, such as one in
 * another container, holds a lock on a file of its own as long as it lives, which the kernel gives back however it ends.
 * SQLite brings the lock (fcntl). It counts for processes of one kernel only. Knows nothing of scratch space.
 */
import { closeSync, openSync, readFileSync, readlinkSync, rmSync, statSync, utimesSync } from "node:fs";
import { hostname, uptime } from "node:os";
import { DatabaseSync } from "node:sqlite";
import { isJsonObject } from "../../json-object.ts";
import { isSqliteError } from "./file-errors.ts";

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
function runsOnThisKernel({ boot }: ProcessIdentity, self: ProcessIdentity = thisProcess()): boolean {
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
  if (!isJsonObject(value)) return undefined;
  const text = (name: string): string | undefined => (typeof value[name] === "string" ? value[name] : undefined);
  const { pid } = value;
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

/** SQLite: primary result codes. */
const busy = 5;
const notDatabase = 26;

/** A mark that this process holds. */
export interface LiveMark {
  /** Sets its time to now; never throws. */
  touch(): void;
  /** Gives it back and removes it; never throws. */
  release(): void;
}

/** Makes the file `path`, which must not exist, and holds it; undefined where the file system knows no locks. */
export function holdMark(path: string): LiveMark | undefined {
  let mark: DatabaseSync | undefined;
  try {
    closeSync(openSync(path, "wx", 0o600));
    mark = new DatabaseSync(path);
    mark.exec("pragma journal_mode = memory; begin exclusive");
    const held = mark;
    return { touch: () => touch(path), release: () => giveBack(held, path) };
  } catch {
    // Nobody can then tell from it; time decides, as between machines.
    if (mark) giveBack(mark, path);
    return undefined;
  }
}

/**
 * What is known of a process: what can be seen of it, or else what its mark tells.
 * @param mark path of its mark; undefined when it has none.
 */
export function livenessByMark(owner: ProcessIdentity, mark: string | undefined): Liveness {
  const seen = livenessOf(owner);
  if (seen !== "unknown" || mark === undefined || !runsOnThisKernel(owner)) return seen;
  return isHeld(mark);
}

/** True for a mark whose process lives, this one's own among them. */
export function isHeldMark(path: string): boolean {
  return isHeld(path) === "alive";
}

function isHeld(path: string): Liveness {
  let mark: DatabaseSync | undefined;
  try {
    // Removed after everything that names it.
    if (!statSync(path, { throwIfNoEntry: false })) return "dead";
    mark = new DatabaseSync(path, { readOnly: true });
    mark.exec("select 1 from sqlite_master");
    return "dead";
  } catch (caught) {
    if (!isSqliteError(caught)) return "unknown";
    const code = caught.errcode & 0xff;
    if (code === busy) return "alive";
    return code === notDatabase ? "dead" : "unknown";
  } finally {
    mark?.close();
  }
}

/** Sets the time of a file to now, by which others see that its process lives; never throws. */
export function touch(path: string): void {
  try {
    const now = new Date();
    utimesSync(path, now, now);
  } catch {
    // Somebody removed it: it says nothing then, and what needs it finds that out.
  }
}

function giveBack(mark: DatabaseSync, path: string): void {
  try {
    mark.close();
  } catch {
    // Closed already.
  }
  try {
    rmSync(path, { force: true });
  } catch {
    // An unheld mark that stays tells that its process is gone.
  }
}
