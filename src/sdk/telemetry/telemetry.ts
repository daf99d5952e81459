/**
 * The seam between what the program does and whoever watches it: spans, measurements and log records. Off by default,
 * and then it costs nothing. Knows no protocol and no library.
 */
import type { LogFields } from "../log.ts";

/** What spans and measurements say of themselves. Never a secret; text is redacted by value before it leaves. */
export type Attributes = Readonly<Record<string, string | number | boolean>>;

/** A piece of work under way. */
export interface Span {
  set(attributes: Attributes): void;
  /** Ends it; with an error it counts as failed. Later calls do nothing. */
  end(error?: unknown): void;
}

/** A log line before it is written. */
export interface LogRecord {
  readonly level: "debug" | "info" | "warn" | "error";
  /** Milliseconds since the epoch. */
  readonly timeMs: number;
  readonly message: string;
  readonly fields: LogFields;
}

/** Gets told. Nothing here throws or waits but `close`. */
export interface Telemetry {
  /** Begins a span, below the one within which it is begun. */
  span(name: string, attributes?: Attributes): Span;
  /** Runs `work`; spans that it begins are below `span`. */
  within<T>(span: Span, work: () => Promise<T>): Promise<T>;
  /** Adds one. */
  count(name: string, attributes?: Attributes): void;
  /** Sets what something is now. */
  gauge(name: string, value: number, attributes?: Attributes): void;
  /** Adds a duration, in milliseconds; it leaves in seconds. */
  duration(name: string, ms: number, attributes?: Attributes): void;
  log(record: LogRecord): void;
  /** Delivers what is left, for at most five seconds. */
  close(): Promise<void>;
}

const noSpan: Span = { set() {}, end() {} };

/** Tells nobody. */
export const noTelemetry: Telemetry = {
  span: () => noSpan,
  within: (_span, work) => work(),
  count() {},
  gauge() {},
  duration() {},
  log() {},
  async close() {},
};
