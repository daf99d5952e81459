/**
 * What can go wrong with a file, as errors that name the path and the remedy. The codes are listed in
 * docs/troubleshooting.md. Knows errno and SQLite's result codes, not what the file is for.
 */
import { BatonError, errnoOf, isOutOfFiles, Status, toBatonError } from "../../errors.ts";
import { decoderLimits, limitSettings, mebibytes, overLimit } from "./decoder-limits.ts";

interface Explanation {
  readonly code: string;
  readonly status: Status;
  readonly what: string;
  readonly hint: string;
}

const directoryMissing: Explanation = {
  code: "FILE-DIRECTORY-MISSING",
  status: Status.unknown,
  what: "a directory on the path does not exist",
  hint: "Create the directory or give another path.",
};
const permission: Explanation = {
  code: "FILE-PERMISSION",
  status: Status.permissionDenied,
  what: "this user may not do that here",
  hint: "Give the user that runs the connector the right to read and write there, or choose another path.",
};
const diskFull: Explanation = {
  code: "FILE-DISK-FULL",
  status: Status.resourceExhausted,
  what: "no space is left on the device",
  hint: "Free space, or file entries (df -i), or choose a path on a larger device, then run again.",
};
const mounted: Explanation = {
  code: "FILE-MOUNTED",
  status: Status.failedPrecondition,
  what: "the file cannot be replaced where it is",
  hint: "A file mounted on its own cannot be replaced: mount its directory instead.",
};

const byErrno: Readonly<Record<string, Explanation>> = {
  ENOSPC: diskFull,
  EDQUOT: { ...diskFull, what: "the disk quota is used up" },
  EFBIG: { ...diskFull, code: "FILE-TOO-LARGE", what: "the file would be larger than this process may write" },
  EACCES: permission,
  EPERM: permission,
  EROFS: { ...permission, code: "FILE-READ-ONLY", what: "the file system is read-only" },
  ENOENT: directoryMissing,
  ENOTDIR: directoryMissing,
  EISDIR: {
    code: "FILE-IS-DIRECTORY",
    status: Status.invalidArgument,
    what: "it is a directory",
    hint: "Give the path of a file, for example one inside that directory.",
  },
  EFTYPE: {
    code: "FILE-NOT-REGULAR",
    status: Status.invalidArgument,
    what: "it is a device, pipe or socket",
    hint: "Give the path of an ordinary file.",
  },
  ELOOP: {
    code: "FILE-NOT-REGULAR",
    status: Status.invalidArgument,
    what: "its symbolic links lead in a circle",
    hint: "Give the path of an ordinary file.",
  },
  EBUSY: mounted,
  EXDEV: mounted,
  ENAMETOOLONG: {
    code: "FILE-NAME-TOO-LONG",
    status: Status.invalidArgument,
    what: "the name, with the endings that a save adds, is longer than the file system takes",
    hint: "Give a shorter --file.",
  },
  EREADBACK: {
    code: "FILE-READ-BACK",
    status: Status.dataLoss,
    what: "what was read back is not what was written",
    hint: "Check the device and the memory of the machine, then run again.",
  },
  EUNSOUND: {
    code: "FILE-UNSOUND",
    status: Status.dataLoss,
    what: "what was written is not sound",
    hint: "Run again. If it comes back, please report it with this text; files of the other version are written another way.",
  },
};
/** Of these the text says more than the code. */
const ownErrors: ReadonlySet<string> = new Set(["EREADBACK", "EUNSOUND"]);

const otherFailure: Explanation = {
  code: "FILE-IO",
  status: Status.unknown,
  what: "the system refused",
  hint: "Check the device and the path, then run again.",
};

/**
 * Turns a failed operation on a file, SQLite's among them, into a BatonError; a BatonError passes through.
 * @param doing what was tried, completing "Could not ...", for example `save /data/sync.c1z`.
 * @param effect what it means for the data.
 */
export function fileError(caught: unknown, doing: string, effect: string): BatonError {
  if (caught instanceof BatonError) return caught;
  if (isOutOfFiles(caught)) return toBatonError(caught).with({ effect });
  const errno = isSqliteError(caught) ? (storageErrno(caught) ?? "") : errnoOf(caught);
  const explanation = byErrno[errno] ?? otherFailure;
  const detail = byErrno[errno] && !ownErrors.has(errno) ? errno : textOf(caught);
  return new BatonError({
    code: explanation.code,
    status: explanation.status,
    message: `Could not ${doing}: ${explanation.what} (${detail}).`,
    effect,
    hint: explanation.hint,
    cause: caught,
  });
}

/** SQLite: primary result codes that say the storage failed, as the errno that means the same. */
const storageFailures: Readonly<Record<number, string>> = { 8: "EROFS", 13: "ENOSPC", 14: "EACCES" };
const ioError = 10;

/** The errno that means the same as what SQLite says of its storage; undefined for what is about the database itself. */
function storageErrno({ errcode }: { readonly errcode: number }): string | undefined {
  const primary = errcode & 0xff;
  return primary === ioError ? "EIO" : storageFailures[primary];
}

/** SQLite: a value is beyond the length, or all memory beyond the heap, that the connection was given. */
const [tooBig, outOfMemory] = [18, 7] as const;

/** True when `caught` comes from SQLite. */
export function isSqliteError(caught: unknown): caught is Error & { readonly errcode: number } {
  return caught instanceof Error && "errcode" in caught && typeof caught.errcode === "number";
}

/**
 * Turns a failed SQLite statement into a BatonError: a storage failure names the scratch directory, everything else
 * means that the database is not what it should be. Errors that are not SQLite's are returned as they are.
 * @param place the file whose content the database is, and the scratch directory it lies in.
 */
export function databaseError(caught: unknown, place: { readonly path: string; readonly scratch: string }): unknown {
  // Only a damaged row holds a number that large.
  if (errnoOf(caught) === "ERR_OUT_OF_RANGE") return corruptFile(place.path, "it holds a number out of range", caught);
  if (!isSqliteError(caught)) return caught;
  const primary = caught.errcode & 0xff;
  if (primary === tooBig || primary === outOfMemory) return rowTooLarge(place.path, caught);
  if (storageErrno(caught) !== undefined) {
    return fileError(caught, `use the scratch database in ${place.scratch}`, `${place.path} is untouched.`);
  }
  return corruptFile(place.path, `its database cannot be used: ${caught.message}`, caught);
}

/** The file is not a c1z, or damaged: `FILE-CORRUPT`. */
export function corruptFile(path: string, what: string, cause?: unknown): BatonError {
  return new BatonError({
    code: "FILE-CORRUPT",
    status: Status.dataLoss,
    message: `${path} is not a readable .c1z file: ${what}.`,
    effect: "Nothing was read from it and it was not changed.",
    hint: "Check that it is the file you mean. Restore it from a copy, or move it away and sync into a new file.",
    cause,
  });
}

/** Somebody wrote to the file while it was read: `FILE-READ-CHANGED`. */
export function changedWhileRead(path: string): BatonError {
  return new BatonError({
    code: "FILE-READ-CHANGED",
    status: Status.aborted,
    message: `${path} was written to while it was read.`,
    effect:
      "The answer is not complete: what was read is of two states of the file. It was not changed by this program.",
    hint: "Ask again when nobody writes there. Copy to another name and rename: a file that is replaced so is read to its end.",
  });
}

/** A row is larger than the bound: `FILE-DECODER-LIMIT`. */
export function rowTooLarge(path: string, cause?: unknown): BatonError {
  return overLimit(
    path,
    "holds a row above the limit",
    limitSettings.row,
    mebibytes(decoderLimits(process.env).maxRowBytes),
    cause,
  );
}

/** Nothing to read: `FILE-NOT-FOUND`. */
export function fileNotFound(path: string): BatonError {
  return new BatonError({
    code: "FILE-NOT-FOUND",
    status: Status.notFound,
    message: `${path} does not exist or is empty.`,
    effect: "There is nothing to read.",
    hint: "Run a sync first, or check the path.",
  });
}

function textOf(caught: unknown): string {
  return caught instanceof Error ? caught.message : String(caught);
}
