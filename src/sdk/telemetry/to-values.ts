/** Log fields and levels in the form in which telemetry carries them. */
import type { LogFields } from "../log.ts";
import type { Attributes, LogRecord } from "./telemetry.ts";

/** Severity numbers (OpenTelemetry: log data model). */
const severities: Readonly<Record<LogRecord["level"], number>> = { debug: 5, info: 9, warn: 13, error: 17 };

/** The severity number of a level. */
export function toSeverity(level: LogRecord["level"]): number {
  return severities[level];
}

/** Fields as attributes: texts, numbers and switches as they are, absent ones left out, everything else as JSON. */
export function toValues(fields: LogFields): Attributes {
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
