/**
 * Telemetry by OpenTelemetry: sends spans, measurements and log records to a collector (OTLP over gRPC). Registers
 * nothing globally, so that nothing but what the program tells is sent. The libraries are installed only by those who use
 * them.
 */
import { AsyncLocalStorage } from "node:async_hooks";
import type { Context, Counter, Gauge, Histogram, Meter, Span as OtelSpan } from "@opentelemetry/api";
import { settingError } from "../errors.ts";
import type { LogFields } from "../log.ts";
import type { Network } from "../net/network.ts";
import { type Collector, OtlpChannel, OtlpExporter } from "./otlp-channel.ts";
import type { Attributes, LogRecord, Span, Telemetry } from "./telemetry.ts";

/** Packages with the versions that this program was made with; the same as in package.json. */
export const packages: Readonly<Record<string, string>> = {
  "@opentelemetry/api": "^1.9.1",
  "@opentelemetry/otlp-transformer": "^0.223.1",
  "@opentelemetry/resources": "^2.12.1",
  "@opentelemetry/sdk-logs": "^0.223.1",
  "@opentelemetry/sdk-metrics": "^2.12.1",
  "@opentelemetry/sdk-trace": "^2.12.1",
};

/** What is used of them. By name, because their classes cannot be written out in a declaration. */
interface Libraries {
  readonly api: typeof import("@opentelemetry/api");
  readonly transformer: typeof import("@opentelemetry/otlp-transformer");
  readonly resources: typeof import("@opentelemetry/resources");
  readonly logs: typeof import("@opentelemetry/sdk-logs");
  readonly metrics: typeof import("@opentelemetry/sdk-metrics");
  readonly trace: typeof import("@opentelemetry/sdk-trace");
}

async function importLibraries(): Promise<Libraries> {
  const [api, transformer, resources, logs, metrics, trace] = await Promise.all([
    import("@opentelemetry/api"),
    import("@opentelemetry/otlp-transformer"),
    import("@opentelemetry/resources"),
    import("@opentelemetry/sdk-logs"),
    import("@opentelemetry/sdk-metrics"),
    import("@opentelemetry/sdk-trace"),
  ]);
  return { api, transformer, resources, logs, metrics, trace };
}

/**
 * Loads them.
 * @throws BatonError `BATON-OTEL-MISSING` with the line that installs them.
 */
async function loadLibraries(): Promise<Libraries> {
  try {
    return await importLibraries();
  } catch (cause) {
    const names = Object.entries(packages).map(([name, version]) => `'${name}@${version}'`);
    throw settingError({
      code: "BATON-OTEL-MISSING",
      message: "the OpenTelemetry libraries are not installed",
      hint: `Install them beside this program, npm install ${names.join(" ")}, or remove --otel-collector-endpoint.`,
      cause,
    });
  }
}

/** What the providers are made of. */
interface ProviderOptions {
  readonly channel: OtlpChannel;
  readonly service: { readonly name: string; readonly version: string };
  readonly origin: Attributes;
  readonly traces: boolean;
  readonly logs: boolean;
  readonly onFailure: (error: Error) => void;
}

/** Where spans, log records and measurements begin their way. */
interface Providers {
  readonly tracing: InstanceType<Libraries["trace"]["TracerProvider"]> | undefined;
  readonly logging: InstanceType<Libraries["logs"]["LoggerProvider"]> | undefined;
  readonly metrics: InstanceType<Libraries["metrics"]["MeterProvider"]>;
}

/** Makes the providers; nothing is sent yet. */
function createProviders(libraries: Libraries, options: ProviderOptions): Providers {
  const { trace, logs, metrics, resources, transformer } = libraries;
  const { channel, service, onFailure } = options;
  const resource = resources.resourceFromAttributes({
    "service.name": service.name,
    "service.version": service.version,
    ...options.origin,
  });
  const exporter = <T>(name: string, serialize: (batch: T) => Uint8Array | undefined): OtlpExporter<T> =>
    new OtlpExporter({ channel, path: `/opentelemetry.proto.collector.${name}/Export`, serialize, onFailure });
  const spans = exporter("trace.v1.TraceService", transformer.ProtobufTraceSerializer.serializeRequest);
  const records = exporter("logs.v1.LogsService", transformer.ProtobufLogsSerializer.serializeRequest);
  const readings = exporter("metrics.v1.MetricsService", transformer.ProtobufMetricsSerializer.serializeRequest);
  const spanProcessors = [new trace.BatchSpanProcessor({ exporter: spans })];
  const processors = [new logs.BatchLogRecordProcessor({ exporter: records })];
  const readers = [new metrics.PeriodicExportingMetricReader({ exporter: readings })];
  return {
    tracing: options.traces ? new trace.TracerProvider({ resource, spanProcessors }) : undefined,
    logging: options.logs ? new logs.LoggerProvider({ resource, processors }) : undefined,
    metrics: new metrics.MeterProvider({ resource, readers }),
  };
}

/** What {@link openTelemetry} needs. */
export interface TelemetryOptions {
  readonly collector: Collector;
  readonly network: Network;
  /** Name and version of the service, as the collector shows it. */
  readonly service: { readonly name: string; readonly version: string };
  /** What everything that is sent says of where it comes from; OTEL_RESOURCE_ATTRIBUTES and OTEL_SERVICE_NAME win. */
  readonly origin: Attributes;
  /** False: no spans. */
  readonly traces: boolean;
  /** False: no log records. */
  readonly logs: boolean;
  /** Takes secrets out of text. */
  redact(text: string): string;
  /** Told once, when something could not be delivered. */
  onFailure(error: Error): void;
}

const closeWithinMs = 5_000;

/**
 * Makes telemetry; connects when there is something to send.
 * @throws BatonError `BATON-OTEL-MISSING`.
 */
export async function openTelemetry(options: TelemetryOptions): Promise<Telemetry> {
  return new OpenTelemetry(options, await loadLibraries());
}

class OpenTelemetry implements Telemetry {
  readonly #options: TelemetryOptions;
  readonly #libraries: Libraries;
  readonly #channel: OtlpChannel;
  readonly #providers: Providers;
  readonly #meters: Meters;
  readonly #within = new AsyncLocalStorage<Context>();
  readonly #contexts = new WeakMap<Span, Context>();
  #failed: boolean = false;

  constructor(options: TelemetryOptions, libraries: Libraries) {
    this.#options = options;
    this.#libraries = libraries;
    this.#channel = new OtlpChannel(options.collector, options.network);
    const onFailure = (error: Error): void => {
      if (this.#failed) return;
      this.#failed = true;
      options.onFailure(error);
    };
    this.#providers = createProviders(libraries, { ...options, channel: this.#channel, onFailure });
    this.#meters = new Meters(this.#providers.metrics.getMeter(options.service.name));
  }

  span(name: string, attributes: Attributes = {}): Span {
    const { trace, SpanStatusCode } = this.#libraries.api;
    const parent = this.#context();
    const tracer = this.#providers.tracing?.getTracer(this.#options.service.name);
    const started = tracer?.startSpan(name, { attributes: this.#redacted(attributes) }, parent);
    const span: Span = {
      set: (more) => void started?.setAttributes(this.#redacted(more)),
      end: (error) => {
        if (error !== undefined) {
          started?.setStatus({ code: SpanStatusCode.ERROR, message: this.#options.redact(messageOf(error)) });
        }
        endOnce(started);
      },
    };
    this.#contexts.set(span, started ? trace.setSpan(parent, started) : parent);
    return span;
  }

  within<T>(span: Span, work: () => Promise<T>): Promise<T> {
    return this.#within.run(this.#contexts.get(span) ?? this.#context(), work);
  }

  count(name: string, attributes: Attributes = {}, by = 1): void {
    this.#meters.counter(name).add(by, this.#redacted(attributes));
  }

  gauge(name: string, value: number, attributes: Attributes = {}): void {
    this.#meters.gauge(name).record(value, this.#redacted(attributes));
  }

  observe(name: string, read: () => number | undefined): void {
    this.#meters.observe(name, read);
  }

  duration(name: string, ms: number, attributes: Attributes = {}): void {
    this.#meters.histogram(name).record(ms / 1000, this.#redacted(attributes));
  }

  log({ level, timeMs, message, fields }: LogRecord): void {
    this.#providers.logging?.getLogger(this.#options.service.name).emit({
      timestamp: timeMs,
      severityNumber: toSeverity(level),
      severityText: level,
      body: this.#options.redact(message),
      attributes: this.#redacted(toValues(fields)),
      context: this.#context(),
    });
  }

  async close(): Promise<void> {
    const late = Promise.withResolvers<void>();
    const timer = setTimeout(late.resolve, closeWithinMs);
    const providers = Object.values(this.#providers);
    const delivered = Promise.allSettled(providers.map((provider) => provider?.shutdown()));
    await Promise.race([delivered, late.promise]);
    clearTimeout(timer);
    this.#channel.close();
  }

  #context(): Context {
    return this.#within.getStore() ?? this.#libraries.api.ROOT_CONTEXT;
  }

  #redacted(attributes: Attributes): Attributes {
    return Object.fromEntries(
      Object.entries(attributes).map(([name, value]) => [
        name,
        typeof value === "string" ? this.#options.redact(value) : value,
      ]),
    );
  }
}

function endOnce(span: OtelSpan | undefined): void {
  if (span?.isRecording()) span.end();
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Instruments by name. */
class Meters {
  readonly #meter: Meter;
  readonly #counters = new Map<string, Counter>();
  readonly #gauges = new Map<string, Gauge>();
  readonly #histograms = new Map<string, Histogram>();

  constructor(meter: Meter) {
    this.#meter = meter;
  }

  counter(name: string): Counter {
    return kept(this.#counters, name, () => this.#meter.createCounter(name));
  }

  gauge(name: string): Gauge {
    return kept(this.#gauges, name, () => this.#meter.createGauge(name));
  }

  observe(name: string, read: () => number | undefined): void {
    this.#meter.createObservableGauge(name).addCallback((result) => {
      const value = read();
      if (value !== undefined) result.observe(value);
    });
  }

  /** Of seconds. */
  histogram(name: string): Histogram {
    return kept(this.#histograms, name, () => this.#meter.createHistogram(name, { unit: "s" }));
  }
}

function kept<T>(known: Map<string, T>, name: string, make: () => T): T {
  const instrument = known.get(name) ?? make();
  known.set(name, instrument);
  return instrument;
}

/** Severity numbers (OpenTelemetry: log data model). */
const severities: Readonly<Record<LogRecord["level"], number>> = { debug: 5, info: 9, warn: 13, error: 17 };

/** The severity number of a level. */
function toSeverity(level: LogRecord["level"]): number {
  return severities[level];
}

/** Fields as attributes: texts, numbers and switches as they are, absent ones left out, everything else as JSON. */
function toValues(fields: LogFields): Attributes {
  const values: Record<string, string | number | boolean> = {};
  for (const [name, value] of Object.entries(fields)) {
    const plain = toValue(value);
    if (plain !== undefined) values[name] = plain;
  }
  return values;
}

function toValue(value: unknown): string | number | boolean | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value === "string" || typeof value === "number" || typeof value === "boolean") return value;
  if (value instanceof Error) return value.message;
  try {
    // A function, for example, has no JSON.
    const json: string | undefined = JSON.stringify(value);
    return json ?? String(value);
  } catch {
    // A field that refers to itself; its text says at least what it is.
    return String(value);
  }
}
