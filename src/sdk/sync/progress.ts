/** Counts what a run has done, logs it in the words of the Go SDK, and tells the observer. */
import type { Clock } from "../clock.ts";
import type { Connector } from "../contracts/connector.ts";
import type { Logger } from "../log.ts";
import type { SyncObserver, SyncPhase, SyncProgress } from "./events.ts";

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
