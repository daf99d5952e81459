/** A folder that can be taken in at a glance: at most twenty files, tests not counted. */
import { posix } from "node:path";
import { isTest, type SourceFile, type Violation } from "./source-files.ts";

/** Most files in one folder. */
export const widestFolder = 20;

/** Folders that are still wider, and how wide at most. The list only shrinks. */
export const knownWideFolders: Readonly<Record<string, number>> = {
  sandbox: 37,
};

/** Folders that are wider than they may be, and entries of the list that are out of date. */
export function folderWidth(files: readonly SourceFile[], known = knownWideFolders): readonly Violation[] {
  const counts = new Map<string, number>();
  for (const { path } of files) {
    if (isTest(path)) continue;
    const folder = posix.dirname(path);
    counts.set(folder, (counts.get(folder) ?? 0) + 1);
  }
  const tooWide = [...counts]
    .filter(([folder, count]) => count > (known[folder] ?? widestFolder))
    .map(([folder, count]) => ({
      file: folder,
      problem: `holds ${count} files; ${known[folder] ?? widestFolder} are the most`,
    }));
  const old = Object.keys(known)
    .filter((folder) => (counts.get(folder) ?? 0) <= widestFolder)
    .map((folder) => ({ file: folder, problem: "is not too wide any more: take it off the list" }));
  return [...tooWide, ...old];
}
