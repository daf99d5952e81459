/** Puts OpenTelemetry's providers together over one channel to the collector. */
import type { Libraries } from "./libraries.ts";
import type { OtlpChannel } from "./otlp-channel.ts";
import { OtlpExporter } from "./otlp-exporter.ts";
import type { Attributes } from "./telemetry.ts";

/** What the providers are made of. */
export interface ProviderOptions {
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
