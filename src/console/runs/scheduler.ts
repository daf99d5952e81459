/** Starts what is due: schedules, and runs that wait for another try. Knows when, not how. */
import type { Clock } from "../../sdk/clock.ts";
import { repeat } from "../repeat.ts";
import type { ConnectorRecord, ConnectorTable } from "../store/connector-table.ts";
import { nextMoments } from "./schedule.ts";

/** Looked at again at least this often: a machine may have slept, or its clock been set. Milliseconds. */
const longestSleepMs = 15_000;

/** What the scheduler works with. */
export interface SchedulerParts {
  readonly connectors: ConnectorTable;
  readonly clock: Clock;
  /** Starts a sync of the connector; one that runs already is no reason to complain. */
  readonly start: (connectorId: string) => void;
}

/** Watches the clock. @returns ends it. */
export function startScheduler(parts: SchedulerParts): () => Promise<void> {
  return repeat(parts.clock, longestSleepMs, () => startDue(parts));
}

/** The next moment at which the connector syncs by itself; null for none. Milliseconds since the epoch. */
export function nextRunAt({ isPaused, schedule, scheduleSinceMs, retryAtMs }: ConnectorRecord): number | null {
  if (isPaused) return null;
  const [scheduled] = nextMoments(schedule, scheduleSinceMs, 1);
  const moments = [scheduled, retryAtMs ?? undefined].filter((moment) => moment !== undefined);
  return moments.length === 0 ? null : Math.min(...moments);
}

/** Starts whatever is due now. However many moments were missed, it is one run. */
export function startDue({ connectors, clock, start }: SchedulerParts): void {
  const nowMs = clock.nowMs();
  for (const connector of connectors.list()) {
    const dueAtMs = nextRunAt(connector);
    if (dueAtMs === null || dueAtMs > nowMs) continue;
    // First written down: a start that fails must not be tried again at every look.
    connectors.update(connector.id, { scheduleSinceMs: nowMs, retryAtMs: null });
    start(connector.id);
  }
}
