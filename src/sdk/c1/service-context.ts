/** What service mode is given, and what every part of it works with. */
import type { StorageEngine } from "../c1z/write/engine.ts";
import type { Clock } from "../clock.ts";
import type { Connector } from "../contracts/connector.ts";
import type { Logger } from "../log.ts";
import type { Network } from "../net/network.ts";
import type { SecretRedactor } from "../secret-redactor.ts";
import type { ExternalPrincipals } from "../sync/ingest-filter.ts";
import type { Telemetry } from "../telemetry/telemetry.ts";
import type { C1Client } from "./channel.ts";
import type { ServiceObserver } from "./events.ts";
import type { TaskFolders } from "./task-folders.ts";

/** What the flags say about syncs; a task's own options win. */
export interface SyncDefaults {
  /** Only these resource types; empty: all. */
  readonly syncResourceTypes: readonly string[];
  readonly skipEntitlementsAndGrants: boolean;
  /** Syncs are not run; their tasks are finished all the same. */
  readonly skipFullSync: boolean;
  /** Actions that run side by side; undefined: the engine's default. */
  readonly workers: number | undefined;
  /** Where grants find principals of another connector's data; undefined: nowhere. */
  readonly externalPrincipals?: ExternalPrincipals | undefined;
  /** Scratch directory; undefined: the system's. */
  readonly tempDir: string | undefined;
  /** What writes files; a task's own choice counts only without it. */
  readonly storageEngine?: StorageEngine | undefined;
}

/** What `runService` needs. */
export interface ServiceOptions {
  readonly clientId: string;
  readonly clientSecret: string;
  /** Reads the secret again, where it can be replaced while the service runs. */
  readonly currentClientSecret?: () => Promise<string>;
  /** Asks for several tasks at once; default false. */
  readonly asksAhead?: boolean;
  /** Package name and version of the program. */
  readonly product: { readonly name: string; readonly version: string };
  /** Makes a connector; no I/O happens in here. Each sync gets its own: syncs run side by side, and each keeps what it has read. */
  createConnector(): Promise<Connector>;
  readonly syncs: SyncDefaults;
  /** Tasks worked on at the same time; at least 1. */
  readonly taskConcurrency: number;
  /** Where to answer health checks; undefined: nowhere. */
  readonly health: { readonly host: string; readonly port: number; metrics?(): string } | undefined;
  /** BATON_C1_API_HOST and BATON_HOST_ID are read from here. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly network: Network;
  /** Writes everything, debug lines included, to a new file of mode 0600 until the returned function is called. */
  logDebugTo(path: string): () => void;
  readonly logger: Logger;
  /** Told of tasks and syncs; default nobody. */
  readonly telemetry?: Telemetry;
  /** Hears what happens; the log and the telemetry do so anyway. Default nobody. */
  readonly observe?: ServiceObserver;
  /** False: a poll that was answered is no debug line; default true. */
  readonly logsPolls?: boolean;
  /** How long a call to C1 waits for the connection, three times over, milliseconds; default 30,000. */
  readonly connectionWaitMs?: number;
  /** How long a Hello, or a question for a task, waits for its answer, milliseconds; default 30 s and five minutes. */
  readonly answerWithinMs?: number | undefined;
  readonly clock: Clock;
  readonly redactor: SecretRedactor;
  /** Aborting it stops the service within 10 s; what can be gone on with is kept. */
  readonly signal: AbortSignal;
}

/** Shared by the parts of a running service. */
export interface ServiceContext
  extends Pick<
    ServiceOptions,
    | "answerWithinMs"
    | "clock"
    | "createConnector"
    | "logDebugTo"
    | "logger"
    | "redactor"
    | "signal"
    | "syncs"
    | "telemetry"
  > {
  readonly client: C1Client;
  readonly hostId: string;
  readonly observe: ServiceObserver;
  /** How long a call waits for the connection at a time, milliseconds. */
  readonly connectionWaitMs: number;
  readonly folders: TaskFolders;
  /** Says hello; with a task's id when C1 asked for it. */
  sayHello(taskId: string, signal: AbortSignal): Promise<void>;
}

/** What the calls of one task take. */
export interface TaskCalls
  extends Pick<ServiceContext, "client" | "clock" | "connectionWaitMs" | "hostId" | "logger" | "observe" | "signal"> {
  readonly taskId: string;
}
