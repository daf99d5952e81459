/**
 * One run at a time on a file: `FILE.lock` beside it says who writes. A lock whose process is gone is taken over; one
 * of another machine or container is, once it was not renewed for two minutes. Knows nothing of what the file is.
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
import type { Clock } from "../../clock.ts";
import { BatonError, Status } from "../../errors.ts";
import { errnoOf, fileError } from "./file-errors.ts";
import { livenessOf, type ProcessIdentity, parseIdentity, thisProcess } from "./process-identity.ts";
import { temporaryName } from "./temporary-files.ts";

/** A lock that this process holds. */
export interface FileLock {
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
/** A lock is written right after it is created; one that still says nothing after this long was never finished. */
const writeGraceMs = 1000;
const attempts = 5;

/**
 * Locks `target`, a path without symbolic links.
 * @throws BatonError `FILE-BUSY`, naming the process, at once or within a second; or what the system refused.
 */
export async function lockFile(target: string, clock: Clock): Promise<FileLock> {
  const path = `${target}.lock`;
  const text = lockText(clock);
  for (let attempt = 0; attempt < attempts; attempt++) {
    if (create(path, target, text)) return new HeldLock(path, target, text);
    const found = await readSettled(path, clock);
    if (found === undefined) continue;
    const holder = parseHolder(found.text);
    if (holder !== undefined && isHeld(holder, found.renewedMs)) throw busy(target, path, holder);
    putAside(path, found.text);
  }
  throw busy(target, path, undefined);
}

/**
 * Who has the lock of `target`; undefined when there is none. Never waits, and takes nothing.
 * @throws BatonError with a FILE- code when it cannot be read.
 */
export function readLockHolder(target: string): { readonly isHeld: boolean; readonly description: string } | undefined {
  const found = readLock(`${target}.lock`);
  if (found === undefined) return undefined;
  const holder = parseHolder(found.text);
  return { isHeld: holder !== undefined && isHeld(holder, found.renewedMs), description: describe(holder) };
}

interface Holder extends ProcessIdentity {
  /** ISO 8601, UTC. */
  readonly since: string;
}

function lockText(clock: Clock): string {
  const since = new Date(clock.nowMs()).toISOString();
  // The token tells two locks of one process apart.
  const holder = { ...thisProcess(), since, token: randomBytes(8).toString("hex") };
  return `${JSON.stringify(holder)}\n`;
}

function parseHolder(text: string): Holder | undefined {
  try {
    const value: unknown = JSON.parse(text);
    const identity = parseIdentity(value);
    const since = typeof value === "object" && value !== null && "since" in value ? String(value.since) : "";
    return identity && { ...identity, since };
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

/** Real time on purpose: the file system sets the other side. */
function isHeld(holder: ProcessIdentity, renewedMs: number): boolean {
  const liveness = livenessOf(holder);
  return liveness === "unknown" ? Date.now() - renewedMs < expiresAfterMs : liveness === "alive";
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

class HeldLock implements FileLock {
  readonly #path: string;
  readonly #target: string;
  readonly #text: string;
  readonly #renewal: NodeJS.Timeout;

  constructor(path: string, target: string, text: string) {
    this.#path = path;
    this.#target = target;
    this.#text = text;
    this.#renewal = setInterval(() => this.#renew(), renewEveryMs).unref();
    held.add(this);
  }

  verify(): void {
    const found = readLock(this.#path);
    if (found?.text === this.#text) return;
    if (found === undefined && create(this.#path, this.#target, this.#text)) return;
    throw busy(this.#target, this.#path, found && parseHolder(found.text));
  }

  release(): void {
    clearInterval(this.#renewal);
    if (!held.delete(this)) return;
    try {
      if (readFileSync(this.#path, "utf8") === this.#text) unlinkSync(this.#path);
    } catch {
      // Gone already, or the directory is; a lock that stays is taken over by the next run.
    }
  }

  #renew(): void {
    try {
      const now = new Date();
      if (readFileSync(this.#path, "utf8") === this.#text) utimesSync(this.#path, now, now);
    } catch {
      // `verify` finds out what became of it before anything is saved.
    }
  }
}

function busy(target: string, path: string, holder: Holder | undefined): BatonError {
  return new BatonError({
    code: "FILE-BUSY",
    status: Status.failedPrecondition,
    message: `${target} is being written by ${describe(holder)}.`,
    effect: "This run did not change the file.",
    hint: `Wait until that run has ended, or give another --file. When no such process runs, delete ${path}.`,
  });
}

function describe(holder: Holder | undefined): string {
  return holder ? `process ${holder.pid} on ${holder.host} since ${holder.since}` : "another process";
}
