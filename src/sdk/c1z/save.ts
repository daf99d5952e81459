/**
 * Replaces a file as a whole or not at all: the new content is written beside it, synced, renamed over it, and the
 * directory is synced. Knows nothing of what the content is.
 */
import { randomBytes } from "node:crypto";
import { constants } from "node:fs";
import { access, type FileHandle, open, realpath, rename, rm, stat } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { errnoOf, fileError } from "./file-errors.ts";

const untouched = "The file that was there before is unchanged.";

/**
 * Writes a new file with `write` and puts it in the place of `path` (mode 0600). A symbolic link stays one.
 * @param write gets the open new file; it neither closes nor syncs it.
 * @returns what `write` returned.
 * @throws BatonError with a FILE- code; then the old file is byte for byte what it was and nothing is left behind.
 */
export async function replaceFile<T>(path: string, write: (file: FileHandle) => Promise<T>): Promise<T> {
  const target = await followLink(path);
  const temporary = `${target}.${randomBytes(6).toString("hex")}.tmp`;
  try {
    const result = await writeNew(temporary, write);
    await refuseSpecial(target);
    await rename(temporary, target);
    await syncDirectory(dirname(target));
    return result;
  } catch (caught) {
    // Whatever went wrong first is what the user must see.
    await rm(temporary, { force: true }).catch(() => {});
    throw fileError(caught, `save ${path}`, untouched);
  }
}

/**
 * Finds out before the work whether `replaceFile` can be hoped to work on `path`.
 * @throws BatonError with a FILE- code.
 */
export async function checkReplaceable(path: string): Promise<void> {
  const target = await followLink(path);
  try {
    await refuseSpecial(target);
    await access(dirname(target), constants.W_OK | constants.X_OK);
  } catch (caught) {
    throw fileError(caught, `write ${path}`, "Nothing was read or written.");
  }
}

async function writeNew<T>(temporary: string, write: (file: FileHandle) => Promise<T>): Promise<T> {
  const file = await open(temporary, "wx", 0o600);
  try {
    const result = await write(file);
    await file.sync();
    return result;
  } finally {
    await file.close();
  }
}

async function followLink(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch {
    // Not there yet; whatever else is wrong shows when it is written.
    return resolve(path);
  }
}

/**
 * Passes for an ordinary file or none at all: reading a pipe would wait for ever, and a rename over a device would
 * replace it for the whole system.
 * @throws Error with an errno-like code for `fileError`.
 */
export async function refuseSpecial(target: string): Promise<void> {
  const found = await stat(target).catch((caught: unknown) => {
    if (errnoOf(caught) === "ENOENT") return undefined;
    throw caught;
  });
  if (found === undefined || found.isFile()) return;
  const code = found.isDirectory() ? "EISDIR" : "EFTYPE";
  throw Object.assign(new Error("the target is not a regular file"), { code });
}

async function syncDirectory(directory: string): Promise<void> {
  const handle = await open(directory, "r");
  try {
    await handle.sync();
  } catch (caught) {
    // Some network file systems cannot sync directories; the rename itself has happened.
    if (!["EINVAL", "ENOTSUP", "EPERM", "EBADF"].includes(errnoOf(caught))) throw caught;
  } finally {
    await handle.close();
  }
}
