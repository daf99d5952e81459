/** The audit log of a console as tests read it. */
import { readFileSync } from "node:fs";
import { join } from "node:path";

/** A line of it. */
interface AuditLine {
  readonly actor: string;
  readonly action: string;
  readonly target: string;
  readonly result: string;
  readonly details: Readonly<Record<string, unknown>>;
}

/** All lines of a data directory's log, the oldest first. */
export function auditLines(dataDir: string): readonly AuditLine[] {
  return readFileSync(join(dataDir, "audit.ndjson"), "utf8")
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as AuditLine); // what the log writes
}
