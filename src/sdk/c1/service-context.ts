/** What every part of service mode works with. */
import type { StorageEngine } from "../c1z/write/engine.ts";
import type { Clock } from "../clock.ts";
import type { Connector } from "../contracts/connector.ts";
import type { Logger } from "../log.ts";
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

/** Shared by the parts of a running service. */
export interface ServiceContext {
  readonly client: C1Client;
  readonly hostId: string;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly redactor: SecretRedactor;
  readonly telemetry?: Telemetry;
  readonly observe: ServiceObserver;
  /** How long a call waits for the connection at a time, milliseconds. */
  readonly connectionWaitMs: number;
  readonly folders: TaskFolders;
  readonly defaults: SyncDefaults;
  /** A connector of its own for every sync: syncs run side by side, and each keeps what it has read in its connector. */
  createConnector(): Promise<Connector>;
  /** Writes everything, debug lines included, to a new file of mode 0600 until the returned function is called. */
  logDebugTo(path: string): () => void;
  /** Says hello; with a task's id when C1 asked for it. */
  sayHello(taskId: string, signal: AbortSignal): Promise<void>;
  /** Aborts when the process is told to stop. */
  readonly signal: AbortSignal;
}
