/** Loads OpenTelemetry's libraries, which are installed only by those who use them. */
import { BatonError, Status } from "../errors.ts";

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
    throw new BatonError({
      code: "BATON-OTEL-MISSING",
      status: Status.unknown,
      message: "the OpenTelemetry libraries are not installed",
      effect: "Nothing was started.",
      hint: `Install them beside this program, npm install ${names.join(" ")}, or remove --otel-collector-endpoint.`,
      cause,
    });
  }
}
