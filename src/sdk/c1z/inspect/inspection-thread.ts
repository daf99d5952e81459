/**
 * The inspection of a file that is being written, on a thread of its own: it takes nearly as long as the writing, and has
 * the other processor for itself.
 */
import type { Worker } from "node:worker_threads";
import { startThread } from "../../start-thread.ts";
import type { FrameEntry } from "../read/pebble/frame-index.ts";
import type { InspectProblem } from "./inspect-problems.ts";
import type { FileEnds, WrittenInspection } from "./written-file.ts";

/** A message; the thread takes them in their order. */
export type InspectionMessage =
  | { readonly kind: "take"; readonly frame: FrameEntry; readonly content: Uint8Array }
  | { readonly kind: "finish"; readonly header: Uint8Array; readonly tail: Uint8Array; readonly size: number };

/** The answer to a message: that it is done, what is wrong when it was the last, or why the thread failed. */
export type InspectionAnswer =
  | { readonly kind: "done" }
  | { readonly kind: "found"; readonly problems: readonly InspectProblem[] }
  | { readonly kind: "failed"; readonly message: string };

/** Files that may wait for the thread, tables of two megabytes mostly. */
const mostUnderWay = 2;
/** What comes is looked at in place: little is made that could become garbage. */
const youngMb = 4;
const program = { module: "./inspection-thread-main", url: import.meta.url };

/** The thread, for one file. Dispose it. */
export class InspectionThread implements WrittenInspection {
  readonly #worker: Worker;
  #underWay = 0;
  #found: readonly InspectProblem[] | undefined;
  #failure: Error | undefined;
  #wake: () => void = () => undefined;

  constructor() {
    this.#worker = startThread(program, { resourceLimits: { maxYoungGenerationSizeMb: youngMb } });
    this.#worker.on("message", (answer: InspectionAnswer) => this.#take(answer));
    this.#worker.on("error", (error) => this.#fail(error));
    this.#worker.on("exit", () => this.#fail(new Error("the thread that inspects the new file ended")));
  }

  take(frame: FrameEntry, content: Buffer): Promise<void> {
    // A small one may lie in Node's pool, which cannot be handed over.
    const own = content.buffer.byteLength > Buffer.poolSize ? content : new Uint8Array(content);
    const transfer = own.buffer instanceof ArrayBuffer ? [own.buffer] : [];
    return this.#send({ kind: "take", frame, content: own }, transfer);
  }

  async finish({ header, tail, size }: FileEnds): Promise<readonly InspectProblem[]> {
    await this.#send({ kind: "finish", header: new Uint8Array(header), tail: new Uint8Array(tail), size });
    await this.#until(() => this.#found !== undefined);
    return this.#found ?? [];
  }

  [Symbol.dispose](): void {
    void this.#worker.terminate();
  }

  async #send(message: InspectionMessage, transfer: ArrayBuffer[] = []): Promise<void> {
    this.#underWay++;
    this.#worker.postMessage(message, transfer);
    await this.#until(() => this.#underWay < mostUnderWay);
  }

  /** @throws why the thread failed. */
  async #until(isOver: () => boolean): Promise<void> {
    while (!isOver()) {
      if (this.#failure) throw this.#failure;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  #take(answer: InspectionAnswer): void {
    this.#underWay--;
    if (answer.kind === "found") this.#found = answer.problems;
    if (answer.kind === "failed") this.#fail(new Error(`the thread that inspects the new file: ${answer.message}`));
    this.#wake();
  }

  #fail(error: Error): void {
    this.#failure ??= error;
    this.#wake();
  }
}
