/** Placeholder for the engine's entry; see events.ts. */
import type { Clock } from "../clock.ts";
import type { Connector } from "../contracts/connector.ts";
import type { Logger } from "../log.ts";
import type { SyncObserver, SyncOutcome } from "./events.ts";

/** What one run needs. */
export interface RunSyncOptions {
  readonly connector: Connector;
  /** The .c1z to write; default of the command line is `sync.c1z`. */
  readonly path: string;
  /** Scratch directory; must exist. Default: `BATON_TMPDIR`, else the system's. */
  readonly tempDir?: string;
  /** Only these resource types; unknown ids are an error. Empty: all. */
  readonly syncResourceTypes?: readonly string[];
  readonly skipEntitlementsAndGrants?: boolean;
  /** Finished full syncs kept in the file, the new one included; default 2. */
  readonly keepSyncCount?: number;
  /** True: no pruning of old syncs. */
  readonly skipCleanup?: boolean;
  /** Aborting it stops the run: checkpoint, save, BATON-INTERRUPTED. */
  readonly signal: AbortSignal;
  readonly logger: Logger;
  readonly clock: Clock;
  readonly observer?: SyncObserver;
}

/** Syncs `connector` into `path`. */
export async function runSync(_options: RunSyncOptions): Promise<SyncOutcome> {
  throw new Error("being written");
}
