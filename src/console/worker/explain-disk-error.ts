/** Says how much room there is where a sync ran out of it, and about how much it takes. */
import { statfs } from "node:fs/promises";
import type { Explanation, Job } from "./messages.ts";

/** Bytes that a small organization needs with room to spare. */
const leastNeeded = 16 * 1024 * 1024;

/** Facts about an error with the code FILE-DISK-FULL; none for others. */
export async function explainDiskError(code: string, job: Job): Promise<Explanation["facts"]> {
  if (code !== "FILE-DISK-FULL" || !("tempDir" in job)) return [];
  try {
    const { bavail, bsize } = await statfs(job.tempDir);
    return [
      ["Directory", job.tempDir],
      ["Free", inMegabytes(bavail * bsize)],
      ["Needed", `${inMegabytes(leastNeeded)} at least; about 1 MB for 100 members`],
    ];
  } catch {
    // Gone, or not to be asked: the error itself names the place.
    return [];
  }
}

function inMegabytes(bytes: number): string {
  return `${(bytes / 1024 / 1024).toFixed(1)} MB`;
}
