/** A moment of a run as a few lines of text. Pure: the display decides when they are drawn. */
import { styleText } from "node:util";
import type { ConnectorStats, RateLimit } from "../contracts/connector.ts";
import { type SyncPhase, type SyncProgress, syncPhases } from "../sync/events.ts";
import { cutToWidth } from "./display-width.ts";
import { escapeControls } from "./log-line.ts";
import { formatCount, formatDuration, formatPlural, formatTimeOfDay } from "./quantities.ts";

/** What the lines depend on besides the progress. */
export interface ProgressViewOptions {
  /** What is being synced, for example the organization. */
  readonly title: string;
  readonly columns: number;
  readonly color: boolean;
  /** Now, milliseconds since the epoch. */
  readonly nowMs: number;
  /** A line for the reader, for example that the run is being stopped. */
  readonly note?: string | undefined;
}

const phaseTitles = {
  validate: "checking access",
  "resource-types": "reading resource types",
  resources: "reading resources",
  "static-entitlements": "reading entitlements",
  entitlements: "reading entitlements",
  grants: "reading grants",
  expansion: "expanding grants",
  checks: "checking references",
  save: "writing the file",
} as const satisfies Record<SyncPhase, string>;

/** The lines, none wider than the terminal. */
export function progressLines(progress: SyncProgress, options: ProgressViewOptions): string[] {
  const paint = (style: "bold" | "dim" | "yellow", text: string): string => {
    const cut = cutToWidth(escapeControls(text), Math.max(1, options.columns - 1));
    return options.color ? styleText(style, cut, { validateStream: false }) : cut;
  };
  const step = syncPhases.indexOf(progress.phase) + 1;
  const lines = [
    paint("bold", `Syncing ${options.title}: ${phaseTitles[progress.phase]} (${step}/${syncPhases.length})`),
    paint("dim", `  ${countsLine(progress)}`),
    paint("dim", `  ${trafficLine(progress)}`),
  ];
  const waiting = progress.connector?.waiting;
  if (waiting) lines.push(paint("yellow", `  ${waitingLine(waiting, options.nowMs)}`));
  if (options.note !== undefined) lines.push(paint("yellow", `  ${options.note}`));
  return lines;
}

function countsLine({ resources, entitlements, grants }: SyncProgress): string {
  const parts = Object.entries(resources).map(([type, count]) => `${type} ${formatCount(count)}`);
  if (entitlements > 0) parts.push(formatPlural(entitlements, "entitlement"));
  if (grants > 0) parts.push(formatPlural(grants, "grant"));
  return parts.length > 0 ? parts.join(" · ") : "nothing read yet";
}

function trafficLine({ elapsedMs, connector }: SyncProgress): string {
  const parts = [formatDuration(elapsedMs)];
  if (connector) parts.push(formatPlural(connector.requests, "request"));
  if (connector && connector.retries > 0) parts.push(formatPlural(connector.retries, "retry", "retries"));
  const budget = budgetText(connector?.rateLimit);
  if (budget !== undefined) parts.push(budget);
  return parts.join(" · ");
}

function budgetText(rateLimit: RateLimit | undefined): string | undefined {
  if (rateLimit?.remaining === undefined) return undefined;
  const of = rateLimit.limit === undefined ? "" : ` of ${formatCount(rateLimit.limit)}`;
  return `${formatCount(rateLimit.remaining)}${of} requests left in the rate budget`;
}

function waitingLine({ reason, untilMs }: NonNullable<ConnectorStats["waiting"]>, nowMs: number): string {
  return `waiting until ${formatTimeOfDay(untilMs)} (${formatDuration(Math.max(0, untilMs - nowMs))}): ${reason}`;
}
