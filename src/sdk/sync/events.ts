/** What the engine tells while it runs and when it ends; progress lines, the console and the run record read it. */

import type { PackedFile } from "../c1z/container/pack.ts";
import type { SyncStats, SyncType } from "../c1z/write/sync-store.ts";
import type { Completeness } from "../contracts/completeness.ts";
import type { ConnectorStats, RunDescription, SyncWarning } from "../contracts/connector.ts";
import type { RunDrop, SyncResult } from "../contracts/run-record.ts";
import type { BatonError } from "../errors.ts";

/** Steps of a run, in order. */
export const syncPhases = [
  "validate",
  "resource-types",
  "resources",
  "static-entitlements",
  "entitlements",
  "grants",
  "expansion",
  "checks",
  "save",
] as const;
/** One of the steps of a run. */
export type SyncPhase = (typeof syncPhases)[number];

/** A moment of a run. */
export interface SyncProgress {
  readonly phase: SyncPhase;
  /** Resources written so far in this run, by resource type. */
  readonly resources: Readonly<Record<string, number>>;
  readonly entitlements: number;
  readonly grants: number;
  readonly elapsedMs: number;
  readonly connector?: ConnectorStats;
}

/** Gets every progress change; must return at once and never throw. */
export type SyncObserver = (progress: SyncProgress) => void;

/** What is said of every run, as far as it got. */
export interface RunFigures {
  readonly syncType: SyncType;
  /** Warnings of one code added up, in the order of first appearance. */
  readonly warnings: readonly SyncWarning[];
  readonly completeness: Completeness;
  readonly durationMs: number;
  readonly phaseMs: Readonly<Partial<Record<SyncPhase, number>>>;
  readonly connector?: ConnectorStats;
}

/** How a completed run went. */
export interface SyncOutcome extends RunFigures {
  /** What the sync is worth; never one of the words for runs that end with an error. */
  readonly result: SyncResult;
  readonly syncId: string;
  readonly resumed: boolean;
  /** The file written, and its size; 0 when nothing was written. */
  readonly path: string;
  readonly fileBytes: number;
  /**
   * True when a targeted sync could read none of its resources: then nothing was written, because an empty sync would
   * hide the ones before it from readers of the file.
   */
  readonly nothingRead?: boolean;
  readonly stats: SyncStats;
}

/** How a run ended that had begun a sync, for the run record. */
export interface RunEnd extends RunFigures {
  readonly result: SyncResult;
  /** What ended it, unless it is complete. */
  readonly error?: BatonError;
  /** What fell away, when the run is held. */
  readonly drop?: RunDrop;
  readonly sync?: { readonly id: string; readonly resumed: boolean };
  /** True when the file now holds this run's finished sync. */
  readonly replaced: boolean;
  /** The file when it was replaced: as it was read back, with what was counted in it. */
  readonly saved?: { readonly file: PackedFile; readonly stats: SyncStats };
  /** Milliseconds since the epoch. */
  readonly startedAtMs: number;
  readonly endedAtMs: number;
  readonly description?: RunDescription;
}
