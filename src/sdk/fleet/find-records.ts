/** Finds run records below a directory of this machine. */
import { open, readdir } from "node:fs/promises";
import { join } from "node:path";
import { runRecordPath } from "../contracts/run-record.ts";
import { BatonError, Status } from "../errors.ts";
import type { FoundRecord } from "./fleet.ts";

/** A record is a few kilobytes; whatever is longer is none. */
export const longestRecordBytes = 4 * 1024 * 1024;
const recordSuffix = runRecordPath("");

/** True for the name of a run record. */
export function isRecordName(name: string): boolean {
  return name.endsWith(recordSuffix) && name.length > recordSuffix.length;
}

/**
 * All records below `directory`, in directories of any depth; links are not followed.
 * @throws BatonError `FLEET-DIRECTORY` when it cannot be read.
 */
export async function recordsIn(directory: string): Promise<readonly FoundRecord[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true }).catch((cause: unknown) => {
    throw unreadable(directory, cause);
  });
  const paths = entries
    .filter((entry) => entry.isFile() && isRecordName(entry.name))
    .map((entry) => join(entry.parentPath, entry.name));
  const records: FoundRecord[] = [];
  // One after another: many files at once gain nothing and may be more than the process may open.
  for (const at of paths) records.push({ at, text: await textOf(at) });
  return records;
}

async function textOf(path: string): Promise<string | undefined> {
  try {
    await using file = await open(path, "r");
    const { size } = await file.stat();
    return size > longestRecordBytes ? undefined : await file.readFile("utf8");
  } catch {
    // Shown as a record that cannot be read.
    return undefined;
  }
}

function unreadable(directory: string, cause: unknown): BatonError {
  const reason = (cause as NodeJS.ErrnoException).code ?? "unknown error";
  return new BatonError({
    code: "FLEET-DIRECTORY",
    status: reason === "ENOENT" ? Status.notFound : Status.unknown,
    message: `The directory ${directory} cannot be read (${reason}).`,
    effect: "Nothing was looked at.",
    hint: "Name a directory with run records, or s3://BUCKET/PREFIX.",
    cause,
  });
}
