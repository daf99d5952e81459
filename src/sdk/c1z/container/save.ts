/**
 * Replaces a file as a whole or not at all: the new content is written beside it, synced, renamed over it, and the
 * directory is synced. What killed runs left beside it is removed. Knows nothing of what the content is.
 */

import { randomBytes } from "node:crypto";
import { constants, readdirSync, rmSync } from "node:fs";
import { access, open, readlink, realpath, rename, rm, stat } from "node:fs/promises";
import { basename, dirname, join, resolve, sep } from "node:path";
import { errnoOf } from "../../errors.ts";
import { fileError } from "./file-errors.ts";
import { isHeldMark } from "./process-identity.ts";
import { requireOrdinary } from "./whole-file.ts";

/** Bit of a directory's mode. */
const restrictedDeletion = 0o1000;
const untouched = "A file that was there before is unchanged.";

/** An open file that is written from its beginning to its end, and can be read back. */
export interface OpenFile {
  write(
    bytes: Uint8Array,
    offset: number,
    length: number,
    position: number,
  ): Promise<{ readonly bytesWritten: number }>;
  read(buffer: Uint8Array, offset: number, length: number, position: number): Promise<{ readonly bytesRead: number }>;
  /** Returns when the content survives a loss of power. */
  sync(): Promise<void>;
  close(): Promise<void>;
}

/** Writes all of `bytes` at `position`; the system may take them in parts. */
export async function writeAll(file: Pick<OpenFile, "write">, bytes: Uint8Array, position: number): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    done += (await file.write(bytes, done, bytes.length - done, position + done)).bytesWritten;
  }
}

/** What saving asks of the file system; tests bring one that fails, or that loses power. */
export interface FileSystem {
  /** Creates a file of mode 0600 that must not exist yet. */
  create(path: string): Promise<OpenFile>;
  rename(from: string, to: string): Promise<void>;
  /** Returns when the directory's entries survive a loss of power. */
  syncDirectory(path: string): Promise<void>;
  remove(path: string): Promise<void>;
}

const nodeFileSystem: FileSystem = {
  create: (path) => open(path, "wx+", 0o600),
  rename,
  syncDirectory,
  remove: (path) => rm(path, { force: true }),
};

/** What a replacement depends on. */
export interface ReplaceOptions {
  readonly files?: FileSystem;
  /** Called right before the new file takes the place; throws when it must not. */
  readonly onReady?: () => Promise<void>;
}

/**
 * Writes a new file with `write` and puts it in the place of `target` (mode 0600). A symbolic link there is replaced, and
 * not what it leads to: see `followLink`.
 * @param write gets the open new file; it neither closes nor syncs it.
 * @returns what `write` returned.
 * @throws BatonError with a FILE- code; then the old file is byte for byte what it was and nothing is left behind,
 * unless the error says that the new one is in place and only its directory could not be synced.
 */
export async function replaceFile<T>(
  target: string,
  write: (file: OpenFile) => Promise<T>,
  { files = nodeFileSystem, onReady }: ReplaceOptions = {},
): Promise<T> {
  using temporary = temporaryFile(target);
  let result: T;
  try {
    result = await writeNew(temporary.path, write, files);
    await refuseSpecial(target);
    await onReady?.();
    await files.rename(temporary.path, target);
  } catch (caught) {
    // Whatever went wrong first is what the user must see.
    await files.remove(temporary.path).catch(() => {});
    throw fileError(caught, `save ${target}`, untouched);
  }
  try {
    await files.syncDirectory(dirname(target));
  } catch (caught) {
    throw fileError(
      caught,
      `make ${target} last`,
      "The new file is in place, but a loss of power may bring the old one back.",
    );
  }
  return result;
}

/**
 * Finds out before the work whether `replaceFile` can be hoped to work on `path`, as the user gave it: one that ends as a
 * directory's does is none of a file.
 * @throws BatonError with a FILE- code.
 */
export async function checkReplaceable(path: string): Promise<void> {
  const target = await followLink(path);
  try {
    if (path.endsWith("/") || path.endsWith(sep)) throw Object.assign(new Error("a directory"), { code: "EISDIR" });
    await refuseSpecial(target);
    // The longest name that is ever made beside it: too long a one shows here.
    await refuseSpecial(temporaryName(`${target}.lock`));
    await access(dirname(target), constants.W_OK | constants.X_OK);
    await refuseOfOthers(target);
  } catch (caught) {
    throw fileError(caught, `write ${resolve(path)}`, "Nothing was read or written.");
  }
}

/** In a directory such as /tmp only the owner of a file or of the directory may replace it (POSIX: restricted deletion). */
async function refuseOfOthers(target: string): Promise<void> {
  const file = await stat(target).catch(() => undefined);
  const user = process.geteuid?.();
  if (file === undefined || user === undefined || user === 0) return;
  const directory = await stat(dirname(target));
  if ((directory.mode & restrictedDeletion) === 0 || [file.uid, directory.uid].includes(user)) return;
  throw Object.assign(new Error("somebody else's file"), { code: "EPERM" });
}

async function writeNew<T>(temporary: string, write: (file: OpenFile) => Promise<T>, files: FileSystem): Promise<T> {
  const file = await files.create(temporary);
  let result: T;
  try {
    result = await write(file);
    await file.sync();
  } catch (caught) {
    await file.close().catch(() => {});
    throw caught;
  }
  // Some network file systems report a failed write only here.
  await file.close();
  return result;
}

/** The file behind a symbolic link, there or not yet; `path` itself, made absolute, when it is no link. */
export async function followLink(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch (caught) {
    // Whatever else is wrong, such as links in a circle, shows when it is written.
    const to = errnoOf(caught) === "ENOENT" ? await readlink(path).catch(() => undefined) : undefined;
    return to === undefined ? resolve(path) : await followLink(resolve(await realpath(dirname(path)), to));
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
  if (found !== undefined) requireOrdinary(found);
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

/** Of the file itself, its lock and the record of its run. */
const suffix = /^(?:\.lock|\.run\.json)?\.[0-9a-f]{12}\.tmp$/;

const temporaries = new Set<string>();
process.once("exit", () => {
  for (const path of temporaries) rmSync(path, { force: true });
});

/**
 * A place beside `path` for what is to take its place. What is still there in the end, also when the process exits
 * before, is removed.
 */
export function temporaryFile(path: string): { readonly path: string } & Disposable {
  const temporary = temporaryName(path);
  temporaries.add(temporary);
  return {
    path: temporary,
    [Symbol.dispose]() {
      temporaries.delete(temporary);
      rmSync(temporary, { force: true });
    },
  };
}

/** A name beside `path` that nobody else has. */
export function temporaryName(path: string): string {
  return `${path}.${randomBytes(6).toString("hex")}.tmp`;
}

/**
 * Removes what killed runs left beside `target`. Only for the holder of its lock, as nobody else may be saving then.
 * @returns how many files; those that cannot be removed stay and harm nobody.
 */
export function removeLeftovers(target: string): number {
  const base = basename(target);
  let removed = 0;
  try {
    for (const name of readdirSync(dirname(target))) {
      if (!name.startsWith(base) || !suffix.test(name.slice(base.length))) continue;
      const path = join(dirname(target), name);
      // The holder's own mark, and those of others who wait.
      if (isHeldMark(path)) continue;
      rmSync(path);
      removed++;
    }
  } catch {
    // The directory cannot be listed, or a file not be removed: the run itself needs neither.
  }
  return removed;
}
