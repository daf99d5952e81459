/**
 * Reads a small text that lies beside a file, such as the record of its run. Anything may lie there in its place: a pipe
 * would be waited for without end, a huge file would fill the memory. Knows nothing of what the text says.
 */
import { readFileSync, statSync } from "node:fs";

/** A run record takes some kilobytes. */
const maxBytes = 4 * 1024 * 1024;

/**
 * The text; undefined when nothing is there.
 * @throws Error of the code `EISDIR`, `EFTYPE` or `EOVERFLOW` for what is no small file; what the system refused.
 */
export function readTextBeside(path: string): string | undefined {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined) return undefined;
  if (!found.isFile()) throw refused(found.isDirectory() ? "EISDIR" : "EFTYPE", "it is no ordinary file");
  if (found.size > maxBytes) throw refused("EOVERFLOW", `it is larger than ${maxBytes / 1024 / 1024} MiB`);
  return readFileSync(path, "utf8");
}

function refused(code: string, why: string): Error {
  return Object.assign(new Error(`${code}: ${why}`), { code });
}
