/** Opens a data directory, and takes up what the console did in it before. */

import type { ProgramCommand } from "../../sdk/c1z/process/this-program.ts";
import type { Clock } from "../../sdk/clock.ts";
import type { EventHub } from "../event-hub.ts";
import { openAuditLog } from "../store/audit-log.ts";
import { openDataDirectory } from "../store/data-directory.ts";
import { openStore } from "../store/store.ts";
import { Connectors } from "./connectors.ts";

/** What connectors are opened with. */
export interface OpenOptions {
  /** From `defaultDataDirectory`, or given; made when it is missing. */
  readonly dataDir: string;
  readonly hub: EventHub;
  readonly clock: Clock;
  /** The console's environment: keys that are looked up in it, proxies, the store's key. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** --store-key-file; undefined when it is not given. */
  readonly storeKeyFile: string | undefined;
  /** Secrets that are entered are gone when the console stops; else they are sealed, with a key of its own if need be. */
  readonly keysInMemory: boolean;
  /** From `thisProgram`. */
  readonly program: ProgramCommand;
}

/**
 * Opens them.
 * @throws BatonError `CONSOLE-BUSY`, `CONSOLE-DATA-DIR`, `CONSOLE-STORE-NEWER`, `CONSOLE-KEY`, `CONSOLE-WRONG-KEY` or
 * `CONSOLE-AUDIT`.
 */
export async function openConnectors(options: OpenOptions): Promise<Connectors> {
  const { hub, clock, env, program, storeKeyFile: keyFile, keysInMemory } = options;
  const data = await openDataDirectory(options.dataDir, clock);
  try {
    const audit = openAuditLog(data.auditLog, () => clock.nowMs());
    const store = await openStore(data.database, { env, keyFile, ownKeyFile: keysInMemory ? undefined : data.ownKey });
    return new Connectors({ data, store, audit, hub, clock, env, program });
  } catch (caught) {
    data.release();
    throw caught;
  }
}
