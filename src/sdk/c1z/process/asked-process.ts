/** Questions to a watched process and its answers, by messages, several at a time. Knows no question. */
import { BatonError, type BatonErrorInit, toBatonError } from "../../errors.ts";
import { processLost, type WatchedOptions, WatchedProcess } from "./watched-process.ts";

/** A question on its way. */
interface Asked {
  readonly id: number;
  readonly question: unknown;
}

/** An answer on its way, or the error in its place. */
interface Answered {
  readonly id: number;
  readonly answer?: unknown;
  readonly error?: BatonErrorInit;
}

/** A watched process that answers one question after the other, see {@link answerQuestions}. */
export class AskedProcess {
  /** Resolves when the process is gone, and says why. */
  readonly ended: Promise<BatonError>;
  readonly #watched: WatchedProcess;
  readonly #waiting = new Map<number, PromiseWithResolvers<unknown>>();
  #asked = 0;
  #end: BatonError | undefined;

  constructor(options: Omit<WatchedOptions, "answers">) {
    this.#watched = new WatchedProcess({ ...options, answers: "channel" });
    const { child } = this.#watched;
    const { promise, resolve } = Promise.withResolvers<BatonError>();
    this.ended = promise;
    child.on("message", (message: Partial<Answered>) => {
      if (message.id !== undefined) this.#settle({ ...message, id: message.id });
    });
    const end = (how: string): void => {
      this.#end = this.#watched.failure ?? processLost(how);
      for (const { reject } of this.#waiting.values()) reject(this.#end);
      this.#waiting.clear();
      resolve(this.#end);
    };
    child.once("error", ({ message }) => end(message));
    child.once("close", (code, signal) => end(signal ?? `exit code ${code}`));
  }

  /**
   * The answer; both must be plain data.
   * @throws BatonError what answering threw, `FILE-TIME-LIMIT`, `FILE-MEMORY-LIMIT`, and `FILE-PROCESS-LOST`.
   */
  async ask(question: unknown): Promise<unknown> {
    if (this.#end) throw this.#end;
    const id = ++this.#asked;
    const waiting = Promise.withResolvers<unknown>();
    this.#waiting.set(id, waiting);
    this.#watched.begin();
    // A process that is gone hears nothing, which its end says as well.
    this.#watched.child.send({ id, question } satisfies Asked, () => undefined);
    try {
      return await waiting.promise;
    } finally {
      this.#watched.end();
    }
  }

  /** Ends the process, whatever it does, and waits until it is gone. */
  async close(): Promise<void> {
    if (this.#end) return;
    this.#watched.kill();
    await this.ended;
  }

  #settle({ id, answer, error }: Answered): void {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (error) waiting?.reject(new BatonError(error));
    else waiting?.resolve(answer);
  }
}

/** The other side, in the process that is asked: answers until the one who asks is gone. */
export async function answerQuestions(answer: (question: unknown) => Promise<unknown>): Promise<never> {
  const reply = (answered: Answered): void => void process.send?.(answered, undefined, undefined, () => undefined);
  process.on("message", ({ id, question }: Asked) => {
    answer(question).then(
      (value) => reply({ id, answer: value }),
      (caught: unknown) => reply({ id, error: initOf(toBatonError(caught)) }),
    );
  });
  process.channel?.ref();
  return await new Promise<never>(() => undefined);
}

function initOf({ code, status, message, effect, hint, exitCode, candidates }: BatonError): BatonErrorInit {
  const words = { ...(effect !== undefined && { effect }), ...(hint !== undefined && { hint }) };
  return { code, status, message, exitCode, candidates, ...words };
}
