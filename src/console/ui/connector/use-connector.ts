/** One connector and its run under way, kept up to date by events. */
import { useState } from "preact/hooks";
import type { ConnectorDetail } from "../../contract/connectors.ts";
import type { RunProgress } from "../../contract/runs.ts";
import { useEvents } from "../api/events.ts";
import { type Data, useData } from "../api/use-data.ts";
import { connectorApi } from "./connector-paths.ts";

/** What every tab gets. */
export interface TabProps {
  readonly connector: ConnectorDetail;
  readonly data: Data<ConnectorDetail>;
  readonly progress: RunProgress | null;
  /** What stands in the address behind the tab's name. */
  readonly rest: string;
}

/** The connector `id`. */
export function useConnector(id: string): Data<ConnectorDetail> & { readonly isRemoved: boolean } {
  const [removedId, setRemovedId] = useState<string | null>(null);
  useEvents((event) => {
    if (event.type === "connector-removed") setRemovedId(event.connectorId);
  });
  const data = useData<ConnectorDetail>(
    connectorApi(id),
    (event) =>
      (event.type === "connector" && event.connector.id === id) ||
      (event.type === "service" && event.connectorId === id),
  );
  return { ...data, isRemoved: removedId === id };
}

/** How far its run is; null when none is under way. Events are newer than what was asked for. */
export function useProgress({ id, progress }: Pick<ConnectorDetail, "id" | "progress">): RunProgress | null {
  const [live, setLive] = useState<{ readonly id: string; readonly progress: RunProgress | null } | null>(null);
  useEvents((event) => {
    if (event.type === "progress" && event.progress.connectorId === id) setLive({ id, progress: event.progress });
    if (event.type === "connector" && event.connector.id === id) setLive({ id, progress: event.connector.progress });
    // Events were missed: what is asked for now is newer.
    if (event.type === "reconnected") setLive(null);
  });
  return live?.id === id ? live.progress : progress;
}
