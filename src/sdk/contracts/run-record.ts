/**
 * The run record: what a run leaves beside its file, `FILE.run.json`, for those who show runs later. Shape only; it
 * is written by sync/write-run-record.ts and read by parse-run-record.ts.
 */
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
