/** Verifies the console's audit log: that no line of it was changed or taken out, and that a pack was made there. */
import { readWholeFile, whyNotRead } from "../sdk/c1z/container/whole-file.ts";
import { brokenLine, chainedLines, lineObject } from "../sdk/chained-lines.ts";
import { BatonError, Status } from "../sdk/errors.ts";

/** What was verified. */
export interface VerifiedLog {
  readonly lines: number;
  /** Lines of earlier versions, which name no hash; they stand before all others. */
  readonly unchained: number;
}

/**
 * Verifies the log at `path`. @param packs hashes of packs, SHA-256 in hex, that must be in it.
 * @throws BatonError `EVIDENCE-AUDIT`
 */
export function verifyAuditLog(path: string, packs: readonly string[]): VerifiedLog {
  const lines = [...chainedLines(contentOf(path))];
  const broken = brokenLine(lines);
  if (broken) throw badLog(`${path} does not hold: line ${broken.number} ${problems[broken.problem]}`);
  const objects = lines.map(lineObject);
  const known = new Set(
    objects.map((line) => (line?.["details"] as { readonly sha256?: unknown } | undefined)?.sha256),
  );
  if (packs.some((hash) => !known.has(hash))) throw badLog(`${path} has no line about this pack`);
  return { lines: lines.length, unchained: objects.filter((line) => line?.["before"] === undefined).length };
}

const problems = {
  "changed-before": "does not fit what stands before it",
  unchained: "names no hash",
  "no-object": "cannot be read",
} as const;

function contentOf(path: string): Uint8Array {
  try {
    return readWholeFile(path);
  } catch (caught) {
    throw badLog(whyNotRead(path, caught));
  }
}

function badLog(problem: string): BatonError {
  return new BatonError({
    code: "EVIDENCE-AUDIT",
    status: Status.dataLoss,
    message: `The audit log was not verified: ${problem}.`,
    effect: "It does not prove what was done.",
    hint: "Compare it with a back-up.",
  });
}
