/** What the run that wrote a sync said of itself, from the record beside the file. */
import { existsSync, readFileSync } from "node:fs";
import { fileError } from "../sdk/c1z/container/file-errors.ts";
import type { SyncRun } from "../sdk/c1z/write/sync-runs.ts";
import { listInWords } from "../sdk/contracts/completeness.ts";
import { parseRunRecord, type RunRecord, runRecordPath, type SyncResult } from "../sdk/contracts/run-record.ts";

const complete: ReadonlySet<string> = new Set<SyncResult>(["Complete", "Complete with warnings"]);

/** Whether the run saw everything that there was to see. */
export function isComplete(result: SyncResult): boolean {
  return complete.has(result);
}

/** The record's text; undefined when there is none. @throws BatonError what the system refused. */
export function readRunRecord(file: string): string | undefined {
  const path = runRecordPath(file);
  try {
    return existsSync(path) ? readFileSync(path, "utf8") : undefined;
  } catch (caught) {
    throw fileError(caught, `read ${path}`, "The reports were not made.");
  }
}

/** The record of the run that wrote `sync`; undefined when the record is about another, or none. */
export function runOf(recordText: string | undefined, sync: SyncRun | undefined): RunRecord | undefined {
  const record = recordText === undefined ? undefined : parseRunRecord(recordText);
  return record !== undefined && record.syncId === sync?.id ? record : undefined;
}

/** What a reader of reports must know of a run that did not see everything. */
export function resultNotice(result: SyncResult | undefined): string | undefined {
  if (result === undefined || isComplete(result)) return undefined;
  return `The result of the run was ${result}: people or access may be missing.`;
}

const keyOwners = { person: "a person", service: "a service account", unknown: "somebody unknown" };

/** The run in labels and texts: its result, whose key it was, what was compared, and what is not in the file. */
export function runHead({ result, key, completeness }: RunRecord): readonly (readonly [label: string, text: string])[] {
  const owner = completeness?.keyOwner;
  const kind = key?.kind === "token" ? "short-lived token" : "key";
  const notRead = (completeness?.notRead ?? []).map(({ title }) => title);
  return [
    ["Result", result],
    ...(owner ? [["Read with", `${kind} of ${keyOwners[owner.kind]}, role ${owner.role ?? "unknown"}`] as const] : []),
    ...(completeness?.lists ?? []).map((list) => ["Compared", listInWords(list)] as const),
    ...(notRead.length > 0 ? [["Not read", notRead.join(", ")] as const] : []),
  ];
}

/** The same as data, for JSON. */
export function runObject({ result, key, completeness }: RunRecord) {
  return { result, keyKind: key?.kind ?? null, completeness };
}
