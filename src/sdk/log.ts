/** What the rooms log through. The shapes on stderr are made in sdk/cli/logger.ts; nobody else writes there. */

/** Structured fields of a log line; durations in float seconds, as the Go connectors print them. */
export type LogFields = Readonly<Record<string, unknown>>;

/** Short event-like messages with fields. Secrets are redacted by value before a line is written. */
export interface Logger {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
}

/** Drops everything. */
export const silentLogger: Logger = { debug() {}, info() {}, warn() {}, error() {} };
