/** Tells telemetry how a run goes: a span for the run and one for each of its steps, how long it took, what it holds. */
import type { SyncType } from "../c1z/write/sync-store.ts";
import type { Clock } from "../clock.ts";
import { type SyncResult, syncResults } from "../contracts/run-record.ts";
import { Status, toBatonError } from "../errors.ts";
import { type Attributes, noTelemetry, type Span, type Telemetry } from "../telemetry/telemetry.ts";
import { type SyncOutcome, type SyncPhase, syncPhases } from "./events.ts";
import { resultOfError } from "./verdict.ts";

/** What a run is told to tell. */
export interface RunProbe {
  /** A step begins. */
  enter(phase: SyncPhase): void;
}

/** Whom to tell, and of what. */
export interface ObserveOptions {
  readonly telemetry?: Telemetry;
  readonly clock: Clock;
  readonly syncType: SyncType;
}

/** Runs `work` and tells of it. */
export async function observeSync(
  { telemetry, clock, syncType }: ObserveOptions,
  work: (probe: RunProbe) => Promise<SyncOutcome>,
): Promise<SyncOutcome> {
  if (!telemetry || telemetry === noTelemetry) return await work({ enter() {} });
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
    const outcome = await telemetry.within(span, () => work(probe));
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
class PhaseSpans implements RunProbe {
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
