/** What the closing table of a run says beyond numbers of rows, counted in the file that was just written. */
import type { CountSection } from "./roster-summary.ts";

/** Reads the newest finished sync of the file; the reader is loaded only now. */
export async function summarizeFile(path: string): Promise<readonly CountSection[]> {
  const { openC1z } = await import("../sdk/c1z/read/reader.ts");
  const { summarizeRoster, summarySections } = await import("./roster-summary.ts");
  using reader = await openC1z(path);
  return summarySections(summarizeRoster(reader.view()));
}
