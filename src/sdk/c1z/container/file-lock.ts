/**
 * One run at a time on a file: `FILE.lock` beside it says who writes. A lock whose process is gone is taken over at once;
 * one of another machine, of which that cannot be told, once it was not renewed for two minutes. One whose process lives is
 * never taken, and waited for as long as its run moves. Knows nothing of what the file is.
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
import { parseJsonObject } from "../../json-object.ts";
import { fileError } from "./file-errors.ts";
import {
  holdMark,
  type LiveMark,
  type Liveness,
  livenessByMark,
  type ProcessIdentity,
  parseIdentity,
  thisProcess,
} from "./process-identity.ts";
import { temporaryName } from "./save.ts";
import { readTextBeside } from "./whole-file.ts";

const renewEveryMs = 10_000;
const expiresAfterMs = 120_000;
/** A lock from the future says nothing of its age: it has expired when three renewals did not come. */
const silentAfterMs = 3 * renewEveryMs;
/** Clocks of machines differ by so much without anybody noticing. */
const clockToleranceMs = 10_000;
/** A lock is written right after it is created; one that still says nothing after this long was never finished. */
const writeGraceMs = 1000;
const askAgainMs = 1000;
const takeOverPauseMs = 20;
/** Taking over is a matter of milliseconds: who has been at it for longer was killed. */
const takeOverMs = 10_000;
const attempts = 5;

/** How long to wait for a lock, milliseconds. */
export interface LockWait {
  readonly longestMs: number;
  /** For one whose process lives and whose run does not move: there is no telling whether it ever will. */
  readonly standstillMs: number;
}

/** How to lock. */
export interface LockOptions {
  readonly clock: Clock;
  /** Default: no waiting. */
  readonly wait?: LockWait;
  /** Ends the waiting; its reason is thrown. */
  readonly signal?: AbortSignal | undefined;
  /** Told once, when the waiting begins, who is waited for. */
  onWait?(holder: string): void;
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
    return new FileLock({ path, target, text, mark, waitedFor });
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
  const renewals = new Watch(clock);
  const moves = new Watch(clock);
  let waitedFor: string | undefined;
  for (let attempt = 0; attempt < attempts; attempt++) {
    if (create(path, target, text)) return waitedFor;
    const found = await readSettled(path, clock);
    if (found === undefined) continue;
    const holder = parseHolder(found.text);
    const liveness = holder ? livenessOfHolder(holder, path) : "dead";
    if (!isHeld(liveness, found.renewedMs, renewals.unchangedMs(`${found.renewedMs} ${found.text}`))) {
      if (!putAside(path, found.text)) {
        // The one that does it now is waited for, however slow the machine is.
        await clock.sleep(takeOverPauseMs, signal);
        attempt = -1;
      }
      continue;
    }
    const standstillMs = liveness === "alive" ? moves.unchangedMs(`${lastMove(holder, path)} ${found.text}`) : 0;
    const leftMs = Math.min(
      (wait?.longestMs ?? 0) - (clock.monotonicMs() - begunMs),
      (wait?.standstillMs ?? 0) - standstillMs,
    );
    if (leftMs <= 0 || isOurs(found.text)) throw busy(target, path, holder, standstillMs);
    if (waitedFor === undefined) options.onWait?.(describe(holder));
    waitedFor = describe(holder);
    await clock.sleep(Math.min(askAgainMs, leftMs), signal);
    attempt = -1;
  }
  throw busy(target, path, undefined);
}

/** Since when something was as it is, as seen from here: no clock of another machine has a part in it. */
class Watch {
  readonly #clock: Clock;
  #seen = "";
  #sinceMs = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  unchangedMs(seen: string): number {
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
  const holder = parseJsonObject(text);
  const identity = parseIdentity(holder);
  const { since = "", mark } = holder ?? {};
  // A name and no path: it is looked for beside the lock and nowhere else.
  const isName = typeof mark === "string" && basename(mark) === mark;
  return identity && { ...identity, since: String(since), mark: isName ? mark : undefined };
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
    const text = readTextBeside(path);
    return text === undefined ? undefined : { text, renewedMs: statSync(path).mtimeMs };
  } catch (caught) {
    if (errnoOf(caught) === "ENOENT") return undefined;
    throw fileError(caught, `read the lock ${path}`, "Nothing was read or written.");
  }
}

function livenessOfHolder(holder: Holder, path: string): Liveness {
  return livenessByMark(holder, markOf(holder, path));
}

function markOf(holder: Holder | undefined, path: string): string | undefined {
  return holder?.mark && join(dirname(path), holder.mark);
}

/** When the holder's run last moved; the same all the time for one that does not say. */
function lastMove(holder: Holder | undefined, path: string): number {
  const mark = markOf(holder, path);
  return (mark && statSync(mark, { throwIfNoEntry: false })?.mtimeMs) || 0;
}

/** Wall clock on purpose: the file system sets the other side. */
function isHeld(liveness: Liveness, renewedMs: number, unchangedMs: number): boolean {
  if (liveness !== "unknown") return liveness === "alive";
  const ageMs = Date.now() - renewedMs;
  const isOfTheFuture = ageMs < -clockToleranceMs;
  return Math.max(ageMs, unchangedMs) < expiresAfterMs && !(isOfTheFuture && unchangedMs >= silentAfterMs);
}

/**
 * Removes the stale lock `text` and no other: between judging and removing, somebody else may have taken it over. One
 * process at a time does so, else the lock that another has just made could be what is removed.
 * @returns false when another process is at it.
 */
function putAside(path: string, text: string): boolean {
  const turn = `${path}.takeover`;
  if (!takesTurn(turn)) return false;
  const aside = temporaryName(path);
  try {
    if (readFileSync(path, "utf8") !== text) return true;
    renameSync(path, aside);
    if (readFileSync(aside, "utf8") !== text) linkSync(aside, path);
  } catch {
    // Its holder gave it back; the next attempt shows who holds it.
  } finally {
    rmSync(aside, { force: true });
    rmSync(turn, { force: true });
  }
  return true;
}

function takesTurn(turn: string): boolean {
  try {
    closeSync(openSync(turn, "wx", 0o600));
    return true;
  } catch (caught) {
    if (errnoOf(caught) !== "EEXIST") throw fileError(caught, `create ${turn}`, "Nothing was read or written.");
    const madeMs = statSync(turn, { throwIfNoEntry: false })?.mtimeMs ?? Date.now();
    if (Math.abs(Date.now() - madeMs) > takeOverMs) rmSync(turn, { force: true });
    return false;
  }
}

const held = new Set<FileLock>();
process.once("exit", () => {
  for (const lock of held) lock.release();
});

function isOurs(text: string): boolean {
  return [...held].some((lock) => lock.text === text);
}

interface FileLockParts {
  readonly path: string;
  readonly target: string;
  readonly text: string;
  readonly mark: Mark | undefined;
  readonly waitedFor: string | undefined;
}

/** A lock that this process holds. */
export class FileLock {
  readonly text: string;
  /** Who had it before and was waited for, in words; undefined when it was free. */
  readonly waitedFor: string | undefined;
  readonly #path: string;
  readonly #target: string;
  readonly #mark: Mark | undefined;
  readonly #renewal: NodeJS.Timeout;

  constructor({ path, target, text, mark, waitedFor }: FileLockParts) {
    this.#path = path;
    this.#target = target;
    this.text = text;
    this.#mark = mark;
    this.waitedFor = waitedFor;
    this.#renewal = setInterval(() => this.#renew(), renewEveryMs).unref();
    held.add(this);
  }

  /**
   * Makes sure that the lock is still held, taking it again when somebody deleted it.
   * @throws BatonError `FILE-BUSY` when another process took it over.
   */
  verify(): void {
    const found = readLock(this.#path);
    if (found?.text === this.text) return;
    if (found === undefined && create(this.#path, this.#target, this.text)) return;
    throw busy(this.#target, this.#path, found && parseHolder(found.text));
  }

  /** Tells those who wait that the run goes on; never throws. */
  moved(): void {
    this.#mark?.held.touch();
  }

  /** Gives it back; never throws. It is also given back when the process exits, unless it is killed. */
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

function busy(target: string, path: string, holder: Holder | undefined, standstillMs = 0): BatonError {
  const standsStill = standstillMs > 0 ? `, which has not moved for ${Math.round(standstillMs / 1000)} s` : "";
  return new BatonError({
    code: "FILE-BUSY",
    status: Status.failedPrecondition,
    message: `${target} is being written by another run, ${describe(holder)}${standsStill}.`,
    effect: "This run did not change the file.",
    hint: `Wait until that run has ended, or give another --file. When no such process runs, delete ${path}.`,
  });
}

function describe(holder: Holder | undefined): string {
  return holder ? `process ${holder.pid} on ${holder.host} since ${holder.since}` : "another process";
}
