/**
 * Reads a file that lies beside a c1z or that somebody named: a run record, a list, a key, a pack. Anything may lie there
 * in its place: a pipe would be waited for without end, a device or a huge file would fill the memory. Knows nothing of
 * what is in it.
 */
import { closeSync, openSync, readFileSync, readSync, type Stats, statSync } from "node:fs";
import { errnoOf } from "../../errors.ts";

/** A run record takes some kilobytes. */
const maxTextBytes = 4 * 1024 * 1024;

/** A pipe that this process was given, as by `<(command)` of a shell: somebody writes to it. */
const givenPipe = /^\/(?:dev|proc\/self)\/fd\/\d+$/;
const pieceBytes = 64 * 1024;

/** What is no ordinary file, or too large a one. */
class NotReadError extends Error {
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

/**
 * The bytes of an ordinary file, or of a pipe that this process was given.
 * @throws Error of the code `EISDIR`, `EFTYPE` or `EOVERFLOW` for anything else, and for more than so many bytes; what the
 * system refused.
 */
export function readWholeFile(path: string, maxBytes = Infinity): Buffer {
  const found = statSync(path);
  if (found.isFIFO() && givenPipe.test(path)) return readPipe(path, maxBytes);
  requireOrdinary(found);
  requireFits(found.size, maxBytes);
  return readFileSync(path);
}

function readPipe(path: string, maxBytes: number): Buffer {
  const pipe = openSync(path, "r");
  try {
    const pieces: Buffer[] = [];
    for (let length = 0; ; ) {
      const piece = Buffer.allocUnsafe(pieceBytes);
      const got = readSync(pipe, piece);
      if (got === 0) return Buffer.concat(pieces);
      pieces.push(piece.subarray(0, got));
      length += got;
      requireFits(length, maxBytes);
    }
  } finally {
    closeSync(pipe);
  }
}

function requireFits(bytes: number, maxBytes: number): void {
  if (bytes > maxBytes) throw new NotReadError("EOVERFLOW", `it is larger than ${maxBytes / 1024 / 1024} MiB`);
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
