/**
 * A thread of its own that writes a database while this one reads from the network and encodes. It is told what to do in
 * messages and does it in their order; who asks it something, or is too far ahead, waits and blocks. Knows no tables.
 */
import type { SQLInputValue } from "node:sqlite";
import {
  MessageChannel,
  type MessagePort,
  receiveMessageOnPort,
  type Worker,
  type WorkerOptions,
} from "node:worker_threads";
import { startThread } from "../../start-thread.ts";
import type { GrantBatch } from "./grant-batches.ts";
import type { RowBatch } from "./row-batches.ts";
import type { Row } from "./row-sql.ts";

/** What the thread is started with. */
export interface WriteThreadStart {
  /** The database file. */
  readonly database: string;
  /** Numbers that both sides see, see `Flag`. */
  readonly flags: Int32Array;
  readonly answers: MessagePort;
}

/** Places in `WriteThreadStart.flags`. */
export const Flag = {
  /** Messages that the thread is through with. */
  done: 0,
  /** 1 once the thread takes messages. */
  ready: 1,
  /** 1 once the thread failed, and says why in the next answer. */
  failed: 2,
} as const;

/** A message; the thread takes them in their order. */
export type WriteMessage =
  | { readonly kind: "run"; readonly sql: string; readonly values: readonly SQLInputValue[] }
  | RowBatch
  | GrantBatch
  /** Answered with the rows. */
  | { readonly kind: "all"; readonly sql: string; readonly values: readonly SQLInputValue[] }
  | { readonly kind: "commit" }
  /** What is not committed is rolled back. */
  | { readonly kind: "close" };

/** An answer: of `all`, or why the thread failed. */
export type WriteAnswer =
  | { readonly kind: "rows"; readonly rows: readonly Row[] }
  | { readonly kind: "failure"; readonly message: string; readonly errcode: number | undefined };

/** Messages that may be on their way: a few pages of rows, some megabytes. */
const mostUnderWay = 6;

/** The thread, for one database. */
export class WriteThread {
  readonly #worker: Worker;
  readonly #flags = new Int32Array(new SharedArrayBuffer(Object.keys(Flag).length * Int32Array.BYTES_PER_ELEMENT));
  readonly #answers = new MessageChannel();
  #sent = 0;
  /** True while something other than grants was sent and no commit after it. */
  #holdsUncommitted: boolean = false;
  /** What was sent up to the last commit of something other than grants. */
  #sentBeforeCommit = 0;

  /** Starts it; it does not keep the process alive, and touches nothing before the first message. */
  constructor(database: string) {
    const { port1, port2 } = this.#answers;
    const start: WriteThreadStart = { database, flags: this.#flags, answers: port2 };
    this.#worker = startWriteThread({ workerData: start, transferList: [port2] });
    // One that cannot be started never gets ready, and is never told anything.
    this.#worker.on("error", () => {});
    this.#worker.unref();
    port1.unref();
  }

  /** True once it takes messages. */
  get isReady(): boolean {
    return Atomics.load(this.#flags, Flag.ready) === 1;
  }

  /** True while it has changes, other than grants, of which others see nothing. */
  get holdsUncommitted(): boolean {
    return this.#holdsUncommitted;
  }

  /** Runs a statement. */
  run(sql: string, values: readonly SQLInputValue[]): void {
    this.#holdsUncommitted = true;
    this.#send({ kind: "run", sql, values });
  }

  /** Runs a statement that changes no row; it is committed with whatever comes next. */
  runOnSchema(sql: string): void {
    this.#send({ kind: "run", sql, values: [] });
  }

  /** Inserts rows. Grants are committed at once unless other changes would be committed with them. */
  put(batch: RowBatch | GrantBatch): void {
    if (batch.kind === "rows") {
      this.#holdsUncommitted = true;
      this.#send(batch, [batch.bytes.buffer]);
      return;
    }
    this.#send(batch, [batch.bytes.buffer, batch.numbers.buffer]);
    if (!this.#holdsUncommitted) this.#send({ kind: "commit" });
  }

  /** Commits everything so far, soon. */
  commit(): void {
    this.#holdsUncommitted = false;
    this.#send({ kind: "commit" });
    this.#sentBeforeCommit = this.#sent;
  }

  /** Asks; sees what is not committed, too. */
  all(sql: string, values: readonly SQLInputValue[]): readonly Row[] {
    this.#send({ kind: "all", sql, values });
    this.#waitUntilDone(this.#sent);
    const answer = this.#answer();
    return answer?.kind === "rows" ? answer.rows : [];
  }

  /** Returns when others see what `commit` was called for. */
  waitForCommit(): void {
    this.#waitUntilDone(this.#sentBeforeCommit);
  }

  /** Ends it; what is not committed is rolled back. Returns when it has let go of the database. */
  close(): void {
    if (!this.isReady) {
      // It may be loading still.
      void this.#worker.terminate();
      return;
    }
    this.#sent++;
    this.#worker.postMessage({ kind: "close" });
    this.#wait(this.#sent);
    this.#answers.port1.close();
  }

  #send(message: WriteMessage, transfer: ArrayBuffer[] = []): void {
    this.#sent++;
    this.#worker.postMessage(message, transfer);
    this.#waitUntilDone(this.#sent - mostUnderWay);
  }

  /** @throws Error with SQLite's `errcode` where it has one, of the message that failed, which may be an earlier one. */
  #waitUntilDone(message: number): void {
    this.#wait(message);
    if (Atomics.load(this.#flags, Flag.failed) === 0) return;
    const answer = this.#answer();
    const failure = answer?.kind === "failure" ? answer : { message: "it failed before", errcode: undefined };
    const error = new Error(`the thread that writes: ${failure.message}`);
    throw failure.errcode === undefined ? error : Object.assign(error, { errcode: failure.errcode });
  }

  #wait(message: number): void {
    for (;;) {
      const done = Atomics.load(this.#flags, Flag.done);
      if (done >= message || Atomics.load(this.#flags, Flag.failed) === 1) return;
      Atomics.wait(this.#flags, Flag.done, done);
    }
  }

  #answer(): WriteAnswer | undefined {
    // Only the thread writes here.
    return receiveMessageOnPort(this.#answers.port1)?.message as WriteAnswer | undefined;
  }
}

const program = {
  module: "./write-thread-main",
  url: import.meta.url,
};

/** Rows come as one buffer a page: little is made that could become garbage. */
const youngMb = 4;

/** Starts a thread that runs write-thread-main. */
function startWriteThread(options: WorkerOptions): Worker {
  return startThread(program, { ...options, resourceLimits: { maxYoungGenerationSizeMb: youngMb } });
}
