/** Connectors about which nothing, or next to nothing, is known yet. Pure. */
import type { ConnectorRecord } from "../store/connector-table.ts";
import type { Store } from "../store/store.ts";
import { emptySettings } from "./settings-input.ts";

/** Minutes between the syncs of a connector that is to sync on a schedule, when none is given. */
const firstInterval = 360;

/** What is decided when a connector is made; `nowMs` in milliseconds since the epoch. */
export interface NewConnector extends Pick<ConnectorRecord, "id" | "mode" | "owner" | "isSample" | "name" | "key"> {
  readonly nowMs: number;
  readonly schedule?: ConnectorRecord["schedule"];
}

/** A connector with nothing but its defaults. */
export function newConnector({ nowMs, schedule, ...begin }: NewConnector): ConnectorRecord {
  const usual = begin.mode === "schedule" ? ({ kind: "interval", everyMinutes: firstInterval } as const) : undefined;
  return {
    ...begin,
    isPaused: false,
    settings: emptySettings,
    schedule: schedule ?? usual ?? { kind: "manual" },
    scheduleSinceMs: nowMs,
    retryAtMs: null,
    createdAtMs: nowMs,
    currentRunId: null,
    dismissedRunId: null,
    runsService: false,
  };
}

/** True when nothing was entered and nothing has run: the one who began it has not come back to it. */
export function isBlank({ id, isSample, key, settings }: ConnectorRecord, { runs }: Pick<Store, "runs">): boolean {
  if (isSample || key !== null || settings.orgSlug !== "" || settings.c1ClientId !== "") return false;
  return runs.list(id, { limit: 1 }).length === 0;
}
