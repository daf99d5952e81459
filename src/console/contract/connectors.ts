/** Connectors as the page sees them. Times are milliseconds since the epoch unless they say otherwise. */
import type { Failure } from "./failures.ts";
import type { RunProgress, RunSummary } from "./runs.ts";

/** A connector's name, with the slug of what it reads: two organizations may have one name. @param slug "" when it is not known. */
export function organizationTitle(name: string, slug: string): string {
  return slug === "" || slug === name ? name : `${name} (${slug})`;
}

/** How a connector is run: once to a file, as a service for C1, or on a schedule of the console's own. */
export type RunMode = "once" | "service" | "schedule";

/** What new files are written with: version 3 (`pebble`) or 1 (`sqlite`); "" for what is usual. */
export const fileEngines = ["", "pebble", "sqlite"] as const;
/** One of them. */
export type FileEngine = (typeof fileEngines)[number];

/** The one word that the chip shows. */
export type ConnectorStatus =
  | "Not set up"
  | "Testing"
  | "Syncing"
  | "Connected"
  | "Partial"
  | "Paused"
  | "Held"
  | "Rate limited"
  | "Error"
  | "Offline";

/** Where a key comes from. `entered`: typed into the page; others are looked up again at each run and never stored. */
export type KeySource = "entered" | "environment" | "cloudsmith-cli" | "sample";

/** What may be known of a key. Never the key. */
export interface KeyFacts {
  readonly source: KeySource;
  /** Name of the variable or file that it comes from, for people. */
  readonly sourceName: string;
  /** Last four characters. */
  readonly lastFour: string;
  readonly fingerprint: string;
  /** Whom it belongs to, once a test or run has asked; null before. */
  readonly owner: { readonly slug: string; readonly name: string; readonly kind: "user" | "service" } | null;
  /** How it is kept: encrypted on disk, in memory until the console stops, or not by the console at all. */
  readonly storage: "encrypted" | "memory" | "not-stored";
}

/** When a connector syncs by itself. */
export type Schedule =
  | { readonly kind: "manual" }
  | { readonly kind: "interval" /** At least 30. */; readonly everyMinutes: number }
  | {
      readonly kind: "cron";
      readonly expression: string /** IANA name, for example `Europe/Berlin`. */;
      readonly timeZone: string;
    };

/** A line of the list of connectors. */
export interface ConnectorSummary {
  readonly id: string;
  /** Name for people; the organization's name once it is known. */
  readonly name: string;
  readonly mode: RunMode;
  /** Who is responsible, free text; "" for nobody named. */
  readonly owner: string;
  readonly orgSlug: string;
  /** Host of the API where it is not Cloudsmith's usual one; else "". */
  readonly host: string;
  readonly isSample: boolean;
  readonly status: ConnectorStatus;
  /** Set beside the status `Rate limited`. */
  readonly waitingUntilMs?: number;
  readonly isPaused: boolean;
  readonly lastRun: RunSummary | null;
  /** The last run whose file is the current one. */
  readonly lastGoodRun: RunSummary | null;
  readonly nextRunAtMs: number | null;
  /** The run under way. */
  readonly progress: RunProgress | null;
}

/** Everything of one connector. */
export interface ConnectorDetail extends ConnectorSummary {
  readonly createdAtMs: number;
  readonly settings: ConnectorSettings;
  /** What can be synced besides, in order. */
  readonly requestable: readonly Requestable[];
  /** Null until a key was given. */
  readonly key: KeyFacts | null;
  readonly schedule: Schedule;
  /** The next three moments of the schedule. */
  readonly nextRunsMs: readonly number[];
  /** Why the schedule cannot run as things are; null when it can, or when there is none. */
  readonly scheduleProblem: ScheduleProblem | null;
  /** What stands in the banner; null when all is well. */
  readonly failure: Failure | null;
  /** A held run that waits for an answer, whatever failed since; null when there is none. */
  readonly heldRun: { readonly runId: string; readonly failure: Failure } | null;
  readonly consecutiveFailures: number;
  /** Null unless the mode is `service`. */
  readonly service: ServiceState | null;
  /** Path of the current file on this machine; null before the first good run. */
  readonly currentFile: string | null;
}

/** Something that is synced only when it is asked for. */
export interface Requestable {
  readonly name: string;
  readonly text: string;
}

/** Settings without secrets. */
export interface ConnectorSettings {
  readonly orgSlug: string;
  readonly baseUrl: string;
  /** Path of a PEM file with further certificate authorities; "" for none. */
  readonly caFile: string;
  /** Proxy address without credentials; "" for what the environment says. */
  readonly proxy: string;
  /** Longest time that one request may take, in seconds. */
  readonly timeoutSeconds: number;
  /** Names of {@link Requestable}s that are synced besides. */
  readonly requested: readonly string[];
  readonly storageEngine: FileEngine;
  /** C1 client id, for the mode `service`; "" when not set. */
  readonly c1ClientId: string;
  readonly c1SecretIsSet: boolean;
}

/** What keeps a schedule from running: settings are missing, a key in memory or in the environment is gone, or sealed. */
export type ScheduleProblem = "not-set-up" | "key-gone" | "key-sealed";

/** How the service for C1 is doing. */
export interface ServiceState {
  readonly isRunning: boolean;
  readonly connectedSinceMs: number | null;
  readonly hostId: string | null;
  readonly lastContactMs: number | null;
  readonly nextPollMs: number | null;
  readonly lastTask: { readonly kind: string; readonly result: string; readonly atMs: number } | null;
  readonly isBusy: boolean;
  readonly failure: Failure | null;
}

/** Answer to POST /api/connectors/:id/settings. */
export interface SettingsSaved {
  readonly connector: ConnectorDetail;
  /** What was mended in the input, for example `A space behind the key was taken off.` */
  readonly notices: readonly string[];
  /** The run that saving started; null when none was. */
  readonly runId: string | null;
}

/** GET /api/connectors/:id/found-settings: values of this machine that the form offers by the name of their source. */
export interface FoundSettings {
  readonly keys: readonly { readonly source: KeySource; readonly sourceName: string; readonly lastFour: string }[];
  readonly slugs: readonly { readonly sourceName: string; readonly slug: string }[];
}

/** One line of a test. */
export interface TestLine {
  /** `host`, `key`, `organization`, `members`, `teams` or `roster`; `c1-token` and `c1-hello` for the link to C1. */
  readonly id: string;
  readonly title: string;
  readonly outcome: "waiting" | "running" | "pass" | "warn" | "fail" | "skip";
  readonly detail: string;
  readonly fix?: string;
  readonly code?: string;
}

/** A test of settings, as far as it got. */
export interface TestState {
  readonly testId: string;
  readonly connectorId: string;
  readonly isDone: boolean;
  readonly lines: readonly TestLine[];
  /** Set when a line failed. */
  readonly failure: Failure | null;
  /** Whose key it is, once known. */
  readonly keyOwner: KeyFacts["owner"];
}

/** One file of GET /api/connectors/:id/deploy?target=. Keys and secrets stand in it as placeholders, always. */
export interface DeployFile {
  readonly name: string;
  readonly text: string;
  readonly language: "yaml" | "ini" | "json" | "shell" | "powershell";
}
/** Platforms that deployment files are made for. */
export const deployTargets = ["docker", "compose", "kubernetes", "helm", "systemd", "windows", "ecs"] as const;
/** One of them. */
export type DeployTarget = (typeof deployTargets)[number];
