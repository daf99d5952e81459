/** The connectors there are: finds them, makes them, changes them, and tells the page of each change. */
import { randomBytes } from "node:crypto";
import type { Clock } from "../../sdk/clock.ts";
import { BatonError, Status } from "../../sdk/errors.ts";
import type { ConnectorDetail, ConnectorSummary } from "../contract/connectors.ts";
import type { EventHub } from "../event-hub.ts";
import type { ConnectorRecord } from "../store/connector-table.ts";
import type { Store } from "../store/store.ts";
import { detailView, summaryView, type ViewParts } from "./connector-views.ts";
import { emptySettings } from "./settings-input.ts";

/** Minutes between the syncs of a connector that is to sync on a schedule of which nothing was said yet. */
const firstInterval = 360;

/** What the registry works with. */
export interface RegistryParts {
  readonly store: Store;
  readonly hub: EventHub;
  readonly clock: Clock;
  /** What the views are made of; asked when one is needed, since they know of everything. */
  readonly views: () => ViewParts;
}

/** What is decided when a connector is made; `nowMs` in milliseconds since the epoch. */
export interface NewConnector extends Pick<ConnectorRecord, "id" | "mode" | "owner" | "isSample" | "name" | "key"> {
  readonly nowMs: number;
}

/** A connector of which nothing else was said yet. */
export function newConnector({ nowMs, ...begin }: NewConnector): ConnectorRecord {
  return {
    ...begin,
    isPaused: false,
    settings: emptySettings,
    schedule: begin.mode === "schedule" ? { kind: "interval", everyMinutes: firstInterval } : { kind: "manual" },
    scheduleSinceMs: nowMs,
    retryAtMs: null,
    createdAtMs: nowMs,
    currentRunId: null,
    dismissedRunId: null,
    runsService: false,
  };
}

/** All connectors. */
export class ConnectorRegistry {
  readonly #parts: RegistryParts;

  constructor(parts: RegistryParts) {
    this.#parts = parts;
  }

  /** @throws BatonError `CONSOLE-NO-CONNECTOR` */
  find(id: string): ConnectorRecord {
    const connector = this.#parts.store.connectors.get(id);
    if (connector) return connector;
    throw new BatonError({
      code: "CONSOLE-NO-CONNECTOR",
      status: Status.notFound,
      message: "There is no such connector, or it was removed.",
      effect: "Nothing was done.",
      hint: "Go back to the list of connectors.",
    });
  }

  list(): readonly ConnectorSummary[] {
    return this.#parts.store.connectors.list().map((connector) => summaryView(connector, this.#parts.views()));
  }

  detail(id: string): ConnectorDetail {
    return detailView(this.find(id), this.#parts.views(), this.#parts.clock.nowMs());
  }

  insert(begin: Omit<NewConnector, "id" | "nowMs">): ConnectorRecord {
    const record = newConnector({ ...begin, id: randomBytes(6).toString("hex"), nowMs: this.#parts.clock.nowMs() });
    this.#parts.store.connectors.put(record);
    return record;
  }

  /** Changes values and tells the page. @throws BatonError `CONSOLE-NO-CONNECTOR` */
  update(id: string, changes: Partial<Omit<ConnectorRecord, "id">>): ConnectorDetail {
    this.#parts.store.connectors.put({ ...this.find(id), ...changes });
    this.publish(id);
    return this.detail(id);
  }

  /** Tells the page how a connector is now; nothing of one that is gone. */
  publish(id: string): void {
    const { store, hub, views } = this.#parts;
    const connector = store.connectors.get(id);
    if (connector) hub.publish({ type: "connector", connector: summaryView(connector, views()) });
  }

  /** Forgets a connector with everything that the store holds of it. */
  remove(id: string): void {
    this.#parts.store.connectors.remove(id);
    this.#parts.hub.publish({ type: "connector-removed", connectorId: id });
  }
}
