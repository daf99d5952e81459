/**
 * The two forms of a log line, as the Go connectors write them (zap): one JSON object, or tab-separated text for
 * people. One event is one line, whatever its values contain. An error is a line and plain text that begins with its code.
 */

import { type BatonError, Status } from "../errors.ts";
import type { LogFields } from "../log.ts";

/** Levels from the least to the most severe. */
export const logLevels = ["debug", "info", "warn", "error"] as const;
/** One of the levels. */
export type LogLevel = (typeof logLevels)[number];

/** Forms of log lines. */
export type LogFormat = "json" | "console";

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

/** What a terminal would act upon rather than show: control characters, line separators, direction marks. */
const unsafe = /[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]/gu;
const named: ReadonlyMap<string, string> = new Map([
  ["\n", "\\n"],
  ["\r", "\\r"],
  ["\t", "\\t"],
]);

/** `text` with everything a terminal would act upon shown as an escape. */
export function escapeControls(text: string): string {
  return text.replace(unsafe, (character) => named.get(character) ?? unicodeEscape(character));
}

/** JSON already escapes the first 32; inside it the others can stand as escapes as well. */
function escapeInJson(json: string): string {
  return json.replace(unsafe, unicodeEscape);
}

function unicodeEscape(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
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
