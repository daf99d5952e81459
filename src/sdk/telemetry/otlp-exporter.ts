/** Hands batches of one kind to a channel; the shape that OpenTelemetry's processors and readers ask of an exporter. */
import type { OtlpChannel } from "./otlp-channel.ts";

/** What an exporter works with. */
export interface OtlpExporterOptions<T> {
  readonly channel: OtlpChannel;
  /** Path of the gRPC method. */
  readonly path: string;
  readonly serialize: (batch: T) => Uint8Array | undefined;
  /** Told of each batch that could not be delivered; it is gone then. */
  readonly onFailure: (error: Error) => void;
}

/** Exports spans, metrics or log records. */
export class OtlpExporter<T> {
  readonly #options: OtlpExporterOptions<T>;
  readonly #pending = new Set<Promise<void>>();

  constructor(options: OtlpExporterOptions<T>) {
    this.#options = options;
  }

  /** Delivers a batch and tells how it went: code 0, or 1 with an error. */
  export(batch: T, done: (result: { code: 0 | 1; error?: Error }) => void): void {
    const delivery = this.#deliver(batch).then(
      () => done({ code: 0 }),
      (caught: unknown) => {
        const error = caught instanceof Error ? caught : new Error(String(caught));
        this.#options.onFailure(error);
        done({ code: 1, error });
      },
    );
    this.#pending.add(delivery);
    delivery.finally(() => this.#pending.delete(delivery));
  }

  async #deliver(batch: T): Promise<void> {
    const { channel, path, serialize } = this.#options;
    const bytes = serialize(batch);
    if (bytes) await channel.send(path, bytes);
  }

  /** Waits for what is on its way. */
  async forceFlush(): Promise<void> {
    await Promise.all(this.#pending);
  }

  async shutdown(): Promise<void> {
    await this.forceFlush();
  }
}
