/**
 * Private scratch directories, where a c1z lies unpacked while it is read or written. Each names the process it
 * belongs to, so that what a killed one left can be told and removed. Knows nothing of databases.
 */
import {
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  type Stats,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { BatonError, errnoOf, Status } from "../../errors.ts";
import { parseJsonObject } from "../../json-object.ts";
import { fileError } from "../container/file-errors.ts";
import {
  holdMark,
  isHeldMark,
  type LiveMark,
  livenessByMark,
  type ProcessIdentity,
  parseIdentity,
  thisProcess,
  touch,
} from "../container/process-identity.ts";

/** A directory that only this user can enter (mode 0700). */
export interface Scratch {
  /** The directory it lies in; it outlives this run. */
  readonly parent: string;
  readonly directory: string;
  /** The database file inside; not created yet. */
  readonly database: string;
  /** From now on it is seen, from other containers and machines too, that its process lives. */
  hold(): void;
  /** Ends that. */
  release(): void;
  /** Removes the directory and all in it; never throws. */
  remove(): void;
}

/** What a scratch directory says of itself. */
export interface ScratchOwner {
  readonly process: ProcessIdentity;
  /** It holds a mark in the directory while it lives. */
  readonly hasMark: boolean;
  /** Set once the database is whole: which state of the target it was unpacked from, see `fileState`. */
  readonly source?: string;
  /** The file that a run on it could take this up for. */
  readonly target?: string;
}

const prefix = "c1z-";
const ownerFile = "owner.json";
const databaseFile = "db";
/** Names that `claimScratch` gives: the next run on the same file looks for them. */
const claimedName = /^c1z-[0-9a-f]{24}$/;
/** Names that `createScratch` gives: of no use to anybody once their process is gone. */
const randomName = /^c1z-[A-Za-z0-9]{6}$/;
/** Name of a copy of a file from elsewhere that a run works on in a scratch directory of its own. */
export const workingCopyName = "copy.c1z";
const markFile = "mark";
const ourFiles: ReadonlySet<string> = new Set([ownerFile, markFile, databaseFile, `${databaseFile}-journal`]);
const hourMs = 60 * 60 * 1000;
const dayMs = 24 * hourMs;
/** A process on another machine cannot be seen: it renews the time of what it has. */
const renewEveryMs = 60_000;
/** Between making a directory and naming its owner in it lie microseconds: older and empty, it is a killed process's. */
export const emptyGraceMs = 10_000;

/**
 * The directory for scratch directories: `tempDir`, else `BATON_TMPDIR`, else the system's place.
 * @throws BatonError `FILE-TEMPDIR-MISSING`.
 */
export function scratchParent(
  tempDir: string | undefined,
  env: Readonly<Record<string, string | undefined>> = process.env,
): string {
  const parent = resolve(tempDir || env["BATON_TMPDIR"] || tmpdir());
  if (!statSync(parent, { throwIfNoEntry: false })?.isDirectory()) throw noTempDir(parent);
  return parent;
}

/**
 * Creates a scratch directory of a random name, see `scratchParent` for the place.
 * @throws BatonError `FILE-TEMPDIR-MISSING`, or what the system refused.
 */
export function createScratch(tempDir: string | undefined): Scratch {
  const parent = scratchParent(tempDir);
  return create(parent, undefined, () => mkdtempSync(join(parent, prefix)));
}

/** Creates the scratch directory `key` (24 hex digits) for `target`, or one of a random name when that one is taken. */
export function claimScratch(parent: string, key: string, target: string): Scratch {
  return create(parent, target, () => {
    const directory = join(parent, prefix + key);
    try {
      mkdirSync(directory, { mode: 0o700 });
      return directory;
    } catch (caught) {
      if (errnoOf(caught) !== "EEXIST") throw caught;
      return mkdtempSync(join(parent, prefix));
    }
  });
}

/** The scratch directory `key` that an earlier run left; undefined when there is none, or it is not this user's alone. */
export function findScratch(parent: string, key: string): Scratch | undefined {
  const directory = join(parent, prefix + key);
  return isPrivate(directory) ? scratchAt(parent, directory) : undefined;
}

/**
 * Says whose a scratch directory is.
 * @throws BatonError with a FILE- code when it cannot be written.
 */
export function writeOwner({ directory }: Scratch, owner: Omit<ScratchOwner, "hasMark">): void {
  // Where the file system knows no locks there is none, which must not look like one that was given back.
  const hasMark = statSync(join(directory, markFile), { throwIfNoEntry: false }) !== undefined;
  try {
    writeFileSync(join(directory, ownerFile), `${JSON.stringify({ ...owner, hasMark })}\n`, { mode: 0o600 });
  } catch (caught) {
    throw fileError(caught, `write to the scratch directory ${directory}`, "No file was changed.");
  }
}

/** Reads whose it is; undefined when it does not say, for example because its process was killed too early. */
export function readOwner({ directory }: Scratch): ScratchOwner | undefined {
  try {
    const { process, source, target, hasMark } =
      parseJsonObject(readFileSync(join(directory, ownerFile), "utf8")) ?? {};
    const owner = parseIdentity(process);
    return (
      owner && {
        process: owner,
        hasMark: hasMark === true,
        ...(typeof source === "string" && { source }),
        ...(typeof target === "string" && { target }),
      }
    );
  } catch {
    // Missing.
    return undefined;
  }
}

/**
 * Makes a directory that is there already this process's own; not while another process that lives has it.
 * @returns what gives it back, and leaves the rest of its content.
 */
export function holdDirectory(directory: string): () => void {
  if (isInUse(directory)) return () => undefined;
  const place = scratchAt(dirname(directory), directory);
  place.hold();
  writeOwner(place, { process: thisProcess() });
  return () => {
    rmSync(join(directory, ownerFile), { force: true });
    place.release();
  };
}

/** True while a process that lives holds the directory. */
export function isInUse(directory: string): boolean {
  const place = scratchAt(dirname(directory), directory);
  const owner = readOwner(place);
  return owner !== undefined && livenessOfOwner(place, owner) === "alive";
}

/**
 * True when the process that held a directory is gone for so long at least; one that names none is given a day when there
 * is anything in it.
 */
export function isLeftBehind(directory: string, goneForMs: number): boolean {
  const place = scratchAt(dirname(directory), directory);
  if (!isPrivate(directory)) return false;
  const owner = readOwner(place);
  const idleMs = idleMsOf(directory);
  if (owner) return idleMs >= goneForMs && livenessOfOwner(place, owner) === "dead";
  return idleMs > (namesIn(directory).length === 0 ? emptyGraceMs : dayMs);
}

/** Files that hold a directory, beside what is kept in it. */
export const holdingFiles: ReadonlySet<string> = new Set([ownerFile, markFile]);

/**
 * Whether the process of a scratch directory lives. One of another machine cannot be seen: it lives as long as it renews
 * the time of what is in there.
 */
export function livenessOfOwner({ directory }: Scratch, owner: ScratchOwner): "alive" | "dead" {
  const seen = livenessByMark(owner.process, owner.hasMark ? join(directory, markFile) : undefined);
  if (seen !== "unknown") return seen;
  return idleMsOf(directory) > hourMs ? "dead" : "alive";
}

/**
 * Removes scratch directories of this user under `parent` whose process is gone, whatever machine it was on. Those that a
 * run on the same file could take up, and those that do not name their process, stay for a day; those of neither name
 * nor database for ten seconds.
 */
export function sweepScratch(parent: string): number {
  let removed = 0;
  for (const name of namesIn(parent)) {
    const isClaimed = claimedName.test(name);
    if (!isClaimed && !randomName.test(name)) continue;
    const directory = join(parent, name);
    if (!isAbandoned(scratchAt(parent, directory), isClaimed)) continue;
    removeQuietly(directory);
    removed++;
  }
  return removed;
}

function isAbandoned(scratch: Scratch, isClaimed: boolean): boolean {
  const { directory } = scratch;
  const names = namesIn(directory);
  if (!isPrivate(directory) || names.some((name) => !isOurs(name))) return false;
  const owner = readOwner(scratch);
  if (owner && livenessOfOwner(scratch, owner) === "alive") return false;
  if (!owner && !names.includes(databaseFile)) {
    return idleMsOf(directory) > emptyGraceMs && !isHeldMark(join(directory, markFile));
  }
  const isOfUse = owner === undefined || (isClaimed && canBeTakenUp(owner));
  return !isOfUse || idleMsOf(directory) > dayMs;
}

/** A file in a directory that is gone will not be synced again. */
function canBeTakenUp({ target }: ScratchOwner): boolean {
  return target === undefined || statSync(dirname(target), { throwIfNoEntry: false }) !== undefined;
}

/** Since anything in it was touched. */
function idleMsOf(directory: string): number {
  const touchedMs = (path: string): number => lstatSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  // There may be more files than a call takes arguments.
  const newest = (latest: number, name: string): number => Math.max(latest, touchedMs(join(directory, name)));
  return Date.now() - namesIn(directory).reduce(newest, touchedMs(directory));
}

/** Files of ours, and those that lie beside a working copy while it is written. */
function isOurs(name: string): boolean {
  return ourFiles.has(name) || name.startsWith(workingCopyName);
}

/** A real directory of this user that nobody else can enter: others could have put anything into it. */
function isPrivate(directory: string): boolean {
  const found: Stats | undefined = lstatSync(directory, { throwIfNoEntry: false });
  if (!found?.isDirectory()) return false;
  // Windows has neither; its temporary directory is the user's own.
  return process.getuid === undefined || (found.uid === process.getuid() && (found.mode & 0o077) === 0);
}

function namesIn(directory: string): readonly string[] {
  try {
    return readdirSync(directory);
  } catch {
    // Gone meanwhile, or not this user's.
    return [];
  }
}

function create(parent: string, target: string | undefined, make: () => string): Scratch {
  let scratch: Scratch | undefined;
  try {
    scratch = scratchAt(parent, make());
    // Held before it names its process: who reads the name finds the mark.
    scratch.hold();
    writeOwner(scratch, { process: thisProcess(), ...(target !== undefined && { target }) });
    return scratch;
  } catch (caught) {
    scratch?.remove();
    throw fileError(caught, `create a scratch directory in ${parent}`, "Nothing was read or written.");
  }
}

function scratchAt(parent: string, directory: string): Scratch {
  let mark: LiveMark | undefined;
  let renewal: NodeJS.Timeout | undefined;
  const release = (): void => {
    clearInterval(renewal);
    mark?.release();
  };
  return {
    parent,
    directory,
    database: join(directory, databaseFile),
    hold() {
      rmSync(join(directory, markFile), { force: true });
      mark = holdMark(join(directory, markFile));
      renewal = setInterval(() => touch(join(directory, ownerFile)), renewEveryMs).unref();
    },
    release,
    remove() {
      release();
      removeQuietly(directory);
    },
  };
}

function removeQuietly(directory: string): void {
  try {
    rmSync(directory, { recursive: true, force: true });
  } catch {
    // Left behind; the outcome of the run does not change, and its error must not be hidden by this one.
  }
}

function noTempDir(parent: string): BatonError {
  return new BatonError({
    code: "FILE-TEMPDIR-MISSING",
    status: Status.unknown,
    message: `The scratch directory ${parent} does not exist or is not a directory.`,
    effect: "Nothing was read or written.",
    hint: "Create it, or name another one with --c1z-temp-dir or BATON_TMPDIR.",
  });
}
