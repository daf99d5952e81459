/** One sync of a configured connector into a place that is open already: from settings to what the engine is told. */

import { forApp, type StandardConfig } from "../config/standard-fields.ts";
import { BatonError, Status } from "../errors.ts";
import { parseBatonId } from "../resources/ids.ts";
import type { RunEnd, SyncObserver, SyncOutcome } from "../sync/events.ts";
import type { ConnectorApp, ConnectorContext } from "./app.ts";
import type { CliIo } from "./cli-io.ts";
import { externalPrincipalsOf, type StoreOptions } from "./sync-options.ts";
import type { SyncTarget } from "./sync-target.ts";

/** What one sync is made of. */
export interface SyncInto {
  readonly createConnector: ConnectorApp["createConnector"];
  readonly config: StandardConfig;
  readonly context: ConnectorContext;
  readonly io: CliIo;
  readonly store: StoreOptions;
  readonly target: Pick<SyncTarget, "path" | "logger" | "settle"> &
    Partial<Pick<SyncTarget, "shownAs" | "recordedTarget">>;
  readonly signal: AbortSignal;
  readonly observer: SyncObserver;
  readonly acceptChanges: boolean;
}

/**
 * Syncs, and lets the target settle whatever became of it.
 * @throws BatonError as `runSync` does, or when a good sync could not be put where it belongs.
 */
export async function syncInto(sync: SyncInto): Promise<SyncOutcome> {
  const { config, context, io, store, target } = sync;
  const syncResources = config.strings("sync-resources").map(parseBatonId);
  if (config.bool("skip-grants") && syncResources.length === 0) throw onlyWhenTargeted();
  const externalPrincipals = await externalPrincipalsOf(config, io, store.tempDir);
  const connector = await sync.createConnector(forApp(config), context);
  const recordedTarget = await target.recordedTarget?.();
  const { runSync } = await import("../sync/run-sync.ts");
  let end: RunEnd | undefined;
  try {
    return await runSync({
      connector,
      ...store,
      path: target.path,
      shownAs: target.shownAs,
      recordedTarget,
      syncResources,
      skipGrants: config.bool("skip-grants"),
      syncResourceTypes: config.strings("sync-resource-types"),
      skipEntitlementsAndGrants: config.bool("skip-entitlements-and-grants"),
      ...(externalPrincipals && { externalPrincipals }),
      ...(context.telemetry && { telemetry: context.telemetry }),
      ...(context.workers !== undefined && { workers: context.workers }),
      signal: sync.signal,
      logger: target.logger,
      clock: io.clock,
      observer: sync.observer,
      acceptChanges: sync.acceptChanges,
      onEnd: async (how) => {
        end = how;
      },
    });
  } finally {
    if (end) await target.settle(end);
  }
}

/** The flag is for single resources: left in place it would lose the grants of everybody. */
function onlyWhenTargeted(): BatonError {
  return new BatonError({
    code: "BATON-SKIP-GRANTS",
    status: Status.unknown,
    message: "leaving out grants works only within a targeted sync",
    effect: "Nothing was read or written.",
    hint: "Name resources with --sync-resources, or remove --skip-grants.",
    fatal: true,
  });
}
