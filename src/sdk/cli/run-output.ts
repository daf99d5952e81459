/**
 * What a run shows: on a terminal live progress and a closing summary, otherwise log lines. Warnings and errors are
 * logged either way.
 */
import { fieldNameOf } from "../config/resolve.ts";
import { forApp, type StandardConfig } from "../config/standard-fields.ts";
import type { Logger } from "../log.ts";
import type { SyncObserver, SyncOutcome } from "../sync/events.ts";
import type { Telemetry } from "../telemetry/telemetry.ts";
import type { Invocation } from "./app.ts";
import type { CliIo, StopSignal } from "./cli-io.ts";
import { secretFlags } from "./command-setup.ts";
import { createLogger, type LogSink, loggingChoices, openDebugLog, openLogSinks } from "./logger.ts";
import { ProgressDisplay } from "./progress-display.ts";
import { renderSummary, type SummarySection } from "./summary.ts";

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
