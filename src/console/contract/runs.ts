/** Runs, their progress and their logs as the page sees them. Times are milliseconds since the epoch. */
import type { RecordedCompleteness } from "../../sdk/contracts/completeness.ts";
import type { RunDrop as RecordedDrop, RunRecord } from "../../sdk/contracts/run-record.ts";
import type { Failure } from "./failures.ts";

/** Steps of a run in the words of the page, in order. */
export const runPhases = ["organization", "members", "teams", "roles", "memberships", "writing file"] as const;
/** One of them. */
export type RunPhase = (typeof runPhases)[number];

/** How a run ended: the words of the run record, and `Cancelled` and `Interrupted` for runs without a record. */
export type RunResult =
  | "Complete"
  | "Complete with warnings"
  | "Partial roster"
  | "Incomplete"
  | "Held"
  | "Failed"
  | "Cancelled"
  | "Interrupted";

/** Rows of the file, read back from it. */
export interface RunTotals {
  readonly members: number;
  readonly activeMembers: number;
  readonly inactiveMembers: number;
  readonly teams: number;
  readonly entitlements: number;
  readonly grants: number;
}

/** A run in a list. */
export interface RunSummary {
  readonly runId: string;
  readonly connectorId: string;
  /** What was read: the organization's slug; null when the run ended before it began to read. */
  readonly target: string | null;
  readonly startedBy: "person" | "schedule" | "setup" | "confirm" | "c1";
  readonly startedAtMs: number;
  /** Null while it runs. */
  readonly endedAtMs: number | null;
  readonly durationMs: number | null;
  /** Null while it runs. */
  readonly result: RunResult | null;
  readonly totals: RunTotals | null;
  readonly requests: number | null;
  readonly retries: number | null;
  readonly warningCount: number;
  /** Size and SHA-256 of the kept file; null when the run wrote none, or it is not kept any more. */
  readonly file: { readonly bytes: number; readonly sha256: string } | null;
  readonly keyFingerprint: string | null;
  /** Short, for the list; the whole is in the detail. */
  readonly errorCode: string | null;
  readonly errorTitle: string | null;
}

/** GET /api/connectors/:id/runs?offset=&limit= : newest first. */
export interface RunsPage {
  readonly rows: readonly RunSummary[];
  /** Number of runs that are kept. */
  readonly total: number;
}

/** A run with everything that it recorded. */
export interface RunDetail extends RunSummary {
  readonly syncId: string | null;
  readonly resumed: boolean;
  readonly phaseMs: Readonly<Record<string, number>>;
  readonly signals: RunRecord["signals"];
  readonly warnings: RunRecord["warnings"];
  /** What was compared; null for runs that recorded nothing of it. */
  readonly completeness: RunCompleteness | null;
  readonly failure: Failure | null;
  /** For a held run: true when somebody has decided to keep the old file. Absent: nobody has. */
  readonly isAnswered?: boolean;
  /** For a held run: counts before and after, and names of some of those that fell away. */
  readonly drop: RunDrop | null;
}

/** What a run compared of each list, so that a reader can redo the sum; the words are those of the run record. */
export interface RunCompleteness extends RecordedCompleteness {
  /** A token ends by itself; absent in runs of earlier versions. */
  readonly keyKind?: "key" | "token" | null;
}

/** What fell away in a held run. */
export interface RunDrop extends Omit<RecordedDrop, "gone"> {
  /** `TYPE/ID` of what is gone, or with grants alone of who lost one, at most 5,000; absent in earlier runs. */
  readonly gone?: readonly string[];
}

/** A run under way. */
export interface RunProgress {
  readonly runId: string;
  readonly connectorId: string;
  readonly phase: RunPhase;
  /** 0 to 1 over the whole run; null while nothing can be said. */
  readonly fraction: number | null;
  readonly members: number;
  readonly teams: number;
  readonly entitlements: number;
  readonly grants: number;
  readonly requests: number;
  readonly retries: number;
  readonly rateLimit: {
    readonly limit: number | null;
    readonly remaining: number | null;
    readonly resetAtMs: number | null;
  } | null;
  /** Set while the run waits. */
  readonly waiting: { readonly kind: "rate-limit" | "retry"; readonly reason: string; readonly untilMs: number } | null;
  readonly startedAtMs: number;
  /** Guess of what is left, by the run before; null when there is none. */
  readonly secondsLeft: number | null;
  readonly isCancelling: boolean;
  /** True while it waits for syncs of other connectors to end: nothing of it has begun. */
  readonly isQueued: boolean;
}

/** Levels of log lines, least first. */
export const logLevels = ["debug", "info", "warn", "error"] as const;
/** One of them. */
export type LogLevelName = (typeof logLevels)[number];

/** A line of the log. */
export interface LogLine {
  /** Grows; later lines have higher ones. */
  readonly seq: number;
  readonly timeMs: number;
  readonly level: LogLevelName;
  readonly message: string;
  /** Details, sorted by key. */
  readonly fields: Readonly<Record<string, unknown>>;
  readonly runId: string | null;
}

/** GET /api/connectors/:id/logs?level=&q=&runId=&offset=&limit=&asOf= : newest first. */
export interface LogPage {
  readonly rows: readonly LogLine[];
  /** Number of lines that match in all. */
  readonly total: number;
  /** The newest of them: with it further pages are of the same lines, whatever is logged meanwhile. */
  readonly asOf: number;
}
