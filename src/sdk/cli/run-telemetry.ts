/** Telemetry of a run, as the flags ask for: nothing is loaded without an endpoint. */
import { resolve } from "node:path";
import type { ResolvedConfig } from "../config/resolved-config.ts";
import type { Attributes, Telemetry } from "../telemetry/telemetry.ts";
import type { Invocation } from "./app.ts";
import type { CliIo } from "./cli-io.ts";
import { networkOf } from "./connector-context.ts";

/**
 * Opens telemetry; undefined without --otel-collector-endpoint.
 * @throws BatonError BATON-OTEL-ENDPOINT, BATON-OTEL-CERT or BATON-OTEL-MISSING.
 */
export async function openRunTelemetry(invocation: Invocation, config: ResolvedConfig): Promise<Telemetry | undefined> {
  const { app, io, redactor } = invocation;
  const endpoint = config.string("otel-collector-endpoint");
  if (endpoint === "") return undefined;
  const { readCollector } = await import("../telemetry/otlp-channel.ts");
  const certPath = config.string("otel-collector-endpoint-tls-cert-path");
  const collector = readCollector({
    endpoint,
    insecure: config.bool("otel-collector-endpoint-tls-insecure"),
    cert: config.string("otel-collector-endpoint-tls-cert"),
    certPath: certPath && resolve(io.cwd, certPath),
  });
  const { openTelemetry } = await import("../telemetry/open-telemetry.ts");
  return await openTelemetry({
    collector,
    network: networkOf(invocation),
    service: { name: `${app.name}-server`, version: app.version },
    origin: { ...originOf(invocation, config), ...attributesOf(io.env) },
    traces: !config.bool("otel-tracing-disabled"),
    logs: !config.bool("otel-logging-disabled"),
    redact: (text) => redactor.redact(text),
    // Not through the logger: its lines are what could not be delivered.
    onFailure: (error) =>
      io.stderr.write(`telemetry cannot be delivered to ${collector.origin}: ${redactor.redact(error.message)}\n`),
  });
}

/** What tells the measurements of many connectors apart. */
export function originOf({ app }: Invocation, config: ResolvedConfig): Attributes {
  const target = app.targetName?.(config);
  return { "baton.connector": app.name, ...(target && { "baton.target": target }) };
}

/** What the environment says of the service (OpenTelemetry: resource SDK): pairs with percent signs, separated by commas. */
function attributesOf({ OTEL_RESOURCE_ATTRIBUTES = "", OTEL_SERVICE_NAME }: CliIo["env"]): Attributes {
  const pairs = OTEL_RESOURCE_ATTRIBUTES.split(",").flatMap((pair) => {
    const [name = "", ...rest] = pair.split("=");
    return name.trim() === "" || rest.length === 0 ? [] : [[name.trim(), decoded(rest.join("=").trim())] as const];
  });
  return { ...Object.fromEntries(pairs), ...(OTEL_SERVICE_NAME && { "service.name": OTEL_SERVICE_NAME }) };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    // A lone percent sign means itself.
    return text;
  }
}
