/**
 * Reads a file that lies beside a c1z or that somebody named: a run record, a list, a key, a pack. Anything may lie there
 * in its place: a pipe would be waited for without end, a device or a huge file would fill the memory. Knows nothing of
 * what is in it.
 */
import { readFileSync, type Stats, statSync } from "node:fs";
import { errnoOf } from "../../errors.ts";

/** A run record takes some kilobytes. */
const maxTextBytes = 4 * 1024 * 1024;

/** What is no ordinary file, or too large a one. */
class NotReadError extends Error {
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

/**
 * The bytes.
 * @throws Error of the code `EISDIR`, `EFTYPE` or `EOVERFLOW` for what is no ordinary file of at most so many bytes; what
 * the system refused.
 */
export function readWholeFile(path: string, maxBytes = Infinity): Buffer {
  const found = statSync(path);
  requireOrdinary(found);
  if (found.size > maxBytes) throw new NotReadError("EOVERFLOW", `it is larger than ${maxBytes / 1024 / 1024} MiB`);
  return readFileSync(path);
}

/** A small text; undefined when nothing is there. @throws as `readWholeFile` */
export function readTextBeside(path: string): string | undefined {
  if (statSync(path, { throwIfNoEntry: false }) === undefined) return undefined;
  return readWholeFile(path, maxTextBytes).toString("utf8");
}

/** Passes for an ordinary file. @throws Error of the code `EISDIR` or `EFTYPE` for anything else. */
export function requireOrdinary(found: Stats): void {
  if (found.isFile()) return;
  if (found.isDirectory()) throw new NotReadError("EISDIR", "it is a directory");
  throw new NotReadError("EFTYPE", "it is a device, pipe or socket");
}

/** That `path` could not be read, and why: `/x cannot be opened (ENOENT)`. */
export function whyNotRead(path: string, caught: unknown): string {
  return `${path} cannot be opened (${caught instanceof NotReadError ? caught.message : errnoOf(caught)})`;
}
