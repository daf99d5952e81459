/** Loads OpenTelemetry's libraries, which are installed only by those who use them, and puts their providers together. */
import { settingError } from "../errors.ts";
import { type OtlpChannel, OtlpExporter } from "./otlp-channel.ts";
import type { Attributes } from "./telemetry.ts";

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
export interface Libraries {
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
export async function loadLibraries(): Promise<Libraries> {
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
export interface Providers {
  readonly tracing: InstanceType<Libraries["trace"]["TracerProvider"]> | undefined;
  readonly logging: InstanceType<Libraries["logs"]["LoggerProvider"]> | undefined;
  readonly metrics: InstanceType<Libraries["metrics"]["MeterProvider"]>;
}

/** Makes the providers; nothing is sent yet. */
export function createProviders(libraries: Libraries, options: ProviderOptions): Providers {
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
