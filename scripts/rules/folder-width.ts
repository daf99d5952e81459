/** A folder that can be taken in at a glance: at most twenty files, tests not counted. */
import { posix } from "node:path";
import { isTest, type SourceFile, type Violation } from "./source-files.ts";

/** Most files in one folder. */
const widestFolder = 20;

/** Folders that are wider than they may be. */
export function folderWidth(files: readonly SourceFile[]): readonly Violation[] {
  const counts = new Map<string, number>();
  for (const { path } of files) {
    if (isTest(path)) continue;
    const folder = posix.dirname(path);
    counts.set(folder, (counts.get(folder) ?? 0) + 1);
  }
  return [...counts]
    .filter(([, count]) => count > widestFolder)
    .map(([file, count]) => ({ file, problem: `holds ${count} files; ${widestFolder} are the most` }));
}
