/**
 * The run record: what a run leaves beside its file, `FILE.run.json`, for those who show runs later. It is
 * written by sync/write-run-record.ts.
 */

import { isJsonObject, parseJsonObject } from "../json-object.ts";
import type { RecordedCompleteness } from "./completeness.ts";
import type { TargetIdentity, WarningSeverity } from "./connector.ts";

/**
 * What a run is worth. `Complete` and `Complete with warnings`: all rows are there. `Partial roster`: the credential
 * may not see all. `Incomplete`: rows are known to be missing. `Held`: so much fell away that nobody should take it
 * for removals unasked. `Failed`: an error ended the run. The last three never replace a finished sync.
 */
export type SyncResult = (typeof syncResults)[number];
/** All of them. */
export const syncResults = [
  "Complete",
  "Complete with warnings",
  "Partial roster",
  "Incomplete",
  "Held",
  "Failed",
] as const;

/** A sign that the read is partial, added up. */
export interface RunSignal {
  /** Such as `R2`. */
  readonly id: string;
  readonly level: WarningSeverity;
  readonly count: number;
  readonly message: string;
}

/** Row counts of the written file: counted in the database that the file was read back and compared with. */
export interface RunCounts {
  readonly resourceTypes: number;
  readonly resources: number;
  readonly entitlements: number;
  readonly grants: number;
  readonly resourcesByResourceType: Readonly<Record<string, number>>;
}

/** What fell away in a run that is held, for a person to judge. */
export interface RunDrop {
  /** By resource type, and `grants`. */
  readonly counts: readonly { readonly what: string; readonly before: number; readonly after: number }[];
  /** Names of some of what is gone, at most 20. */
  readonly sampleNames: readonly string[];
  /** What is gone, or with grants alone who lost one: at most 5,000; absent in records of earlier versions. */
  readonly gone?: readonly { readonly resourceType: string; readonly id: string }[];
}

/** The content of `FILE.run.json`. Times are RFC 3339 in UTC, durations milliseconds. */
export interface RunRecord {
  readonly schemaVersion: 2;
  readonly result: SyncResult;
  /** True when the file was replaced by one that holds this run's finished sync. */
  readonly replaced: boolean;
  readonly signals: readonly RunSignal[];
  readonly warnings: readonly {
    readonly code: string;
    readonly severity: WarningSeverity;
    readonly count: number;
    readonly message: string;
  }[];
  /** What ended the run; null for a run that was not ended by an error. */
  readonly error: { readonly code: string; readonly message: string } | null;
  /** Set when the run is held; absent in records of earlier versions. */
  readonly drop?: RunDrop | null;
  readonly syncId: string | null;
  readonly syncType: string;
  readonly resumed: boolean;
  readonly startedAt: string;
  readonly endedAt: string;
  readonly durationMs: number;
  readonly phaseMs: Readonly<Record<string, number>>;
  readonly requests: number | null;
  readonly retries: number | null;
  /** Null when the file was not replaced. */
  readonly counts: RunCounts | null;
  /** Null in records of version 1, which did not say. */
  readonly completeness: RecordedCompleteness | null;
  /** The file as it is after the run; null when there is none. */
  readonly file: { readonly path: string; readonly bytes: number; readonly sha256: string } | null;
  readonly key: {
    readonly source: string;
    readonly fingerprint: string;
    /** Absent in records of version 1. */
    readonly kind?: "key" | "token";
    /** When a token ends. */
    readonly expiresAt?: string;
  } | null;
  /** What was read, for example the organization's slug. */
  readonly target: string | null;
  /** Which target that is; absent in earlier records. */
  readonly identity?: TargetIdentity | null;
  readonly connector: { readonly name: string; readonly version: string };
  /** The finished sync that the file holds, of this run or of an earlier one; absent in earlier records. */
  readonly lastSync?: RecordedSync | null;
}

/** A finished sync. */
export interface RecordedSync {
  readonly syncId: string | null;
  readonly endedAt: string;
  readonly result: SyncResult;
  readonly counts: RunCounts | null;
  /** What its run compared, and with which key; absent in earlier records. */
  readonly completeness?: RunRecord["completeness"];
  readonly key?: RunRecord["key"];
}

/** The finished sync that the file holds, as far as the record says. */
export function lastSyncOf(record: RunRecord): RecordedSync | undefined {
  const { replaced, syncId, endedAt, result, counts, completeness, key, lastSync } = record;
  return replaced ? { syncId, endedAt, result, counts, completeness, key } : (lastSync ?? undefined);
}

/** Where the record of the runs on `file` lies. */
export function runRecordPath(file: string): string {
  return `${file}.run.json`;
}

/**
 * Reads a record of this version or the one before; undefined for text that is none, one of a later version, and one
 * that is not as declared: records lie where others write too, such as buckets.
 */
export function parseRunRecord(text: string): RunRecord | undefined {
  const value = parseJsonObject(text);
  if (isRecord(value) && value.schemaVersion === 2) return value;
  // What version 2 adds is absent in version 1, and nothing else differs.
  if (isEarlierRecord(value) && value.schemaVersion === 1) return { ...value, schemaVersion: 2, completeness: null };
  return undefined;
}

type Test = (value: unknown) => boolean;

const isText: Test = (value) => typeof value === "string";
const isNumber: Test = (value) => typeof value === "number";
const isFlag: Test = (value) => typeof value === "boolean";
const isResult: Test = (value) => syncResults.some((result) => result === value);

function maybe(test: Test): Test {
  return (value) => value === null || value === undefined || test(value);
}

function list(test: Test): Test {
  return (value) => Array.isArray(value) && value.every(test);
}

function object(fields: Readonly<Record<string, Test>>): Test {
  const tests = Object.entries(fields);
  return (value) => isJsonObject(value) && tests.every(([name, test]) => test(value[name]));
}

const isNumbers: Test = (value) => isJsonObject(value) && Object.values(value).every(isNumber);
const isCounts = object({
  resourceTypes: isNumber,
  resources: isNumber,
  entitlements: isNumber,
  grants: isNumber,
  resourcesByResourceType: isNumbers,
});
const isList = object({
  ...{
    list: isText,
    title: isText,
    resourceType: isText,
    announced: maybe(isNumber),
    read: isNumber,
    distinct: isNumber,
  },
  added: isNumber,
  passes: isNumber,
  sweeps: isNumber,
  moved: isFlag,
  startedAt: isText,
  endedAt: maybe(isText),
});
const isCompleteness = object({
  lists: list(isList),
  keyOwner: maybe(object({ kind: isText, role: maybe(isText), seesAll: isFlag })),
  notRead: list(object({ what: isText, title: isText, reason: isText })),
});
const isKey = object({ source: isText, fingerprint: isText, kind: maybe(isText), expiresAt: maybe(isText) });
const isDrop = object({
  counts: list(object({ what: isText, before: isNumber, after: isNumber })),
  sampleNames: list(isText),
  gone: maybe(list(object({ resourceType: isText, id: isText }))),
});
const isLastSync = object({
  syncId: maybe(isText),
  endedAt: isText,
  result: isResult,
  counts: maybe(isCounts),
  completeness: maybe(isCompleteness),
  key: maybe(isKey),
});

/** What both versions have. */
const ofBoth = {
  result: isResult,
  replaced: isFlag,
  syncId: maybe(isText),
  syncType: isText,
  resumed: isFlag,
  signals: list(object({ id: isText, level: isText, count: isNumber, message: isText })),
  warnings: list(object({ code: isText, severity: isText, count: isNumber, message: isText })),
  error: maybe(object({ code: isText, message: isText })),
  drop: maybe(isDrop),
  startedAt: isText,
  endedAt: isText,
  durationMs: isNumber,
  phaseMs: isNumbers,
  requests: maybe(isNumber),
  retries: maybe(isNumber),
  counts: maybe(isCounts),
  key: maybe(isKey),
  file: maybe(object({ path: isText, bytes: isNumber, sha256: isText })),
  target: maybe(isText),
  identity: maybe(object({ host: isText, root: object({ resourceType: isText, resource: isText }) })),
  connector: object({ name: isText, version: isText }),
  lastSync: maybe(isLastSync),
};
const earlierTest = object(ofBoth);
const test = object({ ...ofBoth, completeness: maybe(isCompleteness) });

function isRecord(value: unknown): value is RunRecord {
  return test(value);
}

function isEarlierRecord(
  value: unknown,
): value is Omit<RunRecord, "schemaVersion" | "completeness"> & { schemaVersion: 1 } {
  return earlierTest(value);
}
