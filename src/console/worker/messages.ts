/**
 * What the console and the process of a job say to each other, over the channel between parent and child. Settings with
 * their secrets come this way and no other: arguments and environment can be read from outside.
 */
import type { ServiceEvent } from "../../sdk/c1/events.ts";
import type { CheckResult, ConnectorStats } from "../../sdk/contracts/connector.ts";
import type { SyncPhase } from "../../sdk/sync/events.ts";
import type { ConnectorSettings } from "../contract/connectors.ts";
import type { RunTotals } from "../contract/runs.ts";

/** What every job needs to know of a connector. */
export interface JobSettings
  extends Pick<ConnectorSettings, "orgSlug" | "baseUrl" | "timeoutSeconds" | "requested" | "storageEngine"> {
  readonly apiKey: string;
  /** Where the key comes from, in words. */
  readonly keySource: string;
}

/** Client id and secret of C1. */
export interface C1Settings {
  readonly clientId: string;
  readonly clientSecret: string;
}

/** Lines of the test of the link to C1, in order. */
export const c1CheckTitles = {
  "c1-token": "C1 accepts client id and secret",
  "c1-hello": "C1 knows this connector",
} as const;

/** A sync into a file. */
export interface SyncJob {
  readonly kind: "sync";
  readonly settings: JobSettings;
  readonly file: string;
  readonly tempDir: string;
  readonly acceptChanges: boolean;
}

/** A notification to be sent. */
export interface NotifyJob {
  readonly kind: "notify";
  /** A secret: anyone who knows it can write there. */
  readonly url: string;
  /** JSON. */
  readonly body: string;
  /** Milliseconds. */
  readonly withinMs: number;
}

/** One piece of work for a process of its own. */
export type Job = NotifyJob | ConnectorJob;

/** One that concerns a connector. */
export type ConnectorJob =
  | SyncJob
  | { readonly kind: "check"; readonly settings: JobSettings }
  | { readonly kind: "c1-check"; readonly settings: JobSettings; readonly c1: C1Settings }
  | { readonly kind: "service"; readonly settings: JobSettings; readonly c1: C1Settings; readonly tempDir: string };

/** To the job's process. */
export type ToWorker = { readonly type: "job"; readonly job: Job } | { readonly type: "stop" };

/** What was found out about an error afterwards. */
export interface Explanation {
  /** As they are shown, such as the certificate that was refused. */
  readonly facts: readonly (readonly [label: string, value: string])[];
  /** By how many seconds this machine's clock is off, where it is too many to judge anything by. */
  readonly clockOffSeconds?: number;
}

/** A BatonError on its way, already without secrets. */
export interface SentError extends Explanation {
  readonly code: string;
  readonly status: number;
  /** Without the quote. */
  readonly message: string;
  /** How what came instead of an answer begins, escaped and cut. */
  readonly quote?: string;
  readonly effect?: string;
  readonly hint?: string;
  readonly retryAtMs?: number;
  readonly candidates: readonly string[];
}

/** How far a sync is. */
export interface JobProgress {
  readonly phase: SyncPhase;
  readonly resources: Readonly<Record<string, number>>;
  readonly entitlements: number;
  readonly grants: number;
  readonly connector: ConnectorStats | null;
}

/** From the job's process. */
export type FromWorker =
  /** It listens: the job can be sent. */
  | { readonly type: "ready" }
  /** A line of the log as JSON, already without secrets. */
  | { readonly type: "log"; readonly line: string }
  /** What happens in a service; `timeMs` is milliseconds since the epoch. Without secrets. */
  | { readonly type: "service"; readonly timeMs: number; readonly event: ServiceEvent }
  | { readonly type: "progress"; readonly progress: JobProgress }
  /** A result of a check, as soon as it is there; with what was found out about an error on the way to the host. */
  | { readonly type: "checked"; readonly result: CheckResult; readonly explanation?: Explanation }
  /** Counted in the file that was just written. */
  | { readonly type: "counted"; readonly totals: RunTotals /** Its name. */; readonly organization: string }
  /** The last message. */
  | { readonly type: "ended"; readonly error: SentError | null };
