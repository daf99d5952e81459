/**
 * Tells whether a process lives that cannot be seen from here, such as one in another container: as long as it lives it
 * holds a lock on a file of its own, which the kernel gives back however it ends. SQLite brings the lock (fcntl). It
 * counts for processes of one kernel only.
 */
import { closeSync, openSync, rmSync, statSync, utimesSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { isSqliteError } from "./file-errors.ts";
import { type Liveness, livenessOf, type ProcessIdentity, runsOnThisKernel } from "./process-identity.ts";

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
  // Removed after everything that names it.
  if (!statSync(path, { throwIfNoEntry: false })) return "dead";
  let mark: DatabaseSync | undefined;
  try {
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

function touch(path: string): void {
  try {
    const now = new Date();
    utimesSync(path, now, now);
  } catch {
    // Somebody removed it; it then says nothing.
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
