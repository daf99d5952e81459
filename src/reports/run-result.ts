/** What the run that wrote a sync said of itself, from the record beside the file. */
import { fileError } from "../sdk/c1z/container/file-errors.ts";
import { readTextBeside } from "../sdk/c1z/container/whole-file.ts";
import type { SyncRun } from "../sdk/c1z/write/sync-runs.ts";
import { keyInWords, listInWords } from "../sdk/contracts/completeness.ts";
import {
  lastSyncOf,
  parseRunRecord,
  type RunRecord,
  runRecordPath,
  type SyncResult,
} from "../sdk/contracts/run-record.ts";

const complete: ReadonlySet<string> = new Set<SyncResult>(["Complete", "Complete with warnings"]);

/** Whether the run saw everything that there was to see. */
export function isComplete(result: SyncResult): boolean {
  return complete.has(result);
}

/** What is known of the run that wrote a sync. */
export type SyncsRun = Pick<RunRecord, "result" | "key" | "completeness">;

/** The record's text; undefined when there is none. @throws BatonError what the system refused. */
export function readRunRecord(file: string): string | undefined {
  const path = runRecordPath(file);
  try {
    return readTextBeside(path);
  } catch (caught) {
    throw fileError(caught, `read ${path}`, "The reports were not made.");
  }
}

/** The run that wrote `sync`, also where a later one came to nothing; undefined when the record is about another, or none. */
export function runOf(recordText: string | undefined, sync: SyncRun | undefined): SyncsRun | undefined {
  const record = recordText === undefined ? undefined : parseRunRecord(recordText);
  if (record?.syncId === sync?.id) return record;
  const last = record && lastSyncOf(record);
  return last?.syncId === sync?.id ? last && { key: null, completeness: null, ...last } : undefined;
}

/** What a reader of reports must know of a run that did not see everything. */
export function resultNotice(result: SyncResult | undefined): string | undefined {
  if (result === undefined || isComplete(result)) return undefined;
  return `The result of the run was ${result}: people or access may be missing.`;
}

/** The run in labels and texts: its result, whose key it was, what was compared, and what is not in the file. */
export function runHead({ result, key, completeness }: SyncsRun): readonly (readonly [label: string, text: string])[] {
  const owner = completeness?.keyOwner;
  const notRead = (completeness?.notRead ?? []).map(({ title }) => title);
  return [
    ["Result", result],
    ...(owner ? [["Read with", keyInWords(key?.kind, owner)] as const] : []),
    ...(completeness?.lists ?? []).map((list) => ["Compared", listInWords(list)] as const),
    ...(notRead.length > 0 ? [["Not read", notRead.join(", ")] as const] : []),
  ];
}

/** The same as data, for JSON. */
export function runObject({ result, key, completeness }: SyncsRun) {
  return { result, keyKind: key?.kind ?? null, completeness };
}
