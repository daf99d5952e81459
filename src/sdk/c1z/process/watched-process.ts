/**
 * A process of its own for reading files that nobody vouches for: whatever is in one, it can neither hang nor bloat
 * the one who wants to know. The process says that it moves on; one that does not, or takes too much memory, is ended. It
 * may be asked by messages, several at a time; what is asked is not known here.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { BatonError, type BatonErrorInit, Status, toBatonError } from "../../errors.ts";
import { type WatchedMessage, watchedVariable } from "../../file-progress.ts";
import { scratchParent, sweepScratch } from "../scratch/scratch.ts";
import type { ProgramCommand } from "./this-program.ts";

type Environment = Readonly<Record<string, string | undefined>>;

const timeoutVariable = "BATON_FILE_TIMEOUT";
const memoryVariable = "BATON_FILE_MEMORY_MB";
/** What is said of a file that does not answer is to be there within ten seconds. */
const defaultTimeoutSeconds = 8;
/** With the process that waits it is less than 600 MB. */
const defaultMemoryMb = 520;
/** Where a file stays open with everybody of it in memory: this, and so much for each byte of the file. */
const heldMemory = { megabytes: 256, perByte: 10 } as const;
const lookEveryMs = 100;
const stopWithinMs = 2_000;
const mebibyte = 1024 * 1024;

/** What a process is started with. */
interface WatchedOptions {
  readonly program: ProgramCommand;
  /** The command and what belongs to it. */
  readonly args: readonly string[];
  readonly env: Environment;
  /** Size of a file that is kept open, with what is read out of it in memory: a large one may take more. */
  readonly heldBytes?: number;
  /** `inherit`: it answers the reader of our output itself; `channel`: by messages. */
  readonly answers: "inherit" | "channel";
}

/** A process that reads files. Watching begins with `begin` and pauses when every `begin` has had its `end`. */
export class WatchedProcess {
  readonly child: ChildProcess;
  /** Why it was ended; undefined while it was not. */
  failure: BatonError | undefined;
  readonly #env: Environment;
  readonly #memoryMb: number;
  /** Time is counted in looks: none is taken while both processes are stopped, as by Ctrl-Z. */
  #looksSinceMoved = 0;
  #waiting = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor({ program, args, env, answers, heldBytes = 0 }: WatchedOptions) {
    this.#env = env;
    const held = heldMemory.megabytes + Math.ceil((heldBytes * heldMemory.perByte) / mebibyte);
    this.#memoryMb = Math.max(defaultMemoryMb, held);
    const output = answers === "inherit" ? "inherit" : "ignore";
    this.child = spawn(program.file, [...program.args, ...args], {
      env: { ...env, [watchedVariable]: "1" },
      stdio: [output, output, answers === "inherit" ? "inherit" : "ignore", "ipc"],
      windowsHide: true,
    });
    this.child.on("message", ({ type }: Partial<WatchedMessage>) => {
      this.#looksSinceMoved = type === "waits" ? -Infinity : 0;
      // What follows is the program's own work, which may take what it takes.
      if (type === "read") this.#stopLooking();
    });
    this.child.once("exit", () => this.#stopLooking());
  }

  /** Somebody waits for an answer. */
  begin(): void {
    if (this.#waiting++ > 0) return;
    this.#looksSinceMoved = 0;
    this.#timer ??= setInterval(() => this.#look(), lookEveryMs);
  }

  /** The answer is there. */
  end(): void {
    if (--this.#waiting === 0) this.#stopLooking();
  }

  /** Ends it at once, and removes what it leaves in the scratch directory. */
  kill(): void {
    this.#end("SIGKILL");
  }

  /** The same in order, where it ends within two seconds: one that waits for its reader hears of nothing. */
  stop(signal: NodeJS.Signals): void {
    const timer = setTimeout(() => this.child.kill("SIGKILL"), stopWithinMs);
    this.child.once("exit", () => clearTimeout(timer));
    this.#end(signal);
  }

  #end(signal: NodeJS.Signals): void {
    this.child.once("exit", () => sweepScratch(scratchParent(undefined, this.#env)));
    this.child.kill(signal);
  }

  #look(): void {
    const seconds = setting(this.#env, timeoutVariable, defaultTimeoutSeconds);
    const megabytes = setting(this.#env, memoryVariable, this.#memoryMb);
    if (++this.#looksSinceMoved * lookEveryMs > seconds * 1000) this.#fail(tooSlow(seconds));
    else if (memoryOf(this.child.pid) > megabytes * mebibyte) this.#fail(tooMuchMemory(megabytes));
  }

  #fail(error: BatonError): void {
    this.failure ??= error;
    this.#stopLooking();
    this.kill();
  }

  #stopLooking(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}

function setting(env: Environment, name: string, fallback: number): number {
  const text = env[name] ?? "";
  return /^\d+$/.test(text) && Number(text) > 0 ? Number(text) : fallback;
}

/** Bytes that a process holds; 0 where the system does not say. */
function memoryOf(pid: number | undefined): number {
  try {
    const [, kibibytes = "0"] = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8")) ?? [];
    return Number(kibibytes) * 1024;
  } catch {
    return 0;
  }
}

/** The error of a process that ended by itself: `FILE-PROCESS-LOST`. @param how a signal or an exit code. */
export function processLost(how: string): BatonError {
  return new BatonError({
    code: "FILE-PROCESS-LOST",
    status: Status.resourceExhausted,
    message: `The process that read the file was ended by the system (${how}).`,
    effect: "The answer is not complete; the file was not changed.",
    hint: "Give the machine more memory, and see what its log says.",
  });
}

function tooSlow(seconds: number): BatonError {
  return new BatonError({
    code: "FILE-TIME-LIMIT",
    status: Status.deadlineExceeded,
    message: `Reading the file did not move on for the limit of ${seconds} seconds, and was ended.`,
    effect: "The answer is not complete; the file was not changed.",
    hint: `When the file can be trusted, set ${timeoutVariable} to more seconds.`,
  });
}

function tooMuchMemory(megabytes: number): BatonError {
  return new BatonError({
    code: "FILE-MEMORY-LIMIT",
    status: Status.resourceExhausted,
    message: `Reading the file took more memory than the limit of ${megabytes} MiB, and was ended.`,
    effect: "The answer is not complete; the file was not changed.",
    hint: `When the file can be trusted, set ${memoryVariable} to a larger number.`,
  });
}

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
  return { code, status, message, exitCode, candidates, effect, hint };
}
