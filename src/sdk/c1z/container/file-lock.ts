/**
 * One run at a time on a file: `FILE.lock` beside it says who writes. A lock whose process is gone is taken over at once;
 * one of another machine, of which that cannot be told, once it was not renewed for two minutes. Knows nothing of what
 * the file is.
 */
import { randomBytes } from "node:crypto";
import {
  closeSync,
  linkSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  unlinkSync,
  utimesSync,
  writeSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import type { Clock } from "../../clock.ts";
import { BatonError, errnoOf, Status } from "../../errors.ts";
import { fileError } from "./file-errors.ts";
import { holdMark, type LiveMark, livenessByMark } from "./live-mark.ts";
import { type Liveness, type ProcessIdentity, parseIdentity, thisProcess } from "./process-identity.ts";
import { temporaryName } from "./temporary-files.ts";

/** A lock that this process holds. */
export interface FileLock {
  /** Who had it before and was waited for, in words; undefined when it was free. */
  readonly waitedFor: string | undefined;
  /**
   * Makes sure that the lock is still held, taking it again when somebody deleted it.
   * @throws BatonError `FILE-BUSY` when another process took it over.
   */
  verify(): void;
  /** Gives it back; never throws. It is also given back when the process exits, unless it is killed. */
  release(): void;
}

const renewEveryMs = 10_000;
const expiresAfterMs = 120_000;
/** A lock from the future says nothing of its age: it has expired when three renewals did not come. */
const silentAfterMs = 3 * renewEveryMs;
/** Clocks of machines differ by so much without anybody noticing. */
const clockToleranceMs = 10_000;
/** A lock is written right after it is created; one that still says nothing after this long was never finished. */
const writeGraceMs = 1000;
const askAgainMs = 1000;
const attempts = 5;

/** How long to wait for a lock, milliseconds. */
export interface LockWait {
  /** For one whose process is seen to live: it may take any time, and may be told to end. */
  readonly livingMs: number;
  /** For one of which that cannot be told, such as of another machine; two minutes without a renewal free it. */
  readonly unseenMs: number;
}

/** How to lock. */
export interface LockOptions {
  readonly clock: Clock;
  /** Default: no waiting. */
  readonly wait?: LockWait;
  /** Ends the waiting; its reason is thrown. */
  readonly signal?: AbortSignal | undefined;
  /** Told once, when the waiting begins, who is waited for and how long at most, milliseconds. */
  onWait?(holder: string, waitMs: number): void;
}

/**
 * Locks `target`, a path without symbolic links.
 * @throws BatonError `FILE-BUSY`, naming the process, when it still has the lock after the wait; what the system refused.
 */
export async function lockFile(target: string, options: LockOptions): Promise<FileLock> {
  const path = `${target}.lock`;
  const mark = newMark(path);
  const text = lockText(options.clock, mark);
  try {
    const waitedFor = await take(target, text, options);
    return new HeldLock({ path, target, text, mark, waitedFor });
  } catch (caught) {
    mark?.held.release();
    throw caught;
  }
}

/** Creates the lock, after those of the dead are out of the way. @returns who was waited for. */
async function take(target: string, text: string, options: LockOptions): Promise<string | undefined> {
  const { clock, wait, signal } = options;
  const path = `${target}.lock`;
  const begunMs = clock.monotonicMs();
  const watch = new Watch(clock);
  let waitedFor: string | undefined;
  for (let attempt = 0; attempt < attempts; attempt++) {
    if (create(path, target, text)) return waitedFor;
    const found = await readSettled(path, clock);
    if (found === undefined) continue;
    const holder = parseHolder(found.text);
    const liveness = holder ? livenessOfHolder(holder, path) : "dead";
    if (!isHeld(liveness, found.renewedMs, watch.unchangedMs(found))) {
      putAside(path, found.text);
      continue;
    }
    const waitMs = (liveness === "alive" ? wait?.livingMs : wait?.unseenMs) ?? 0;
    const leftMs = waitMs - (clock.monotonicMs() - begunMs);
    if (leftMs <= 0 || isOurs(found.text)) throw busy(target, path, holder);
    if (waitedFor === undefined) options.onWait?.(describe(holder), waitMs);
    waitedFor = describe(holder);
    await clock.sleep(Math.min(askAgainMs, leftMs), signal);
    attempt = -1;
  }
  throw busy(target, path, undefined);
}

/** Since when a lock was not renewed, as seen from here: no clock of another machine has a part in it. */
class Watch {
  readonly #clock: Clock;
  #seen = "";
  #sinceMs = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  unchangedMs({ text, renewedMs }: Found): number {
    const seen = `${renewedMs} ${text}`;
    const nowMs = this.#clock.monotonicMs();
    if (seen !== this.#seen) [this.#seen, this.#sinceMs] = [seen, nowMs];
    return nowMs - this.#sinceMs;
  }
}

interface Mark {
  /** Of the file beside the lock. */
  readonly name: string;
  readonly held: LiveMark;
}

function newMark(path: string): Mark | undefined {
  const mark = temporaryName(path);
  const held = holdMark(mark);
  return held && { name: basename(mark), held };
}

/**
 * Who has the lock of `target`; undefined when there is none. Never waits, and takes nothing.
 * @throws BatonError with a FILE- code when it cannot be read.
 */
export function readLockHolder(target: string): { readonly isHeld: boolean; readonly description: string } | undefined {
  const found = readLock(`${target}.lock`);
  if (found === undefined) return undefined;
  const holder = parseHolder(found.text);
  const held = holder !== undefined && isHeld(livenessOfHolder(holder, `${target}.lock`), found.renewedMs, 0);
  return { isHeld: held, description: describe(holder) };
}

interface Holder extends ProcessIdentity {
  /** ISO 8601, UTC. */
  readonly since: string;
  /** Name of its mark beside the lock; locks of older versions have none. */
  readonly mark: string | undefined;
}

function lockText(clock: Clock, mark: Mark | undefined): string {
  const since = new Date(clock.nowMs()).toISOString();
  // The token tells two locks of one process apart.
  const holder = { ...thisProcess(), since, token: randomBytes(8).toString("hex"), ...(mark && { mark: mark.name }) };
  return `${JSON.stringify(holder)}\n`;
}

function parseHolder(text: string): Holder | undefined {
  try {
    const value: unknown = JSON.parse(text);
    const identity = parseIdentity(value);
    const { since = "", mark } = value as Readonly<Record<string, unknown>>; // parsed: an object with a process in it
    // A name and no path: it is looked for beside the lock and nowhere else.
    const isName = typeof mark === "string" && basename(mark) === mark;
    return identity && { ...identity, since: String(since), mark: isName ? mark : undefined };
  } catch {
    // Cut off, or not ours.
    return undefined;
  }
}

function create(path: string, target: string, text: string): boolean {
  try {
    const fd = openSync(path, "wx", 0o600);
    try {
      writeSync(fd, text);
    } catch (caught) {
      rmSync(path, { force: true });
      throw caught;
    } finally {
      closeSync(fd);
    }
    return true;
  } catch (caught) {
    if (errnoOf(caught) === "EEXIST") return false;
    throw fileError(caught, `create the lock ${path}`, `${target} was neither read nor written.`);
  }
}

interface Found {
  readonly text: string;
  readonly renewedMs: number;
}

async function readSettled(path: string, clock: Clock): Promise<Found | undefined> {
  const found = readLock(path);
  if (found === undefined || parseHolder(found.text) !== undefined) return found;
  await clock.sleep(writeGraceMs);
  return readLock(path);
}

function readLock(path: string): Found | undefined {
  try {
    return { text: readFileSync(path, "utf8"), renewedMs: statSync(path).mtimeMs };
  } catch (caught) {
    if (errnoOf(caught) === "ENOENT") return undefined;
    throw fileError(caught, `read the lock ${path}`, "Nothing was read or written.");
  }
}

function livenessOfHolder(holder: Holder, path: string): Liveness {
  return livenessByMark(holder, holder.mark && join(dirname(path), holder.mark));
}

/** Wall clock on purpose: the file system sets the other side. */
function isHeld(liveness: Liveness, renewedMs: number, unchangedMs: number): boolean {
  if (liveness !== "unknown") return liveness === "alive";
  const ageMs = Date.now() - renewedMs;
  const isOfTheFuture = ageMs < -clockToleranceMs;
  return Math.max(ageMs, unchangedMs) < expiresAfterMs && !(isOfTheFuture && unchangedMs >= silentAfterMs);
}

/** Removes the stale lock `text` and no other: between judging and removing, somebody else may have taken it over. */
function putAside(path: string, text: string): void {
  const aside = temporaryName(path);
  try {
    if (readFileSync(path, "utf8") !== text) return;
    renameSync(path, aside);
    if (readFileSync(aside, "utf8") !== text) linkSync(aside, path);
  } catch {
    // Somebody else was faster; the next attempt shows who holds it.
  } finally {
    rmSync(aside, { force: true });
  }
}

const held = new Set<HeldLock>();
process.once("exit", () => {
  for (const lock of held) lock.release();
});

function isOurs(text: string): boolean {
  return [...held].some((lock) => lock.text === text);
}

interface HeldLockOptions {
  readonly path: string;
  readonly target: string;
  readonly text: string;
  readonly mark: Mark | undefined;
  readonly waitedFor: string | undefined;
}

class HeldLock implements FileLock {
  readonly text: string;
  readonly waitedFor: string | undefined;
  readonly #path: string;
  readonly #target: string;
  readonly #mark: Mark | undefined;
  readonly #renewal: NodeJS.Timeout;

  constructor({ path, target, text, mark, waitedFor }: HeldLockOptions) {
    this.#path = path;
    this.#target = target;
    this.text = text;
    this.#mark = mark;
    this.waitedFor = waitedFor;
    this.#renewal = setInterval(() => this.#renew(), renewEveryMs).unref();
    held.add(this);
  }

  verify(): void {
    const found = readLock(this.#path);
    if (found?.text === this.text) return;
    if (found === undefined && create(this.#path, this.#target, this.text)) return;
    throw busy(this.#target, this.#path, found && parseHolder(found.text));
  }

  release(): void {
    clearInterval(this.#renewal);
    if (!held.delete(this)) return;
    try {
      if (readFileSync(this.#path, "utf8") === this.text) unlinkSync(this.#path);
    } catch {
      // Gone already, or the directory is; a lock that stays is taken over by the next run.
    }
    // After the lock that names it: one whose mark is gone counts as a dead process's.
    this.#mark?.held.release();
  }

  #renew(): void {
    try {
      const now = new Date();
      if (readFileSync(this.#path, "utf8") === this.text) utimesSync(this.#path, now, now);
    } catch {
      // `verify` finds out what became of it before anything is saved.
    }
  }
}

function busy(target: string, path: string, holder: Holder | undefined): BatonError {
  return new BatonError({
    code: "FILE-BUSY",
    status: Status.failedPrecondition,
    message: `${target} is being written by another run, ${describe(holder)}.`,
    effect: "This run did not change the file.",
    hint: `Wait until that run has ended, or give another --file. When no such process runs, delete ${path}.`,
  });
}

function describe(holder: Holder | undefined): string {
  return holder ? `process ${holder.pid} on ${holder.host} since ${holder.since}` : "another process";
}
