/**
 * What a run shows: on a terminal live progress and a closing summary, otherwise log lines. Warnings and errors are
 * logged either way.
 */

import { styleText } from "node:util";
import type { Clock } from "../clock.ts";
import { fieldNameOf } from "../config/resolve.ts";
import { forApp, type StandardConfig } from "../config/standard-fields.ts";
import type { ConnectorStats, RateLimit } from "../contracts/connector.ts";
import type { Logger } from "../log.ts";
import { type SyncObserver, type SyncOutcome, type SyncPhase, type SyncProgress, syncPhases } from "../sync/events.ts";
import type { Telemetry } from "../telemetry/telemetry.ts";
import type { Invocation } from "./app.ts";
import type { CliIo, OutputStream, StopSignal } from "./cli-io.ts";
import { secretFlags } from "./command-setup.ts";
import { createLogger, type LogSink, loggingChoices, openDebugLog, openLogSinks } from "./logger.ts";
import { renderSummary, type SummarySection } from "./summary.ts";
import {
  cutToWidth,
  escapeControls,
  formatCount,
  formatDuration,
  formatPlural,
  formatTimeOfDay,
} from "./terminal-text.ts";

/** The output of one run. */
export interface RunOutput {
  readonly logger: Logger;
  readonly observe: SyncObserver;
  /** Copies every event, debug ones included, to a new file until the returned function is called. */
  logDebugTo(path: string): () => void;
  /** Says that a stop signal was heard. */
  stopping(signal: StopSignal): void;
  /** True when `close` shows a summary. */
  readonly showsSummary: boolean;
  /** Ends the display, with a summary when there is an outcome. Later calls do nothing. */
  close(outcome?: SyncOutcome, sections?: readonly SummarySection[]): void;
}

/** What kind of run it is. */
export interface RunOutputOptions {
  /** It goes on for ever, so that there is no progress to show; default false. */
  readonly isService?: boolean;
  /** Gets the log lines as well, whatever a display leaves out. */
  readonly telemetry?: Telemetry | undefined;
}

/**
 * Opens the output that the flags and the terminal ask for.
 * @throws BatonError BATON-LOG-PATH.
 */
export function openRunOutput(
  { app, io, redactor }: Invocation,
  config: StandardConfig,
  { isService = false, telemetry }: RunOutputOptions = {},
): RunOutput {
  const { level, format, notes } = loggingChoices(config);
  const log = openLogSinks(config.strings("log-path"), io);
  const shown = !isService && wantsProgress(config, io);
  const target = app.targetName?.(forApp(config)) || app.displayName;
  const display = shown
    ? new ProgressDisplay({ stderr: io.stderr, clock: io.clock, color: usesColor(io.env), title: target })
    : undefined;
  // Lines that go to files are not in the display's way and keep their level.
  const besideDisplay = display !== undefined && config.strings("log-path").length === 0;
  const debugSinks = new Set<LogSink>();
  const logger = createLogger({
    level: besideDisplay ? "warn" : level,
    format,
    sinks: log.sinks.map((sink) => (besideDisplay ? (line, level) => display.around(() => sink(line, level)) : sink)),
    debugSinks,
    ...(telemetry && { mirror: { level, log: (event) => telemetry.log(event) } }),
    always: { connector: app.name, ...(app.targetName && { target: app.targetName(forApp(config)) }) },
    redactor,
    clock: io.clock,
  });
  logger.debug("Logger created!", { log_level: level });
  for (const note of notes) logger.warn(note);
  warnAboutConfig(config, logger);
  let open = true;
  return {
    logger,
    observe: (progress) => display?.show(progress),
    logDebugTo(path) {
      const { sink, close } = openDebugLog(path);
      debugSinks.add(sink);
      return () => {
        if (debugSinks.delete(sink)) close();
      };
    },
    stopping(signal) {
      if (display) display.note("Stopping: saving what was read. Once more to stop at once.");
      else logger.info("stopping, saving what was read", { signal });
    },
    showsSummary: io.stderr.isTty,
    close(outcome, sections = []) {
      if (!open) return;
      open = false;
      display?.end();
      if (outcome && io.stderr.isTty) {
        io.stderr.write(renderSummary(outcome, { target, color: usesColor(io.env), sections }));
      }
      log.close();
    },
  };
}

function warnAboutConfig(config: StandardConfig, logger: Logger): void {
  for (const name of secretFlags(config)) {
    logger.warn(`--${name} on the command line can be read by other users of this machine; set it in the environment`);
  }
  for (const notice of config.notices) logger.warn(notice);
  const { unknownFileKeys: keys } = config;
  if (keys.length === 0) return;
  const names = new Set<string>(config.all().map(({ field }) => field.name));
  const meant = keys.map(fieldNameOf).filter((name) => names.has(name));
  logger.warn("the configuration file has keys that no field has", { keys, ...(meant.length > 0 && { meant }) });
}

/** Someone watches, the terminal can be redrawn, and nobody asked for log lines. */
function wantsProgress(config: StandardConfig, { env: { TERM, CI }, stderr }: CliIo): boolean {
  const asksForLogs = config.isGiven("log-level") || config.isGiven("log-format");
  return stderr.isTty && TERM !== "dumb" && !CI && !asksForLogs;
}

/** NO_COLOR (no-color.org) and terminals that know none. */
export function usesColor({ NO_COLOR, TERM }: CliIo["env"]): boolean {
  return !NO_COLOR && TERM !== "dumb";
}

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
