/**
 * What lies beside a version 3 file, which holds one finished sync: an unfinished sync that the next run goes on with,
 * and the files before, so that the last syncs can be compared.
 */

import { constants, existsSync } from "node:fs";
import { copyFile, link, rename, rm } from "node:fs/promises";
import { errnoOf } from "../../errors.ts";
import { formatOf } from "../container/container.ts";
import { readV3Manifest } from "../container/v3-manifest.ts";

/** Where an unfinished sync for the file `target` lies: a scratch database, packed as a version 1 file is. */
export function unfinishedPath(target: string): string {
  return `${target}.unfinished`;
}

/** Where the file before `target` lies; `age` 2 is the one before that, and so on. */
export function previousPath(target: string, age = 1): string {
  return age === 1 ? `${target}.previous` : `${target}.previous-${age}`;
}

/** The files before `target` that are there, the newest first. */
export function previousFiles(target: string): readonly string[] {
  const found: string[] = [];
  for (let age = 1; existsSync(previousPath(target, age)); age++) found.push(previousPath(target, age));
  return found;
}

/** Removes the unfinished sync of `target`, if there is one. */
export async function removeUnfinished(target: string): Promise<void> {
  await rm(unfinishedPath(target), { force: true });
}

/**
 * Makes `target`, which is about to be replaced, the file before the new one. Of full syncs `keep` files remain; those
 * that hold another kind of sync remain as long as an older full one does. A kill in between leaves the same sync in two
 * files, never a gap: a comparison passes over a file that holds the sync of the one after it.
 * @param keep undefined: all.
 */
export async function keepPrevious(target: string, keep: number | undefined): Promise<void> {
  if (!existsSync(target)) return;
  const files = [target, ...previousFiles(target)];
  const kept = await countKept(files, keep);
  for (const file of files.slice(Math.max(kept, 1))) await rm(file, { force: true });
  for (let age = kept - 1; age >= 1; age--) await rename(previousPath(target, age), previousPath(target, age + 1));
  if (kept > 0) await linkOrCopy(target, previousPath(target));
}

/** How many of `files`, newest first, are kept so that `keep` of them hold full syncs. */
async function countKept(files: readonly string[], keep: number | undefined): Promise<number> {
  if (keep === undefined) return files.length;
  let full = 0;
  for (const [index, file] of files.entries()) {
    if (full >= keep) return index;
    if (await holdsFullSync(file)) full++;
  }
  return files.length;
}

async function holdsFullSync(file: string): Promise<boolean> {
  // A version 1 file holds several, and one of them is.
  if ((await formatOf(file)) !== "v3") return true;
  const { syncs } = await readV3Manifest(file);
  return syncs.some(({ type }) => type === "full");
}

/** Two names for one file, or a copy where the file system knows no such thing. */
async function linkOrCopy(target: string, other: string): Promise<void> {
  try {
    await link(target, other);
  } catch (caught) {
    if (!["EPERM", "ENOTSUP", "EOPNOTSUPP", "ENOSYS", "EMLINK"].includes(errnoOf(caught))) throw caught;
    await copyFile(target, other, constants.COPYFILE_EXCL);
  }
}
