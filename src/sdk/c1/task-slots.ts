/** How many tasks run at once, and which. Knows nothing of where they come from. */
import type { Task } from "../proto/gen/c1/connectorapi/baton/v1/baton_pb.ts";

/** Runs tasks side by side, at most `capacity`. */
export class TaskSlots {
  readonly capacity: number;
  readonly #run: (task: Task) => Promise<void>;
  readonly #running = new Map<string, Promise<void>>();
  #freed = Promise.withResolvers<void>();

  /** `run` must not reject. */
  constructor(capacity: number, run: (task: Task) => Promise<void>) {
    this.capacity = capacity;
    this.#run = run;
  }

  /** Ids of the tasks that run. */
  get running(): readonly string[] {
    return [...this.#running.keys()];
  }

  get isFull(): boolean {
    return this.#running.size >= this.capacity;
  }

  /** Resolves when a task may be started; rejects with the signal's reason. */
  async free(signal: AbortSignal): Promise<void> {
    while (this.isFull) await untilAborted(this.#freed.promise, signal);
  }

  /** Begins a task beside the others. A task that runs already is not begun again; then the answer is false. */
  start(task: Task): boolean {
    if (this.#running.has(task.id)) return false;
    const done = this.#run(task).finally(() => {
      this.#running.delete(task.id);
      this.#freed.resolve();
      this.#freed = Promise.withResolvers<void>();
    });
    this.#running.set(task.id, done);
    return true;
  }

  /** Resolves when nothing runs any more. */
  async drained(): Promise<void> {
    await Promise.all(this.#running.values());
  }
}

/** What `promise` gives, unless the signal aborts before: then it rejects with the signal's reason. */
export async function untilAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  // What it comes to when nobody waits for it is nobody's failure.
  promise.catch(() => undefined);
  signal.throwIfAborted();
  const aborted = Promise.withResolvers<never>();
  const onAbort = (): void => aborted.reject(signal.reason);
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    return await Promise.race([promise, aborted.promise]);
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}
