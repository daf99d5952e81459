/**
 * Runs the actions of one sync until none is left: decides what is called next, when a checkpoint is due, what may
 * run side by side and what is skipped. Knows neither the product that is read nor the file that is written.
 */
import { setImmediate } from "node:timers/promises";
import type { ResourceTarget } from "../contracts/model.ts";
import { BatonError, Status, toBatonError } from "../errors.ts";
import type { SyncPhase } from "./events.ts";
import { expandGrants } from "./expand-grants.ts";
import { placeOf, type StepContext } from "./step-context.ts";
import {
  planPerResource,
  planStaticEntitlements,
  syncEntitlements,
  syncGrants,
  syncStaticEntitlements,
} from "./steps/per-resource.ts";
import { planResources, syncResources, syncResourceTypes } from "./steps/resources.ts";
import { syncTarget } from "./steps/targets.ts";
import type { Action, Operation, SyncState } from "./sync-state.ts";

/**
 * Checkpoints are at least this far apart; a run that is killed reads so much again. The Go SDK waits ten times as
 * long; measured with 45,000 members, one a second costs a thirtieth more of the processor.
 */
const checkpointEveryMs = 1000;
const yieldEveryMs = 20;

const phaseOf: Readonly<Record<Operation, SyncPhase>> = {
  init: "resource-types",
  "list-resource-types": "resource-types",
  "list-resources": "resources",
  "list-static-entitlements": "static-entitlements",
  "list-entitlements": "entitlements",
  "list-grants": "grants",
  "grant-expansion": "expansion",
  "targeted-resource-sync": "resources",
};

/** More actions of one step are never under way (Baton SDK: batches). */
const mostSideBySide = 100;

/** The loop over one sync's actions. */
export class SyncEngine {
  readonly #context: StepContext;
  readonly #workers: number;
  #lastCheckpointMs: number;
  #phase: SyncPhase | undefined;
  #lastYieldMs = 0;

  /** `workers`: how many actions of one step run side by side, at least 1. */
  constructor(context: StepContext, workers: number) {
    this.#context = context;
    this.#workers = Math.min(workers, mostSideBySide);
    this.#lastCheckpointMs = context.clock.monotonicMs();
  }

  /** Runs to the end. On any error the state is as of the last whole page; the caller decides what is kept. */
  async run(): Promise<void> {
    const { state, signal } = this.#context;
    for (let action = state.top(); action; action = state.top()) {
      signal.throwIfAborted();
      this.#enterPhase(action);
      if (isPlanner(action)) await this.#runPage(action);
      else await this.#runSideBySide();
      this.#checkpointIfDue(action.operation === "init");
    }
  }

  /** Stores the state now. */
  checkpoint(): void {
    const { warnings, completeness, store, state } = this.#context;
    warnings.store(store.session);
    completeness.store(store.session);
    store.checkpoint(state.serialize());
    this.#lastCheckpointMs = this.#context.clock.monotonicMs();
  }

  #checkpointIfDue(force: boolean): void {
    const { clock, store } = this.#context;
    const isDue = clock.monotonicMs() - this.#lastCheckpointMs >= checkpointEveryMs;
    if (force || isDue || store.isCheckpointAwaited) this.checkpoint();
  }

  #enterPhase(action: Action): void {
    const phase = phaseOf[action.operation];
    if (phase === this.#phase) return;
    // What was read is settled, and who asks the store for it need not wait for what comes now.
    if (this.#phase !== undefined) this.checkpoint();
    this.#phase = phase;
    this.#context.progress.enter(phase);
  }

  /** Drives all actions of the top's operation, `workers` at a time; the first failure ends them all. */
  async #runSideBySide(): Promise<void> {
    const { state, signal } = this.#context;
    const taken = new Set<string>();
    let failed = false;
    const work = async (): Promise<void> => {
      for (let action = state.next(taken); action && !failed; action = state.next(taken)) {
        signal.throwIfAborted();
        if (isPlanner(action)) return;
        taken.add(action.id);
        await this.#drive(action);
        taken.delete(action.id);
      }
    };
    const workers = Array.from({ length: this.#workers }, async () => {
      try {
        await work();
      } catch (caught) {
        failed = true;
        throw caught;
      }
    });
    const results = await Promise.allSettled(workers);
    for (const result of results) if (result.status === "rejected") throw toBatonError(result.reason);
  }

  /** Runs one action through all its pages. */
  async #drive(first: Action): Promise<void> {
    const { state, signal } = this.#context;
    for (let action: Action | undefined = first; action; action = state.find(first.id)) {
      signal.throwIfAborted();
      try {
        await this.#runPage(action);
      } catch (caught) {
        this.#skipOrThrow(toBatonError(caught), action);
      }
      this.#checkpointIfDue(false);
      await this.#letEventsIn();
    }
  }

  /** Pages that need no network would otherwise run in one go, and neither signals nor prefetches would be served. */
  async #letEventsIn(): Promise<void> {
    const now = this.#context.clock.monotonicMs();
    if (now - this.#lastYieldMs < yieldEveryMs) return;
    this.#lastYieldMs = now;
    await setImmediate();
  }

  /** An object that vanished between listing and asking is skipped with a warning; every other error stands. */
  #skipOrThrow(error: BatonError, action: Action): void {
    const { state, warnings, signal } = this.#context;
    signal.throwIfAborted();
    if (error.status !== Status.notFound || error.fatal) throw error;
    warnings.skip(error, placeOf(action), state.completed);
    state.finish(action.id);
  }

  async #runPage(action: Action): Promise<void> {
    try {
      await this.#step(action);
    } catch (caught) {
      throw this.#context.signal.aborted ? caught : withPlace(caught, action);
    }
  }

  async #step(action: Action): Promise<void> {
    const context = this.#context;
    const planner = isPlanner(action);
    switch (action.operation) {
      case "init":
        return begin(context, action);
      case "list-resource-types":
        return syncResourceTypes(context, action);
      case "list-resources":
        return planner ? planResources(context, action) : await syncResources(context, action);
      case "list-static-entitlements":
        return planner ? planStaticEntitlements(context, action) : await syncStaticEntitlements(context, action);
      case "list-entitlements":
        return planner ? planPerResource(context, action, "entitlements") : await syncEntitlements(context, action);
      case "list-grants":
        return planner ? planPerResource(context, action, "grants") : await syncGrants(context, action);
      case "targeted-resource-sync":
        return await syncTarget(context, action);
      case "grant-expansion":
        return await expandGrants(context, action);
      default:
        return action.operation satisfies never;
    }
  }
}

/** Planners and the steps without a resource type run alone. */
function isPlanner(action: Action): boolean {
  return action.resourceTypeId === "";
}

/** An error that a connector did not mean to throw says nothing of where: its operation, type and resource are named. */
function withPlace(caught: unknown, action: Action): unknown {
  if (caught instanceof BatonError || action.resourceTypeId === "") return caught;
  const { message } = toBatonError(caught);
  const name = caught instanceof Error ? caught.name : "Error";
  // A failed fetch is a TypeError as well; what it failed at is its cause.
  const isFault = caught instanceof Error && programmingErrors.has(name) && caught.cause === undefined;
  return new BatonError({
    ...(isFault
      ? { code: "BATON-CONNECTOR-FAULT", status: Status.internal, fatal: true }
      : { code: "BATON-UNEXPECTED", status: Status.unknown }),
    message: `${placeOf(action)} failed: ${isFault ? `${name}: ` : ""}${message}`,
    effect: "The sync stays unfinished.",
    ...(isFault && { hint: "This is a fault of the connector: please report it." }),
    cause: caught,
  });
}

const programmingErrors: ReadonlySet<string> = new Set(["TypeError", "ReferenceError", "RangeError", "SyntaxError"]);

/** Replaces `init` by the steps of a full sync, of one without entitlements and grants, or of a targeted one. */
function begin({ state, targets }: StepContext, action: Action): void {
  state.finish(action.id);
  if (targets) planTargets(state, targets);
  else planEverything(state);
  state.push({ operation: "list-resource-types" });
}

/** One action per resource, the first on top. What is read of each is planned when it is there; nothing is expanded. */
function planTargets(state: SyncState, targets: readonly ResourceTarget[]): void {
  for (const { id, parentResourceId } of targets.toReversed()) {
    state.push({
      operation: "targeted-resource-sync",
      resourceTypeId: id.resourceType,
      resourceId: id.resource,
      ...(parentResourceId && {
        parentResourceTypeId: parentResourceId.resourceType,
        parentResourceId: parentResourceId.resource,
      }),
    });
  }
}

function planEverything(state: SyncState): void {
  if (!state.flags.shouldSkipEntitlementsAndGrants) {
    if (!state.flags.shouldSkipGrants) {
      state.push({ operation: "grant-expansion" });
      state.push({ operation: "list-grants" });
    }
    state.push({ operation: "list-entitlements" });
    state.push({ operation: "list-static-entitlements" });
  }
  state.push({ operation: "list-resources" });
}
