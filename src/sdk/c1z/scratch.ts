/** Private scratch directories, where a c1z lies unpacked while it is read or written. Knows nothing of databases. */
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { BatonError, Status } from "../errors.ts";
import { fileError } from "./file-errors.ts";

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

/**
 * Creates a scratch directory under `tempDir`, else under `BATON_TMPDIR`, else in the system's place.
 * @throws BatonError `FILE-TEMPDIR-MISSING`, or what the system refused.
 */
export function createScratch(
  tempDir: string | undefined,
  env: Readonly<Record<string, string | undefined>> = process.env,
): Scratch {
  const parent = resolve(tempDir || env["BATON_TMPDIR"] || tmpdir());
  if (!statSync(parent, { throwIfNoEntry: false })?.isDirectory()) throw noTempDir(parent);
  try {
    const directory = mkdtempSync(join(parent, "c1z-"));
    return { parent, directory, database: join(directory, "db"), remove: () => removeQuietly(directory) };
  } catch (caught) {
    throw fileError(caught, `create a scratch directory in ${parent}`, "Nothing was read or written.");
  }
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
