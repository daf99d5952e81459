/** The instruments of one meter, each made when first used. */
import type { Counter, Gauge, Histogram, Meter } from "@opentelemetry/api";

/** Instruments by name. */
export class Meters {
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
