/** One run from beginning to end: check the access, begin or take up a sync, read, check, seal, save. */
import type { LockWait } from "../c1z/container/file-lock.ts";
import type { StorageEngine } from "../c1z/write/engine.ts";
import type { OpenSync, SyncType } from "../c1z/write/sync-store.ts";
import { type C1zWriter, openC1zWriter } from "../c1z/write/writer.ts";
import type { Clock } from "../clock.ts";
import type { NotRead } from "../contracts/completeness.ts";
import type { Connector, SyncWarning, TargetIdentity } from "../contracts/connector.ts";
import type { ResourceTarget, ResourceType } from "../contracts/model.ts";
import type { RunDrop } from "../contracts/run-record.ts";
import { BatonError, Status, toBatonError } from "../errors.ts";
import type { Logger } from "../log.ts";
import type { Telemetry } from "../telemetry/telemetry.ts";
import { SyncEngine } from "./engine.ts";
import type { RunEnd, RunFigures, SyncObserver, SyncOutcome, SyncPhase } from "./events.ts";
import { Identities } from "./identities.ts";
import { ExternalGrants, type ExternalPrincipals, IngestFilter } from "./ingest-filter.ts";
import { checkInvariants } from "./invariants.ts";
import { observeSync, Progress, stepDurations } from "./progress.ts";
import { retrying, type StepContext } from "./step-context.ts";
import { isOptIn, typesToRead } from "./steps/resources.ts";
import { chooseTargets } from "./steps/targets.ts";
import { SyncState } from "./sync-state.ts";
import { holdBigDrop, keepsNothing, refuseOtherTarget, resultOf, resultOfError } from "./verdict.ts";
import { CompletenessLedger, completenessFields, Warnings } from "./warnings.ts";

/** Attempts after the first for the check of the access (Go SDK: 5). */
const validateRetries = 5;

/** What one run needs. */
export interface RunSyncOptions {
  readonly connector: Connector;
  /** The .c1z to write; default of the command line is `sync.c1z`. */
  readonly path: string;
  /** Scratch directory; must exist. Default: `BATON_TMPDIR`, else the system's. */
  readonly tempDir?: string | undefined;
  /** Only these resource types; unknown ids are an error. Empty: all that do not require to be asked for (OptInRequired). */
  readonly syncResourceTypes?: readonly string[];
  /** A targeted sync: only these resources, with what belongs to each. Absent or empty: everything. */
  readonly syncResources?: readonly ResourceTarget[];
  readonly skipEntitlementsAndGrants?: boolean;
  /** True: a targeted sync that could read nothing is written as well, empty; default false. */
  readonly writesNothingRead?: boolean;
  /** Leaves out grants. */
  readonly skipGrants?: boolean;
  /** Where grants find principals that they name by annotation only; default: such grants are left as they are. */
  readonly externalPrincipals?: ExternalPrincipals | undefined;
  /** Leaves expandable grants as they are, for a reader that expands them itself; default false. */
  readonly skipExpansion?: boolean;
  /** Actions that run side by side; default 1, which keeps the order of rows. */
  readonly workers?: number | undefined;
  /** Finished full syncs kept in the file, the new one included; default 2. */
  readonly keepSyncCount?: number;
  /** True: no pruning of old syncs. */
  readonly skipCleanup?: boolean;
  /** What the user calls the file, where `path` is a copy; default the path. */
  readonly shownAs?: string | undefined;
  /** Which target the last run on the file recorded. */
  readonly recordedTarget?: TargetIdentity | undefined;
  /** How long to wait for another run on the file; default not at all. */
  readonly lockWait?: LockWait;
  /** What writes a new file, and converts an old one (pebble); default: what the file is. */
  readonly storageEngine?: StorageEngine | undefined;
  /** Aborting it stops the run: checkpoint, save, then the signal's reason or BATON-INTERRUPTED is thrown. */
  readonly signal: AbortSignal;
  readonly logger: Logger;
  readonly clock: Clock;
  readonly observer?: SyncObserver;
  /** Told of the run and its steps; default nobody. */
  readonly telemetry?: Telemetry | undefined;
  /** Lets a sync replace the file although far fewer rows are there than before; default false. */
  readonly acceptChanges?: boolean;
  /** Whether anybody will go on from what was read when the run ends with this error; default yes. */
  readonly isGoneOnWith?: (error: BatonError) => boolean;
  /** Told how the run ended, well or not, when the file is free again; not when nothing was begun. Must not throw. */
  readonly onEnd?: (end: RunEnd) => Promise<void>;
}

/**
 * Syncs `connector` into the file at `path`. A run that fails before anything was read leaves the file as it was; one
 * that fails later saves what it has as an unfinished sync beside the finished ones, and the next run goes on from it.
 * Of one that is incomplete or held nothing is kept.
 * @throws BatonError with the connector's, the file's or the engine's code; `BATON-INCOMPLETE` (exit code 21) and
 * `BATON-HELD` (22).
 */
export async function runSync(options: RunSyncOptions): Promise<SyncOutcome> {
  const targets = chooseTargets(options);
  const types = typesToRead(options.connector, options.syncResourceTypes ?? [], targets);
  const syncType = syncTypeOf({ options, targets });
  return await observeSync({ ...options, syncType }, (onPhase) => performSync(options, { targets, types }, onPhase));
}

async function performSync(
  options: RunSyncOptions,
  { targets, types }: Pick<Run, "targets" | "types">,
  onPhase: (phase: SyncPhase) => void,
): Promise<SyncOutcome> {
  const { connector, logger, clock, observer } = options;
  const run: Run = {
    options,
    targets,
    types,
    progress: new Progress({ clock, logger, connector, observer, onPhase }),
    warnings: new Warnings(logger),
    completeness: new CompletenessLedger(),
    startedAtMs: clock.nowMs(),
  };
  for (const one of leftOut(run)) run.completeness.add({ kind: "not-read", ...one });
  const store = await openC1zWriter({
    path: options.path,
    tempDir: options.tempDir,
    keepSyncCount: options.keepSyncCount ?? 2,
    // A targeted sync replaces nothing, so that nothing goes for it.
    skipCleanup: run.targets !== undefined || (options.skipCleanup ?? false),
    lockWait: options.lockWait,
    signal: options.signal,
    engine: options.storageEngine,
    clock,
    logger,
  });
  let end: RunEnd | undefined;
  try {
    run.progress.enter("validate");
    const beginsSync = targets === undefined && !store.canResume(syncTypeOf(run), scopeOf(run));
    await validate(run, beginsSync);
    const recorded = options.recordedTarget;
    const path = options.shownAs ?? options.path;
    await refuseOtherTarget(store, { path, description: connector.describeRun?.(), recorded });
    const outcome = await syncInto(store, run);
    end = runEnd(run, { result: outcome.result, replaced: run.saved !== undefined });
    return outcome;
  } catch (caught) {
    const error = toBatonError(caught);
    if (run.sync) {
      const result = resultOfError(error);
      end = runEnd(run, { result, replaced: false, error });
      logger.info("the sync ended before it was complete", {
        sync_id: run.sync.id,
        result,
        code: error.code,
        ...completenessFields(end.completeness, end.description?.key?.kind),
      });
    }
    throw error;
  } finally {
    // After a failure, too: what is still on its way is not wanted any more.
    await connector.cleanup?.();
    store.close();
    // Only now, so that the scratch space of the run is free for the reading back of the file.
    if (end) await options.onEnd?.(end);
  }
}

/**
 * What is read: rows of another organization, or of another choice of rows, must not get into one sync. Which organization
 * a slug names is known when the access is proved, and comes behind what was known before.
 */
function scopeOf({ options, types }: Run): string {
  const { connector, skipGrants, skipEntitlementsAndGrants, skipExpansion } = options;
  const { target = "", identity, settings } = connector.describeRun?.() ?? {};
  const known = JSON.stringify({
    target,
    settings,
    types: types.map(({ id }) => id).toSorted(),
    without: {
      grants: skipGrants ?? false,
      both: skipEntitlementsAndGrants ?? false,
      expansion: skipExpansion ?? false,
    },
  });
  return identity ? known + JSON.stringify(identity) : known;
}

function runEnd(run: Run, end: Pick<RunEnd, "result" | "replaced" | "error">): RunEnd {
  const { options, startedAtMs, sync, drop, saved } = run;
  const description = options.connector.describeRun?.();
  return {
    ...end,
    ...(drop && { drop }),
    ...(sync && { sync: { id: sync.id, resumed: sync.resumed } }),
    ...(end.replaced && saved && { saved }),
    ...figuresOf(run),
    startedAtMs,
    endedAtMs: options.clock.nowMs(),
    ...(description && { description }),
  };
}

function figuresOf(run: Run): RunFigures {
  const { options, progress, warnings, completeness } = run;
  const connector = options.connector.stats?.();
  return {
    syncType: syncTypeOf(run),
    warnings: warnings.list(),
    completeness: completeness.statement(),
    durationMs: progress.elapsedMs,
    phaseMs: progress.phases(),
    ...(connector && { connector }),
  };
}

async function validate({ options, types, warnings, completeness }: Run, beginsSync: boolean): Promise<void> {
  const { connector, logger, clock, signal } = options;
  const resourceTypes = types.map(({ id }) => id);
  await retrying({ clock, logger, signal, maxRetries: validateRetries }, () =>
    connector.validate({
      signal,
      warn: (warning) => warnings.add(warning),
      report: (fact) => completeness.add(fact),
      beginsSync,
      resourceTypes,
    }),
  );
}

interface Run {
  readonly options: RunSyncOptions;
  /** Undefined: everything. */
  readonly targets: readonly ResourceTarget[] | undefined;
  readonly types: readonly ResourceType[];
  readonly progress: Progress;
  readonly warnings: Warnings;
  readonly completeness: CompletenessLedger;
  readonly startedAtMs: number;
  /** Once it is begun. */
  sync?: OpenSync;
  /** Once it is held. */
  drop?: RunDrop;
  /** Once the finished sync is in the file. */
  saved?: NonNullable<RunEnd["saved"]>;
}

async function syncInto(store: C1zWriter, run: Run): Promise<SyncOutcome> {
  const { options, targets, progress, warnings, completeness } = run;
  const { logger, connector } = options;
  const syncType = syncTypeOf(run);
  const sync = store.startSync(syncType, scopeOf(run));
  run.sync = sync;
  warnings.restore(store.session);
  completeness.restore(store.session);
  const state = SyncState.parse(sync.token);
  state.flags.shouldSkipEntitlementsAndGrants ||= options.skipEntitlementsAndGrants ?? false;
  state.flags.shouldSkipGrants ||= options.skipGrants ?? false;
  logger[sync.resumed ? "info" : "debug"](sync.resumed ? "resumed previous sync" : "beginning new sync", {
    sync_id: sync.id,
    sync_type: syncType,
    ...(sync.resumed && { current_action_op: state.top()?.operation }),
  });
  const context = newContext(store, state, run, sync.resumed);
  const engine = new SyncEngine(context, Math.max(1, options.workers ?? 1));
  let dropped: SyncWarning | undefined;
  try {
    await engine.run();
    // Nothing is asked of it any more, and what it knows of a large list would stand in memory until the file is written.
    await connector.cleanup?.();
    context.external?.log(logger);
    dropped = context.filter.summary();
    if (dropped) warnings.add(dropped);
    for (const warning of context.identities.warnings()) warnings.add(warning);
    progress.enter("checks");
    checkInvariants(store, warnings, logger, targets !== undefined);
    await holdBigDrop(store, {
      warnings,
      acceptChanges: options.acceptChanges ?? false,
      onHeld: (drop) => {
        run.drop = drop;
      },
    });
  } catch (caught) {
    throw await keepUnfinished(caught, store, engine, run);
  }
  progress.enter("save");
  engine.checkpoint();
  const isEmpty = targets !== undefined && store.rows.listResources({ pageToken: "" }).items.length === 0;
  const nothingRead = isEmpty && options.writesNothingRead !== true;
  const stats = store.endSync({ droppedRows: dropped !== undefined });
  if (!nothingRead) run.saved = { file: await store.save(), stats };
  if (nothingRead) logger.warn("nothing was read, so that nothing was written", { path: options.path });
  logger.info("Sync complete.", {
    sync_id: sync.id,
    sync_type: syncType,
    ...stepDurations(progress.phases()),
    completed_actions: state.completed,
    result: resultOf(warnings.list()),
    ...completenessFields(completeness.statement(), connector.describeRun?.().key?.kind),
  });
  const listed = warnings.list();
  const result = resultOf(listed);
  if (listed.length > 0)
    logger.warn("sync completed with warnings", { result, warning_count: listed.length, warnings: listed });
  return {
    ...figuresOf(run),
    result,
    syncId: sync.id,
    resumed: sync.resumed,
    path: options.path,
    fileBytes: run.saved?.file.bytes ?? 0,
    ...(nothingRead && { nothingRead }),
    stats,
  };
}

function newContext(
  store: C1zWriter,
  state: SyncState,
  { options, targets, types, progress, warnings, completeness }: Run,
  isResumed: boolean,
): StepContext {
  const filter = new IngestFilter(store.rows, { keepsForeign: targets !== undefined });
  const { externalPrincipals } = options;
  return {
    store,
    state,
    syncers: new Map(options.connector.syncers.map((syncer) => [syncer.resourceType.id, syncer])),
    types,
    targets,
    skipExpansion: options.skipExpansion ?? false,
    filter,
    identities: new Identities(store.rows, isResumed),
    external: externalPrincipals && new ExternalGrants(externalPrincipals, store.rows, filter),
    progress,
    warnings,
    completeness,
    logger: options.logger,
    clock: options.clock,
    signal: options.signal,
    scheduledChildren: new Set(),
    walks: new Map(),
    planned: new Map(),
    totals: new Map(),
  };
}

/**
 * Saves what was read as an unfinished sync and returns the error to throw; a failing save never hides the first error.
 * A targeted sync is never gone on with, so that nothing of it is kept; nor is anything of one that is incomplete or held.
 */
async function keepUnfinished(
  caught: unknown,
  store: C1zWriter,
  engine: SyncEngine,
  { options, targets }: Run,
): Promise<BatonError> {
  const error = options.signal.aborted ? interruption(options.signal) : toBatonError(caught);
  if (targets) return error;
  if (options.isGoneOnWith?.(error) === false) return keepsNothing(error) ? error : error.with(dropped);
  try {
    if (keepsNothing(error)) {
      await store.discardSync();
      return error;
    }
    engine.checkpoint();
    await store.save();
    options.logger.info("kept the unfinished sync; the next run goes on from here", { path: options.path });
    // The one who stopped the run said so already.
    return options.signal.aborted ? error : error.with(kept);
  } catch (saveFailure) {
    options.logger.error("the unfinished sync could not be kept", { error: toBatonError(saveFailure).message });
    return error.with(lost);
  }
}

const kept = {
  effect: "What was read so far is kept as an unfinished sync; finished syncs in the file are untouched.",
};
const dropped = { effect: "Nothing of what was read is kept: the next sync begins anew." };
const lost = { effect: "What was read could not be kept; the file is as it was before the run." };

/** What the options leave out. Of what nobody asked for the connector itself says that it was not read. */
function leftOut({ options, targets, types }: Pick<Run, "options" | "targets" | "types">): readonly NotRead[] {
  const read = new Set(types.map(({ id }) => id));
  const others = options.connector.syncers
    .filter(({ resourceType }) => !read.has(resourceType.id) && !isOptIn(resourceType))
    .map(({ resourceType: { id, displayName } }) => ({
      what: `type:${id}`,
      title: `resources of the type ${displayName}`,
    }));
  const parts = [
    ...others,
    ...(targets ? [{ what: "other-resources", title: "resources that were not asked for" }] : []),
    ...(options.skipEntitlementsAndGrants ? [{ what: "entitlements", title: "entitlements and grants" }] : []),
    ...(options.skipGrants ? [{ what: "grants", title: "grants" }] : []),
  ];
  return parts.map((part) => ({ ...part, reason: "not-chosen" }));
}

function syncTypeOf({ options, targets }: Pick<Run, "options" | "targets">): SyncType {
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
