/** What the run that wrote a sync said of itself, from the record beside the file. */
import { existsSync, readFileSync } from "node:fs";
import { fileError } from "../sdk/c1z/container/file-errors.ts";
import type { SyncRun } from "../sdk/c1z/write/sync-runs.ts";
import { parseRunRecord, runRecordPath, type SyncResult } from "../sdk/contracts/run-record.ts";

const complete: ReadonlySet<string> = new Set<SyncResult>(["Complete", "Complete with warnings"]);

/** The record's text; undefined when there is none. @throws BatonError what the system refused. */
export function readRunRecord(file: string): string | undefined {
  const path = runRecordPath(file);
  try {
    return existsSync(path) ? readFileSync(path, "utf8") : undefined;
  } catch (caught) {
    throw fileError(caught, `read ${path}`, "The reports were not made.");
  }
}

/** The result of the run that wrote `sync`; undefined when the record is about another, or none. */
export function runResult(recordText: string | undefined, sync: SyncRun | undefined): SyncResult | undefined {
  const record = recordText === undefined ? undefined : parseRunRecord(recordText);
  return record !== undefined && record.syncId === sync?.id ? record.result : undefined;
}

/** What a reader of reports must know of a run that did not see everything. */
export function resultNotice(result: SyncResult | undefined): string | undefined {
  if (result === undefined || complete.has(result)) return undefined;
  return `The result of the run was ${result}: people or access may be missing.`;
}
