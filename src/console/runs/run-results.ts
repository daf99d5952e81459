/** What a run is when it begins and when it has ended. Pure: everything is handed in. */
import type { RunRecord } from "../../sdk/contracts/run-record.ts";
import type { Failure } from "../contract/failures.ts";
import type { RunDetail, RunResult, RunSummary, RunTotals } from "../contract/runs.ts";
import type { SentError } from "../worker/messages.ts";

/** A run that begins. */
export function newRun(begin: Pick<RunDetail, "runId" | "connectorId" | "startedBy" | "startedAtMs">): RunDetail {
  return {
    ...begin,
    endedAtMs: null,
    durationMs: null,
    result: null,
    totals: null,
    requests: null,
    retries: null,
    warningCount: 0,
    file: null,
    keyFingerprint: null,
    errorCode: null,
    errorTitle: null,
    target: null,
    syncId: null,
    resumed: false,
    phaseMs: {},
    signals: [],
    warnings: [],
    completeness: null,
    failure: null,
    drop: null,
  };
}

/** How a run ended. */
export interface RunEnding {
  readonly endedAtMs: number;
  readonly record: RunRecord | undefined;
  /** Counted in the file; null when it wrote none. */
  readonly totals: RunTotals | null;
  readonly error: SentError | null;
  /** Whether a person asked for the end. */
  readonly wasCancelled: boolean;
}

/** The run with everything that is known of it, but for the failure's description. */
export function endedRun(run: RunDetail, ending: RunEnding): RunDetail {
  const { endedAtMs, record, totals, error } = ending;
  return {
    ...run,
    endedAtMs,
    durationMs: Math.max(0, endedAtMs - run.startedAtMs),
    result: resultOf(ending),
    totals,
    requests: record?.requests ?? null,
    retries: record?.retries ?? null,
    warningCount: record?.warnings.length ?? 0,
    file: record?.replaced && record.file ? { bytes: record.file.bytes, sha256: record.file.sha256 } : null,
    keyFingerprint: record?.key?.fingerprint ?? run.keyFingerprint,
    errorCode: error?.code ?? record?.error?.code ?? null,
    target: record?.target ?? null,
    syncId: record?.syncId ?? null,
    resumed: record?.resumed ?? false,
    phaseMs: record?.phaseMs ?? {},
    signals: record?.signals ?? [],
    warnings: record?.warnings ?? [],
    completeness: record?.completeness ? { ...record.completeness, keyKind: record.key?.kind ?? null } : null,
    drop: record?.drop
      ? {
          counts: record.drop.counts.map((one) => ({ ...one, what: pageWords[one.what] ?? one.what })),
          sampleNames: record.drop.sampleNames,
          gone: (record.drop.gone ?? []).map(({ resourceType, id }) => `${resourceType}/${id}`),
        }
      : null,
  };
}

const pageWords: Readonly<Record<string, string>> = { user: "members", team: "teams" };

/** The record's word; a record is not written by runs that end before they have begun to read. */
function resultOf({ record, error, wasCancelled }: RunEnding): RunResult {
  // A process that was lost or stopped after it had finished its file has done its work.
  if (record?.replaced) return record.result;
  const code = error?.code ?? record?.error?.code;
  if (code === "BATON-INTERRUPTED") return wasCancelled ? "Cancelled" : "Interrupted";
  return code === "CONSOLE-RUN-LOST" ? "Failed" : (record?.result ?? "Failed");
}

/** With its failure described. */
export function withFailure(run: RunDetail, failure: Failure | null): RunDetail {
  return { ...run, failure, errorCode: failure?.code ?? run.errorCode, errorTitle: failure?.title ?? null };
}

/** Ends of runs whose file can be taken for the whole organization. */
export const goodResults: readonly RunResult[] = ["Complete", "Complete with warnings"];

/** True when the file of the run can be taken for the whole organization. */
export function isGood({ result }: Pick<RunSummary, "result">): boolean {
  return result !== null && goodResults.includes(result);
}

/** The part of a run that lists show. */
export function summaryOf(run: RunDetail): RunSummary {
  const {
    syncId: _a,
    resumed: _b,
    phaseMs: _c,
    signals: _d,
    warnings: _e,
    completeness: _h,
    failure: _f,
    drop: _g,
    isAnswered: _i,
    ...summary
  } = run;
  return summary;
}
