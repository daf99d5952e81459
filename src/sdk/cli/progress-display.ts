/** A small block at the bottom of the terminal that is redrawn in place, at most ten times a second. */

import { styleText } from "node:util";
import type { Clock } from "../clock.ts";
import type { ConnectorStats, RateLimit } from "../contracts/connector.ts";
import { type SyncPhase, type SyncProgress, syncPhases } from "../sync/events.ts";
import type { OutputStream } from "./cli-io.ts";
import { cutToWidth } from "./display-width.ts";
import { escapeControls } from "./log-line.ts";
import { formatCount, formatDuration, formatPlural, formatTimeOfDay } from "./quantities.ts";

const shortestPauseMs = 100;
/** So that elapsed and waiting times move on while nothing else does. */
const tickMs = 500;

/** What a display is made of. */
export interface ProgressDisplayOptions {
  readonly stderr: OutputStream;
  readonly clock: Clock;
  readonly color: boolean;
  /** What is being synced. */
  readonly title: string;
}

/** The display of one run. It ticks until it is ended. */
export class ProgressDisplay {
  readonly #options: ProgressDisplayOptions;
  readonly #timer: NodeJS.Timeout;
  #latest: { readonly progress: SyncProgress; readonly atMs: number } | undefined;
  #note: string | undefined;
  #drawnLines = 0;
  #drawnAtMs = Number.NEGATIVE_INFINITY;

  constructor(options: ProgressDisplayOptions) {
    this.#options = options;
    this.#timer = setInterval(() => this.#draw(), tickMs);
    this.#timer.unref();
  }

  /** Takes the newest progress; draws it unless the last drawing is too fresh. */
  show(progress: SyncProgress): void {
    const nowMs = this.#options.clock.monotonicMs();
    this.#latest = { progress, atMs: nowMs };
    if (nowMs - this.#drawnAtMs >= shortestPauseMs) this.#draw();
  }

  /** Adds a line for the reader and draws at once. */
  note(text: string): void {
    this.#note = text;
    this.#draw();
  }

  /** Writes something else above the block. */
  around(write: () => void): void {
    this.#erase();
    write();
    this.#draw();
  }

  /** Takes the block away. */
  end(): void {
    clearInterval(this.#timer);
    this.#erase();
    this.#latest = undefined;
  }

  #draw(): void {
    if (!this.#latest) return;
    const { stderr, clock, color, title } = this.#options;
    const { progress, atMs } = this.#latest;
    const monotonicMs = clock.monotonicMs();
    const lines = progressLines(
      { ...progress, elapsedMs: progress.elapsedMs + monotonicMs - atMs },
      { title, columns: stderr.columns, color, nowMs: clock.nowMs(), note: this.#note },
    );
    stderr.write(`${this.#eraseSequence()}${lines.join("\n")}\n`);
    this.#drawnLines = lines.length;
    this.#drawnAtMs = monotonicMs;
  }

  #erase(): void {
    if (this.#drawnLines > 0) this.#options.stderr.write(this.#eraseSequence());
    this.#drawnLines = 0;
  }

  /** Up to the block's first line, then clear to the end of the screen. */
  #eraseSequence(): string {
    return this.#drawnLines > 0 ? `\u001b[${this.#drawnLines}A\u001b[0J` : "";
  }
}

/** What the lines depend on besides the progress. */
interface ProgressViewOptions {
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
