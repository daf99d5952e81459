/** Measurements as Prometheus reads them (text exposition format 0.0.4). Spans and log lines are not for it. */
import { type Attributes, noTelemetry, type Telemetry } from "./telemetry.ts";

/** Telemetry that is read on request. */
export interface PrometheusTelemetry extends Telemetry {
  /** All measurements as they are now. */
  render(): string;
}

interface Series {
  readonly type: "counter" | "gauge" | "summary";
  /** Value by labels in text form. */
  readonly values: Map<string, number>;
}

/** @param always labels of every measurement, such as the connector and its target. */
export function createPrometheus(always: Attributes): PrometheusTelemetry {
  const all = new Map<string, Series>();
  const observed = new Map<string, () => number | undefined>();
  const seriesOf = (name: string, type: Series["type"]): Map<string, number> => {
    const series = all.get(name) ?? { type, values: new Map<string, number>() };
    all.set(name, series);
    return series.values;
  };
  const add = (values: Map<string, number>, key: string, by: number): void =>
    void values.set(key, (values.get(key) ?? 0) + by);
  return {
    ...noTelemetry,
    count(name, attributes = {}, by = 1) {
      add(seriesOf(`${plain(name)}_total`, "counter"), labelsOf({ ...always, ...attributes }), by);
    },
    gauge(name, value, attributes = {}) {
      seriesOf(plain(name), "gauge").set(labelsOf({ ...always, ...attributes }), value);
    },
    observe(name, read) {
      observed.set(name, read);
    },
    duration(name, ms, attributes = {}) {
      const values = seriesOf(`${plain(name)}_seconds`, "summary");
      const labels = labelsOf({ ...always, ...attributes });
      add(values, `_sum${labels}`, ms / 1000);
      add(values, `_count${labels}`, 1);
    },
    render() {
      for (const [name, read] of observed) {
        const value = read();
        if (value !== undefined) seriesOf(plain(name), "gauge").set(labelsOf(always), value);
      }
      return [...all].map(([name, series]) => textOf(name, series)).join("");
    },
  };
}

function textOf(name: string, { type, values }: Series): string {
  const lines = [...values].map(([key, value]) => `${name}${key} ${value}\n`);
  return `# TYPE ${name} ${type}\n${lines.join("")}`;
}

/** `baton.sync.duration` is `baton_sync_duration` there. */
function plain(name: string): string {
  return name.replaceAll(/[^a-zA-Z0-9_]/g, "_");
}

function labelsOf(attributes: Attributes): string {
  const labels = Object.entries(attributes).map(([name, value]) => `${plain(name)}="${escaped(String(value))}"`);
  return labels.length === 0 ? "" : `{${labels.join(",")}}`;
}

function escaped(text: string): string {
  return text.replaceAll("\\", "\\\\").replaceAll("\n", "\\n").replaceAll('"', '\\"');
}
