/**
 * The logger of a run: level, form, sinks and redaction, as the flags ask for. Lines have two forms, as the Go connectors
 * write them (zap): one JSON object, or tab-separated text for people. One event is one line, whatever its values contain.
 * An error is a line and plain text that begins with its code.
 */
import { closeSync, openSync, readSync, rmSync, statSync, writeSync } from "node:fs";
import { resolve } from "node:path";
import { getCallSites } from "node:util";
import type { Clock } from "../clock.ts";
import type { StandardConfig } from "../config/standard-fields.ts";
import { type BatonError, errnoOf, Status, settingError } from "../errors.ts";
import type { LogFields, Logger } from "../log.ts";
import type { SecretRedactor } from "../secret-redactor.ts";
import { writtenPlace } from "../written-places.ts";
import type { CliIo } from "./cli-io.ts";
import { escapeControls, escapeInJson } from "./terminal-text.ts";

/** Levels from the least to the most severe. */
export const logLevels = ["debug", "info", "warn", "error"] as const;
/** One of the levels. */
type LogLevel = (typeof logLevels)[number];

/** Forms of log lines. */
type LogFormat = "json" | "console";

/** One event. */
export interface LogEvent {
  readonly level: LogLevel;
  /** Milliseconds since the epoch. */
  readonly timeMs: number;
  /** `directory/file:line` of the code that logged. */
  readonly caller: string;
  readonly message: string;
  readonly fields: LogFields;
}

/**
 * Makes the line, without a newline.
 * @param redact takes secrets out of every text in it.
 */
export function formatLogLine(event: LogEvent, format: LogFormat, redact: (text: string) => string): string {
  const message = redact(event.message);
  const fields = loggable(event.fields, redact) as LogFields;
  return format === "json" ? jsonLine(event, message, fields) : consoleLine(event, message, fields);
}

function jsonLine(event: LogEvent, msg: string, fields: LogFields): string {
  const head = { level: event.level, ts: event.timeMs / 1000, caller: event.caller, msg };
  // The head twice: its keys come first and no field can overwrite them.
  return escapeInJson(JSON.stringify({ ...head, ...fields, ...head }));
}

function consoleLine(event: LogEvent, message: string, fields: LogFields): string {
  const parts = [
    new Date(event.timeMs).toISOString(),
    event.level.toUpperCase(),
    event.caller,
    escapeControls(message),
  ];
  if (Object.keys(fields).length > 0) parts.push(spacedJson(fields));
  return parts.join("\t");
}

/** JSON on one line with spaces after colons and commas. */
function spacedJson(value: unknown): string {
  // Newlines inside texts are escaped, so the only real ones are those of the indentation.
  const indented = JSON.stringify(value, undefined, 1);
  return escapeInJson(indented.replaceAll(/,\n */g, ", ").replaceAll(/\n */g, ""));
}

/** A copy that JSON can hold: errors as their messages, big numbers as texts, every text redacted. */
function loggable(value: unknown, redact: (text: string) => string): unknown {
  if (typeof value === "string") return redact(value);
  if (typeof value === "bigint") return value.toString();
  if (value instanceof Error) return redact(value.message);
  if (value instanceof Date) return value.toISOString();
  if (Array.isArray(value)) return value.map((item) => loggable(item, redact));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [redact(key), loggable(item, redact)]));
}

/** The plain text: `<code>: message`, then what it means and what to do, indented. Ends with a newline. */
export function errorText(error: BatonError): string {
  const [first = "", ...rest] = error.message.split("\n");
  const more = [...rest, error.effect, error.hint].filter((line) => line !== undefined && line !== "");
  return [`${error.code}: ${escapeControls(first)}`, ...more.map((line) => `  ${escapeControls(line ?? "")}`), ""].join(
    "\n",
  );
}

/** The fields of the log line. */
export function errorFields(error: BatonError): LogFields {
  const status = Object.entries(Status).find(([, value]) => value === error.status)?.[0];
  return { error: error.message, code: error.code, grpc_code: status, effect: error.effect, hint: error.hint };
}

/** Takes one line without its newline, and how severe it is. Must not throw. */
export type LogSink = (line: string, level?: LogLevel) => void;

/** Priorities that the journal takes from the beginning of a line (sd-daemon(3)). */
const priorities: Readonly<Record<LogLevel, string>> = { debug: "<7>", info: "<6>", warn: "<4>", error: "<3>" };

function stderrSink({ stderr }: CliIo): LogSink {
  return (line, level = "info") => stderr.write(`${stderr.isJournal === true ? priorities[level] : ""}${line}\n`);
}

/** What a logger is made of. */
export interface LoggerOptions {
  /** Events below it are dropped. */
  readonly level: LogLevel;
  readonly format: LogFormat;
  readonly sinks: readonly LogSink[];
  /** Get every event whatever its level; members may come and go. */
  readonly debugSinks?: ReadonlySet<LogSink>;
  readonly redactor: SecretRedactor;
  readonly clock: Clock;
  /** Gets every event from `level` on, before it is redacted. */
  readonly mirror?: { readonly level: LogLevel; readonly log: (event: LogEvent) => void };
  /** Fields of every event, such as the connector and its target. */
  readonly always?: LogFields;
  /** Where the event was logged, `directory/file:line`; default: read from the call stack. */
  readonly caller?: () => string;
}

const noSinks: ReadonlySet<LogSink> = new Set();

/** Makes a logger. */
export function createLogger(options: LoggerOptions): Logger {
  const {
    format,
    sinks,
    debugSinks = noSinks,
    always = {},
    mirror,
    redactor,
    clock,
    caller = callerFromStack,
  } = options;
  const redact = (text: string): string => redactor.redact(text);
  const lowest = logLevels.indexOf(options.level);
  const lowestMirrored = mirror ? logLevels.indexOf(mirror.level) : logLevels.length;
  const at =
    (level: LogLevel): Logger["info"] =>
    (message, fields = {}) => {
      const isLow = logLevels.indexOf(level) < lowest;
      const isMirrored = logLevels.indexOf(level) >= lowestMirrored;
      if (isLow && !isMirrored && debugSinks.size === 0) return;
      const event = {
        level,
        timeMs: clock.nowMs(),
        caller: caller(),
        message,
        fields: { ...fields, ...always, ...fields },
      };
      if (isMirrored) mirror?.log(event);
      if (isLow && debugSinks.size === 0) return;
      const line = formatLogLine(event, format, redact);
      for (const sink of debugSinks) sink(line, level);
      if (!isLow) for (const sink of sinks) sink(line, level);
    };
  return { debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error") };
}

/** The frame above the logger's method. */
function callerFromStack(): string {
  const frame = getCallSites(3)[2];
  return frame ? writtenPlace(frame) : "unknown";
}

/** Levels beyond error end a Go program; here they only hide everything below error. */
const levelNames: ReadonlyMap<string, LogLevel> = new Map([
  ...logLevels.map((level) => [level, level] as const),
  ...["dpanic", "panic", "fatal"].map((level) => [level, "error"] as const),
]);

/** What --log-level and --log-format ask for; unknown words count as info and json, as in the Go connectors. */
export function loggingChoices(config: StandardConfig): { level: LogLevel; format: LogFormat; notes: string[] } {
  const levelText = config.string("log-level").trim().toLowerCase();
  const formatText = config.string("log-format");
  const level = levelNames.get(levelText);
  const notes: string[] = [];
  if (level === undefined && levelText !== "") notes.push(`unknown log level ${JSON.stringify(levelText)}, using info`);
  if (!["json", "console"].includes(formatText)) {
    notes.push(`unknown log format ${JSON.stringify(formatText)}, using json`);
  }
  return { level: level ?? "info", format: formatText === "console" ? "console" : "json", notes };
}

/**
 * Opens what --log-path names; standard error when it names nothing. Files are appended to and readable only by
 * their owner when they are new.
 * @throws BatonError BATON-LOG-PATH when one cannot be opened.
 */
export function openLogSinks(paths: readonly string[], io: CliIo): { sinks: LogSink[]; close(): void } {
  if (paths.length === 0) return { sinks: [stderrSink(io)], close() {} };
  const files: number[] = [];
  const sinks = paths.map((path): LogSink => {
    if (path === "stderr") return stderrSink(io);
    if (path === "stdout") return (line) => io.stdout.write(`${line}\n`);
    const file = openLogFile(resolve(io.cwd, path), path);
    files.push(file);
    return fileSink(file, path, io);
  });
  return { sinks, close: () => files.forEach((file) => void closeSync(file)) };
}

/**
 * Writes to a new file that only its owner may read, whatever the disk says: a full one must not end the work.
 * @returns the sink, and what closes the file.
 * @throws BatonError BATON-LOG-PATH when the file cannot be made.
 */
export function openDebugLog(path: string): { sink: LogSink; close(): void } {
  rmSync(path, { force: true });
  const file = openLogFile(path, path);
  const sink: LogSink = (line) => {
    try {
      writeSync(file, `${line}\n`);
    } catch {
      // The lines go to the ordinary log as well; this copy is then not complete.
    }
  };
  return { sink, close: () => closeSync(file) };
}

function openLogFile(location: string, path: string): number {
  if (isSyncedFile(location)) throw badLogPath(`the log file ${path} is a synced file`);
  try {
    return openSync(location, "a", 0o600);
  } catch (error) {
    throw badLogPath(`the log file ${path} cannot be opened (${errnoOf(error, "unknown error")})`, error);
  }
}

function badLogPath(message: string, cause?: unknown): BatonError {
  const hint = "Name a file of its own, in a directory that exists and that you may write to.";
  return settingError({ code: "BATON-LOG-PATH", message, hint, cause });
}

/** True for a path that was meant for --file: lines at the end would make the file unreadable. */
function isSyncedFile(location: string): boolean {
  try {
    if (!statSync(location).isFile()) return false;
    const file = openSync(location, "r");
    const head = Buffer.alloc(3);
    readSync(file, head);
    closeSync(file);
    return head.toString("latin1") === "C1Z";
  } catch {
    // Not there, or not to be read: whatever is wrong shows when it is opened.
    return false;
  }
}

/** Logging must not end a sync: when the file takes no more, it says so once and falls back to standard error. */
function fileSink(file: number, path: string, io: CliIo): LogSink {
  let failed = false;
  return (line) => {
    try {
      if (!failed) writeSync(file, `${line}\n`);
    } catch (error) {
      failed = true;
      const code = errnoOf(error, "unknown error");
      io.stderr.write(`the log file ${path} takes no more lines (${code}); logging to standard error\n`);
    }
    if (failed) io.stderr.write(`${line}\n`);
  };
}
