/** One run from beginning to end: check the access, begin or take up a sync, read, check, seal, save. */

import type { SyncType } from "../c1z/sync-store.ts";
import { type C1zWriter, openC1zWriter } from "../c1z/writer.ts";
import type { Clock } from "../clock.ts";
import type { Connector } from "../contracts/connector.ts";
import type { ResourceTarget } from "../contracts/model.ts";
import { BatonError, Status, toBatonError } from "../errors.ts";
import type { Logger } from "../log.ts";
import { SyncEngine } from "./engine.ts";
import { type SyncObserver, type SyncOutcome, type SyncPhase, syncPhases } from "./events.ts";
import { IngestFilter } from "./ingest-filter.ts";
import { checkInvariants } from "./invariants.ts";
import { Progress } from "./progress.ts";
import { retrying } from "./retry.ts";
import type { StepContext } from "./step-context.ts";
import { invalidFilter } from "./steps/resource-types.ts";
import { SyncState } from "./sync-state.ts";
import { chooseTargets } from "./targets.ts";
import { Warnings } from "./warnings.ts";

/** Attempts after the first for the check of the access (Go SDK: 5). */
const validateRetries = 5;

/** What one run needs. */
export interface RunSyncOptions {
  readonly connector: Connector;
  /** The .c1z to write; default of the command line is `sync.c1z`. */
  readonly path: string;
  /** Scratch directory; must exist. Default: `BATON_TMPDIR`, else the system's. */
  readonly tempDir?: string;
  /** Only these resource types; unknown ids are an error. Empty: all. */
  readonly syncResourceTypes?: readonly string[];
  /** A targeted sync: only these resources, with what belongs to each. Absent or empty: everything. */
  readonly syncResources?: readonly ResourceTarget[];
  readonly skipEntitlementsAndGrants?: boolean;
  /** Leaves out grants; for targeted syncs only. */
  readonly skipGrants?: boolean;
  /** Leaves expandable grants as they are, for a reader that expands them itself; default false. */
  readonly skipExpansion?: boolean;
  /** Actions that run side by side; default 1, which keeps the order of rows. */
  readonly workers?: number;
  /** Finished full syncs kept in the file, the new one included; default 2. */
  readonly keepSyncCount?: number;
  /** True: no pruning of old syncs. */
  readonly skipCleanup?: boolean;
  /** Aborting it stops the run: checkpoint, save, then the signal's reason or BATON-INTERRUPTED is thrown. */
  readonly signal: AbortSignal;
  readonly logger: Logger;
  readonly clock: Clock;
  readonly observer?: SyncObserver;
}

/**
 * Syncs `connector` into the file at `path`. A run that fails before anything was read leaves the file as it was; one
 * that fails later saves what it has as an unfinished sync beside the finished ones, and the next run goes on from it.
 * @throws BatonError with the connector's, the file's or the engine's code.
 */
export async function runSync(options: RunSyncOptions): Promise<SyncOutcome> {
  const { connector, logger, clock } = options;
  const progress = new Progress({ clock, logger, connector, observer: options.observer });
  const warnings = new Warnings(logger);
  checkTypeFilter(options);
  const targets = chooseTargets(options);
  const store = await openC1zWriter({
    path: options.path,
    ...(options.tempDir !== undefined && { tempDir: options.tempDir }),
    keepSyncCount: options.keepSyncCount ?? 2,
    // A targeted sync replaces nothing, so that nothing goes for it.
    skipCleanup: targets !== undefined || (options.skipCleanup ?? false),
    clock,
    logger,
  });
  try {
    progress.enter("validate");
    await validate(options, warnings);
    const outcome = await syncInto(store, { options, targets, progress, warnings });
    await connector.cleanup?.();
    return outcome;
  } finally {
    store.close();
  }
}

function checkTypeFilter({ connector, syncResourceTypes = [] }: RunSyncOptions): void {
  const known = connector.syncers.map((syncer) => syncer.resourceType.id);
  const unknown = syncResourceTypes.filter((id) => !known.includes(id));
  if (unknown.length > 0) throw invalidFilter(unknown, known);
}

async function validate({ connector, logger, clock, signal }: RunSyncOptions, warnings: Warnings): Promise<void> {
  await retrying({ clock, logger, signal, maxRetries: validateRetries }, () =>
    connector.validate({ signal, warn: (warning) => warnings.add(warning) }),
  );
}

interface Run {
  readonly options: RunSyncOptions;
  /** Undefined: everything. */
  readonly targets: readonly ResourceTarget[] | undefined;
  readonly progress: Progress;
  readonly warnings: Warnings;
}

async function syncInto(store: C1zWriter, run: Run): Promise<SyncOutcome> {
  const { options, targets, progress, warnings } = run;
  const { logger, connector } = options;
  const syncType = syncTypeOf(run);
  const sync = store.startSync(syncType);
  const state = SyncState.parse(sync.token);
  state.flags.shouldSkipEntitlementsAndGrants ||= options.skipEntitlementsAndGrants ?? false;
  state.flags.shouldSkipGrants ||= options.skipGrants ?? false;
  logger[sync.resumed ? "info" : "debug"](sync.resumed ? "resumed previous sync" : "beginning new sync", {
    sync_id: sync.id,
    sync_type: syncType,
    ...(sync.resumed && { current_action_op: state.top()?.operation }),
  });
  const context = newContext(store, state, run);
  const engine = new SyncEngine(context, Math.max(1, options.workers ?? 1));
  try {
    await engine.run();
    const dropped = context.filter.summary();
    if (dropped) warnings.add(dropped);
    progress.enter("checks");
    checkInvariants(store, warnings, logger, targets !== undefined);
  } catch (caught) {
    throw await keepUnfinished(caught, store, engine, run);
  }
  progress.enter("save");
  engine.checkpoint();
  const nothingRead = targets !== undefined && store.listResources({ pageToken: "" }).items.length === 0;
  const stats = store.endSync();
  const fileBytes = nothingRead ? 0 : (await store.save()).bytes;
  if (nothingRead) logger.warn("nothing was read, so that nothing was written", { path: options.path });
  logger.info("Sync complete.", {
    sync_id: sync.id,
    sync_type: syncType,
    ...stepDurations(progress),
    completed_actions: state.completed,
  });
  const listed = warnings.list();
  if (listed.length > 0)
    logger.warn("sync completed with warnings", { warning_count: listed.length, warnings: listed });
  const connectorStats = connector.stats?.();
  return {
    syncId: sync.id,
    syncType,
    resumed: sync.resumed,
    path: options.path,
    fileBytes,
    ...(nothingRead && { nothingRead }),
    stats,
    warnings: listed,
    durationMs: progress.elapsedMs,
    phaseMs: progress.phases(),
    ...(connectorStats && { connector: connectorStats }),
  };
}

/** Names of steps in log lines, where the Go connectors have one (baton-sdk 0.25.0: sync_step_durations_ms). */
const loggedStep: Readonly<Partial<Record<SyncPhase, string>>> = {
  "resource-types": "list-resource-types",
  resources: "list-resources",
  "static-entitlements": "list-static-entitlements",
  entitlements: "list-entitlements",
  grants: "list-grants",
  expansion: "grant-expansion",
};

function stepDurations(progress: Progress): Readonly<Record<string, unknown>> {
  const phases = progress.phases();
  const durations: Record<string, number> = {};
  let total = 0;
  for (const phase of syncPhases) {
    const ms = phases[phase];
    if (ms === undefined) continue;
    durations[loggedStep[phase] ?? phase] = Math.round(ms);
    total += ms;
  }
  return { sync_step_durations_ms: durations, sync_steps_total_ms: Math.round(total) };
}

function newContext(store: C1zWriter, state: SyncState, { options, targets, progress, warnings }: Run): StepContext {
  return {
    store,
    state,
    syncers: new Map(options.connector.syncers.map((syncer) => [syncer.resourceType.id, syncer])),
    typeFilter: options.syncResourceTypes ?? [],
    targets,
    skipExpansion: options.skipExpansion ?? false,
    filter: new IngestFilter(store, { keepsForeign: targets !== undefined }),
    progress,
    warnings,
    logger: options.logger,
    clock: options.clock,
    signal: options.signal,
    scheduledChildren: new Set(),
    seenTokens: new Map(),
    totals: new Map(),
  };
}

/**
 * Saves what was read as an unfinished sync and returns the error to throw; a failing save never hides the first error.
 * A targeted sync is never gone on with, so that nothing of it is kept.
 */
async function keepUnfinished(
  caught: unknown,
  store: C1zWriter,
  engine: SyncEngine,
  { options, targets }: Run,
): Promise<BatonError> {
  const error = options.signal.aborted ? interruption(options.signal) : toBatonError(caught);
  if (targets) return error;
  try {
    engine.checkpoint();
    await store.save();
    options.logger.info("kept the unfinished sync; the next run goes on from here", { path: options.path });
  } catch (saveFailure) {
    options.logger.error("the unfinished sync could not be kept", { error: toBatonError(saveFailure).message });
  }
  return error;
}

function syncTypeOf({ options, targets }: Run): SyncType {
  if (targets) return "partial";
  return options.skipEntitlementsAndGrants ? "resources_only" : "full";
}

function interruption(signal: AbortSignal): BatonError {
  if (signal.reason instanceof BatonError) return signal.reason;
  return new BatonError({
    code: "BATON-INTERRUPTED",
    status: Status.canceled,
    message: "The run was stopped.",
    effect: "What was read so far is kept as an unfinished sync; finished syncs in the file are untouched.",
    hint: "Run the same command again to go on.",
    exitCode: 130,
  });
}
