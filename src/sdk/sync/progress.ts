/** Counts what a run has done, logs it in the words of the Go SDK, and tells the observer and telemetry. */
import type { SyncType } from "../c1z/write/sync-store.ts";
import type { Clock } from "../clock.ts";
import type { Connector } from "../contracts/connector.ts";
import { type SyncResult, syncResults } from "../contracts/run-record.ts";
import { Status, toBatonError } from "../errors.ts";
import type { Logger } from "../log.ts";
import { type Attributes, noTelemetry, type Span, type Telemetry } from "../telemetry/telemetry.ts";
import { type SyncObserver, type SyncOutcome, type SyncPhase, type SyncProgress, syncPhases } from "./events.ts";
import { resultOfError } from "./verdict.ts";

/** Between two intermediate log lines of one resource type. */
const logEveryMs = 10_000;

/** Progress of one run. */
export class Progress {
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #connector: Connector;
  readonly #observer: SyncObserver | undefined;
  readonly #onPhase: ((phase: SyncPhase) => void) | undefined;
  readonly #startedMs: number;
  readonly #resources = new Map<string, number>();
  readonly #finished = { entitlements: new Map<string, number>(), grants: new Map<string, number>() };
  readonly #lastLogMs = new Map<string, number>();
  readonly #phaseMs = new Map<SyncPhase, number>();
  #phase: SyncPhase = "validate";
  #phaseStartedMs: number;
  #entitlements = 0;
  #grants = 0;

  constructor(options: {
    clock: Clock;
    logger: Logger;
    connector: Connector;
    observer?: SyncObserver | undefined;
    /** Told of each phase that is entered. */
    onPhase?: (phase: SyncPhase) => void;
  }) {
    this.#clock = options.clock;
    this.#logger = options.logger;
    this.#connector = options.connector;
    this.#observer = options.observer;
    this.#onPhase = options.onPhase;
    this.#startedMs = options.clock.monotonicMs();
    this.#phaseStartedMs = this.#startedMs;
  }

  /** Enters a phase; the time since the last change counts for the phase left. */
  enter(phase: SyncPhase): void {
    const now = this.#clock.monotonicMs();
    this.#phaseMs.set(this.#phase, (this.#phaseMs.get(this.#phase) ?? 0) + now - this.#phaseStartedMs);
    this.#phaseStartedMs = now;
    this.#phase = phase;
    this.#onPhase?.(phase);
    this.#notify();
  }

  /** Rows of a resource page. */
  addResources(resourceTypeId: string, count: number): void {
    this.#resources.set(resourceTypeId, (this.#resources.get(resourceTypeId) ?? 0) + count);
    this.#notify();
  }

  /** Those of the type that were counted are read anew. */
  forgetResources(resourceTypeId: string): void {
    this.#resources.delete(resourceTypeId);
  }

  /** One listing of a resource type is through. */
  resourcesListed(resourceTypeId: string): void {
    this.#logger.info("Synced resources", {
      resource_type_id: resourceTypeId,
      count: this.#resources.get(resourceTypeId) ?? 0,
    });
  }

  /** Rows of an entitlement or grant page. */
  addRows(kind: "entitlements" | "grants", count: number): void {
    if (kind === "entitlements") this.#entitlements += count;
    else this.#grants += count;
    this.#notify();
  }

  /** One resource has given all its entitlements or grants; `total` is undefined after a resume. */
  resourceDone(kind: "entitlements" | "grants", resourceTypeId: string, total: number | undefined): void {
    const done = (this.#finished[kind].get(resourceTypeId) ?? 0) + 1;
    this.#finished[kind].set(resourceTypeId, done);
    if (total !== undefined && done === total) {
      this.#logger.info(`Synced ${kind}`, { resource_type_id: resourceTypeId, count: done, total });
      return;
    }
    this.#logIntermediate(kind, resourceTypeId, done, total);
  }

  #logIntermediate(kind: string, resourceTypeId: string, done: number, total: number | undefined): void {
    const key = `${kind}/${resourceTypeId}`;
    const now = this.#clock.monotonicMs();
    if (now - (this.#lastLogMs.get(key) ?? this.#startedMs) < logEveryMs) return;
    this.#lastLogMs.set(key, now);
    this.#logger.info(`Syncing ${kind}`, {
      resource_type_id: resourceTypeId,
      synced: done,
      ...(total !== undefined && { total, percent_complete: Math.floor((done * 100) / total) }),
    });
  }

  /** Milliseconds since the run began. */
  get elapsedMs(): number {
    return this.#clock.monotonicMs() - this.#startedMs;
  }

  /** Milliseconds spent in each phase so far. */
  phases(): Partial<Record<SyncPhase, number>> {
    const current = this.#clock.monotonicMs() - this.#phaseStartedMs;
    const all: Partial<Record<SyncPhase, number>> = Object.fromEntries(this.#phaseMs);
    return { ...all, [this.#phase]: (all[this.#phase] ?? 0) + current };
  }

  /** The state as of now. */
  snapshot(): SyncProgress {
    const connector = this.#connector.stats?.();
    return {
      phase: this.#phase,
      resources: Object.fromEntries(this.#resources),
      entitlements: this.#entitlements,
      grants: this.#grants,
      elapsedMs: this.elapsedMs,
      ...(connector && { connector }),
    };
  }

  #notify(): void {
    this.#observer?.(this.snapshot());
  }
}

/** Whom to tell, and of what. */
export interface ObserveOptions {
  readonly telemetry?: Telemetry | undefined;
  readonly clock: Clock;
  readonly syncType: SyncType;
}

/** Runs `work`, which says when a step begins, and tells of it. */
export async function observeSync(
  { telemetry, clock, syncType }: ObserveOptions,
  work: (onPhase: (phase: SyncPhase) => void) => Promise<SyncOutcome>,
): Promise<SyncOutcome> {
  if (!telemetry || telemetry === noTelemetry) return await work(() => {});
  const span = telemetry.span("sync", { "baton.sync.type": syncType });
  const probe = new PhaseSpans(telemetry, span);
  const startedMs = clock.monotonicMs();
  const finish = (result: string, error?: unknown): void => {
    const attributes: Attributes = { "baton.sync.type": syncType, "baton.sync.result": result };
    telemetry.duration("baton.sync.duration", clock.monotonicMs() - startedMs, attributes);
    span.set(attributes);
    probe.end(error);
    span.end(error);
  };
  try {
    const outcome = await telemetry.within(span, () => work((phase) => probe.enter(phase)));
    tellCounts(telemetry, outcome);
    tellResult(telemetry, outcome.result);
    telemetry.gauge("baton.key.refused", 0);
    if (outcome.nothingRead !== true) tellSuccess(telemetry, clock);
    span.set({ "baton.sync.id": outcome.syncId, "baton.sync.resumed": outcome.resumed });
    finish(outcome.result);
    return outcome;
  } catch (caught) {
    const error = toBatonError(caught);
    tellResult(telemetry, resultOfError(error));
    telemetry.gauge("baton.key.refused", error.status === Status.unauthenticated ? 1 : 0);
    telemetry.count("baton.sync.failures", { "baton.error.code": error.code });
    finish(error.code, caught);
    throw caught;
  }
}

/** Steps follow each other: one ends where the next begins. */
class PhaseSpans {
  readonly #telemetry: Telemetry;
  readonly #parent: Span;
  #current: Span | undefined;

  constructor(telemetry: Telemetry, parent: Span) {
    this.#telemetry = telemetry;
    this.#parent = parent;
  }

  enter(phase: SyncPhase): void {
    this.#current?.end();
    // Only begun in there: what the step does runs below the sync, since requests are sent ahead of their step.
    void this.#telemetry.within(this.#parent, async () => {
      this.#current = this.#telemetry.span(phase);
    });
  }

  end(error: unknown): void {
    this.#current?.end(error);
  }
}

/** One of them is 1, all others 0: a result that is over does not linger. */
function tellResult(telemetry: Telemetry, result: SyncResult): void {
  for (const each of syncResults) {
    telemetry.gauge("baton.sync.last.result", each === result ? 1 : 0, { "baton.sync.result": each });
  }
}

const lastSuccessMs = new WeakMap<Telemetry, number>();

function tellSuccess(telemetry: Telemetry, clock: Clock): void {
  const isFirst = !lastSuccessMs.has(telemetry);
  lastSuccessMs.set(telemetry, clock.nowMs());
  telemetry.gauge("baton.sync.last.success.timestamp.seconds", Math.round(clock.nowMs() / 1000));
  if (!isFirst) return;
  telemetry.observe("baton.roster.age.seconds", () => {
    const atMs = lastSuccessMs.get(telemetry);
    return atMs === undefined ? undefined : Math.max(0, Math.round((clock.nowMs() - atMs) / 1000));
  });
}

function tellCounts(telemetry: Telemetry, { stats, warnings, completeness: { keyOwner } }: SyncOutcome): void {
  if (keyOwner) {
    const role = { "baton.key.role": keyOwner.role ?? "unknown", "baton.key.sees_all": keyOwner.seesAll };
    telemetry.gauge("baton.key.owner", 1, role);
  }
  for (const [type, count] of Object.entries(stats.resourcesByResourceType)) {
    telemetry.gauge("baton.sync.resources", count, { "baton.resource_type": type });
  }
  telemetry.gauge("baton.sync.entitlements", stats.entitlements);
  telemetry.gauge("baton.sync.grants", stats.grants);
  telemetry.gauge("baton.sync.warnings", warnings.length);
  for (const { code, count = 1 } of warnings) telemetry.count("baton.warnings", { "baton.warning.code": code }, count);
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

/** The fields of the log line; whole milliseconds. */
export function stepDurations(phases: Readonly<Partial<Record<SyncPhase, number>>>): Readonly<Record<string, unknown>> {
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
