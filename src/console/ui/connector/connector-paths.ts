/** Addresses of connectors, in the page and in the API. */

/** Screens of one connector. */
export type ConnectorTab = "access" | "reviews" | "history" | "logs" | "settings" | "deploy" | "service";

/** Address of a connector's screen; the overview without a tab. */
export function connectorPath(id: string, tab?: ConnectorTab): string {
  const path = `/connectors/${encodeURIComponent(id)}`;
  return tab ? `${path}/${tab}` : path;
}

/** Address of a connector in the API, with what follows it. */
export function connectorApi(id: string, rest = ""): string {
  return `/api/connectors/${encodeURIComponent(id)}${rest}`;
}

/** Address of a run's screen. */
export function runPath(connectorId: string, runId: string): string {
  return `${connectorPath(connectorId, "history")}/${encodeURIComponent(runId)}`;
}

/** Address of a run in the API, with what follows it. */
export function runApi(runId: string, rest = ""): string {
  return `/api/runs/${encodeURIComponent(runId)}${rest}`;
}
