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
import { join, resolve } from "node:path";
import { BatonError, Status } from "../../errors.ts";
import { errnoOf, fileError } from "../container/file-errors.ts";
import { livenessOf, type ProcessIdentity, parseIdentity, thisProcess } from "../container/process-identity.ts";

/** A directory that only this user can enter (mode 0700). */
export interface Scratch {
  /** The directory it lies in; it outlives this run. */
  readonly parent: string;
  readonly directory: string;
  /** The database file inside; not created yet. */
  readonly database: string;
  /** Removes the directory and all in it; never throws. */
  remove(): void;
}

/** What a scratch directory says of itself. */
export interface ScratchOwner {
  readonly process: ProcessIdentity;
  /** Set once the database is whole: which state of the target it was unpacked from, see `fileState`. */
  readonly source?: string;
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
const ourFiles: ReadonlySet<string> = new Set([ownerFile, databaseFile, `${databaseFile}-journal`]);
const dayMs = 24 * 60 * 60 * 1000;
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
  return create(parent, () => mkdtempSync(join(parent, prefix)));
}

/** Creates the scratch directory `key` (24 hex digits), or one of a random name when that one is taken. */
export function claimScratch(parent: string, key: string): Scratch {
  return create(parent, () => {
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
export function writeOwner({ directory }: Scratch, owner: ScratchOwner): void {
  try {
    writeFileSync(join(directory, ownerFile), `${JSON.stringify(owner)}\n`, { mode: 0o600 });
  } catch (caught) {
    throw fileError(caught, `write to the scratch directory ${directory}`, "No file was changed.");
  }
}

/** Reads whose it is; undefined when it does not say, for example because its process was killed too early. */
export function readOwner({ directory }: Scratch): ScratchOwner | undefined {
  try {
    const value: unknown = JSON.parse(readFileSync(join(directory, ownerFile), "utf8"));
    if (typeof value !== "object" || value === null || !("process" in value)) return undefined;
    const owner = parseIdentity(value.process);
    const source = "source" in value && typeof value.source === "string" ? { source: value.source } : {};
    return owner && { process: owner, ...source };
  } catch {
    // Missing or cut off.
    return undefined;
  }
}

/**
 * Removes scratch directories of this user under `parent` whose process is gone: those that a run on the same file
 * could take up, and those that do not name their process, only when nobody touched them for a day, or for ten seconds
 * if nothing is in them.
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
  const touched = [directory, ...names.map((name) => join(directory, name))].map(
    (path) => lstatSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0,
  );
  const idleMs = Date.now() - Math.max(...touched);
  if (names.length === 0) return idleMs > emptyGraceMs;
  const owner = readOwner(scratch);
  const liveness = owner ? livenessOf(owner.process) : "dead";
  if (liveness === "alive") return false;
  if (liveness === "dead" && owner && !isClaimed) return true;
  // A process that cannot be seen from here is given a week.
  return idleMs > (liveness === "unknown" ? 7 * dayMs : dayMs);
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

function create(parent: string, make: () => string): Scratch {
  let scratch: Scratch | undefined;
  try {
    scratch = scratchAt(parent, make());
    writeOwner(scratch, { process: thisProcess() });
    return scratch;
  } catch (caught) {
    scratch?.remove();
    throw fileError(caught, `create a scratch directory in ${parent}`, "Nothing was read or written.");
  }
}

function scratchAt(parent: string, directory: string): Scratch {
  return { parent, directory, database: join(directory, databaseFile), remove: () => removeQuietly(directory) };
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
