/** What the server tells the page while it is open: GET /api/events, server-sent events, each `data` one of these. */
import type { ConnectorSummary, ServiceState, TestState } from "./connectors.ts";
import type { RunProgress } from "./runs.ts";

/** Request header in which a page names itself: it has what it changed itself already. */
export const pageHeader = "x-console-page";

/** One event. The page asks again for whatever is behind it; a lost event costs nothing but time. */
export type ConsoleEvent =
  | { readonly type: "connector"; readonly connector: ConnectorSummary }
  /** Figures were worked out of its current file. */
  | { readonly type: "figures"; readonly connectorId: string }
  | { readonly type: "connector-removed"; readonly connectorId: string }
  /** Rows of it were decided, or it was signed, on the page that names itself so in {@link pageHeader}. */
  | { readonly type: "review"; readonly reviewId: string; readonly page: string }
  | { readonly type: "progress"; readonly progress: RunProgress }
  | { readonly type: "test"; readonly test: TestState }
  | { readonly type: "service"; readonly connectorId: string; readonly service: ServiceState }
  | { readonly type: "logged"; readonly connectorId: string; readonly seq: number }
  /**
   * The first of a stream, then at least every 5 seconds, so that the page knows that the server lives. `told` is the
   * number of events so far: the page, which was given one with its session, sees whether it missed any.
   */
  | { readonly type: "heartbeat"; readonly nowMs: number; readonly told: number };
