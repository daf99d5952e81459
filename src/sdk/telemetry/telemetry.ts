/**
 * The seam between what the program does and those who watch it: spans, measurements and log records. Off by default,
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
  /** Adds one, or `by`. */
  count(name: string, attributes?: Attributes, by?: number): void;
  /** Sets what something is now. */
  gauge(name: string, value: number, attributes?: Attributes): void;
  /** Has something asked for whenever it is looked at; undefined: not known. */
  observe(name: string, read: () => number | undefined): void;
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
  observe() {},
  duration() {},
  log() {},
  async close() {},
};

/** Tells several. */
export function tellAll(told: readonly Telemetry[]): Telemetry {
  const each = (tell: (one: Telemetry) => void): void => told.forEach(tell);
  const spans = new WeakMap<Span, readonly Span[]>();
  return {
    span(name, attributes) {
      const begun = told.map((one) => one.span(name, attributes));
      const all: Span = {
        set: (more) => begun.forEach((span) => void span.set(more)),
        end: (error) => begun.forEach((span) => void span.end(error)),
      };
      spans.set(all, begun);
      return all;
    },
    within(span, work) {
      const begun = spans.get(span) ?? [];
      return told.reduce<typeof work>((inner, one, i) => () => one.within(begun[i] ?? span, inner), work)();
    },
    count: (name, attributes, by) => each((one) => one.count(name, attributes, by)),
    gauge: (name, value, attributes) => each((one) => one.gauge(name, value, attributes)),
    observe: (name, read) => each((one) => one.observe(name, read)),
    duration: (name, ms, attributes) => each((one) => one.duration(name, ms, attributes)),
    log: (record) => each((one) => one.log(record)),
    async close() {
      await Promise.all(told.map((one) => one.close()));
    },
  };
}
