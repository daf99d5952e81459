/**
 * The directory in which a console keeps everything: where it is, what lies where in it, who may read it, and that one
 * console at a time uses it. Knows nothing of what the files hold.
 */
import { chmodSync, closeSync, existsSync, mkdirSync, openSync, readdirSync, statSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, isAbsolute, join } from "node:path";
import { lockFile, readLockHolder } from "../../sdk/c1z/container/file-lock.ts";
import type { Clock } from "../../sdk/clock.ts";
import { BatonError, errnoOf, Status } from "../../sdk/errors.ts";

/** What decides where the directory is. */
export interface DataDirectoryPlace {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly platform: NodeJS.Platform;
  /** From `userHome`. */
  readonly home: string | undefined;
}

/** The home directory; undefined for a user who has none, such as one without an entry in the list of users. */
export function userHome(): string | undefined {
  try {
    const home = homedir();
    return isAbsolute(home) ? home : undefined;
  } catch {
    return undefined;
  }
}

/**
 * The usual directory: below `$XDG_STATE_HOME` or `~/.local/state`; on macOS below
 * `~/Library/Application Support`, on Windows below `%LOCALAPPDATA%`.
 * @throws BatonError `CONSOLE-DATA-DIR` when the user has no home directory.
 */
export function defaultDataDirectory({ env, platform, home }: DataDirectoryPlace): string {
  const { XDG_STATE_HOME, LOCALAPPDATA } = env;
  const name = ["baton-cloudsmith", "console"];
  const [isMac, isWindows] = [platform === "darwin", platform === "win32"];
  const named = isWindows ? LOCALAPPDATA : isMac ? undefined : XDG_STATE_HOME;
  // A path that depends on where the console was started would be another one at the next start.
  if (named && (isWindows || isAbsolute(named))) return join(named, ...name);
  if (home === undefined) throw homeless();
  if (isMac) return join(home, "Library", "Application Support", ...name);
  if (isWindows) return join(home, "AppData", "Local", ...name);
  return join(home, ".local", "state", ...name);
}

/** Paths in the directory, and the lock that keeps other consoles out. */
export interface DataDirectory {
  readonly path: string;
  readonly database: string;
  readonly auditLog: string;
  /** The key that secrets are sealed with when no other is given. */
  readonly ownKey: string;
  /** The files of reviews. */
  readonly reviews: string;
  /** Scratch space of runs. */
  readonly scratch: string;
  /** The folder of a connector: its current file, and the one that runs work on. Made when it is missing. */
  connectorFolder(connectorId: string): string;
  /** Where the file of a run is kept. */
  runFile(runId: string): string;
  /** Lets others in; never throws. */
  release(): void;
}

const databaseName = "console.sqlite";
const directoryMode = 0o700;
const fileMode = 0o600;
const stickyBit = 0o1000;

/**
 * Makes what is missing, closes it to everybody else whatever the umask says, and locks it.
 * @throws BatonError `CONSOLE-BUSY` when another console uses it, `CONSOLE-DATA-DIR` when it cannot be used.
 */
export async function openDataDirectory(path: string, clock: Clock): Promise<DataDirectory> {
  const [database, auditLog] = [join(path, databaseName), join(path, "audit.ndjson")];
  const [connectors, runs, scratch] = [join(path, "connectors"), join(path, "runs"), join(path, "scratch")];
  const reviews = join(path, "reviews");
  try {
    if (isOfOthers(path)) throw shared(path);
    for (const directory of [path, connectors, runs, reviews, scratch]) makeDirectory(directory);
    for (const file of [database, auditLog]) makeFile(file);
  } catch (caught) {
    throw caught instanceof BatonError ? caught : unusable(path, caught);
  }
  const lock = await lockOrExplain(path, clock);
  return {
    path,
    database,
    auditLog,
    ownKey: join(path, "store.key"),
    reviews,
    scratch,
    connectorFolder(connectorId) {
      const folder = join(connectors, connectorId);
      makeDirectory(folder);
      return folder;
    },
    runFile: (runId) => join(runs, `${runId}.c1z`),
    release: () => lock.release(),
  };
}

/**
 * True for a directory that others may enter and that was not made for a console: it holds other things, or everybody may
 * put things there, as in /tmp. Closing it would lock them out.
 */
function isOfOthers(path: string): boolean {
  const mode = statSync(path, { throwIfNoEntry: false })?.mode ?? 0;
  if ((mode & 0o077) === 0 || existsSync(join(path, databaseName))) return false;
  // A volume of its own begins with lost+found.
  return (mode & stickyBit) !== 0 || readdirSync(path).some((name) => name !== "lost+found");
}

/** Makes a directory with those above it, and closes it to everybody else. */
export function makeDirectory(path: string): void {
  makeWithParents(path);
  // It may have been there before, open to others.
  chmodSync(path, directoryMode);
}

/** Not Node's own recursion: that never ends where a directory is there and takes no other, as /proc. */
function makeWithParents(path: string): void {
  try {
    makeIfMissing(path);
  } catch (caught) {
    if (errnoOf(caught) !== "ENOENT" || dirname(path) === path) throw caught;
    makeWithParents(dirname(path));
    makeIfMissing(path);
  }
}

function makeIfMissing(path: string): void {
  try {
    mkdirSync(path, { mode: directoryMode });
  } catch (caught) {
    if (!statSync(path, { throwIfNoEntry: false })?.isDirectory()) throw caught;
  }
}

/** Made before anybody opens it: SQLite would give it the mode that the umask leaves. */
function makeFile(path: string): void {
  closeSync(openSync(path, "a", fileMode));
  chmodSync(path, fileMode);
}

async function lockOrExplain(path: string, clock: Clock): ReturnType<typeof lockFile> {
  const target = join(path, "console");
  try {
    return await lockFile(target, { clock });
  } catch (caught) {
    if (!(caught instanceof BatonError) || caught.code !== "FILE-BUSY") throw caught;
    throw new BatonError({
      code: "CONSOLE-BUSY",
      status: Status.failedPrecondition,
      message: `Another console uses ${path}: ${readLockHolder(target)?.description ?? "another process"}.`,
      effect: "This console was not started.",
      hint: "Use the one that runs, stop it, or give another --data-dir.",
      cause: caught,
    });
  }
}

const ownChoice = "Give a directory that belongs to you and can be written, with --data-dir or BATON_CONSOLE_DATA_DIR.";

function homeless(): BatonError {
  return new BatonError({
    code: "CONSOLE-DATA-DIR",
    status: Status.failedPrecondition,
    message: "There is no place for the console's data: this user has no home directory.",
    effect: "The console was not started.",
    hint: ownChoice,
  });
}

function shared(path: string): BatonError {
  return new BatonError({
    code: "CONSOLE-DATA-DIR",
    status: Status.failedPrecondition,
    message: `The data directory ${path} holds other things or is open to everybody, and a console closes its own to all others.`,
    effect: "The console was not started, and nothing was changed.",
    hint: "Give a directory of its own, which is made when it is missing, with --data-dir or BATON_CONSOLE_DATA_DIR.",
  });
}

function unusable(path: string, cause: unknown): BatonError {
  const reason = errnoOf(cause, "unknown error");
  return new BatonError({
    code: "CONSOLE-DATA-DIR",
    status: Status.failedPrecondition,
    message: `The data directory ${path} cannot be used (${reason}).`,
    effect: "The console was not started.",
    hint: ownChoice,
    cause,
  });
}
