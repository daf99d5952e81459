/** Names of the files that exist for a moment beside a file that is locked or saved, and what becomes of those left. */
import { randomBytes } from "node:crypto";
import { readdirSync, rmSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { isHeldMark } from "./live-mark.ts";

/** Of the file itself, its lock and the record of its run. */
const suffix = /^(?:\.lock|\.run\.json)?\.[0-9a-f]{12}\.tmp$/;

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
