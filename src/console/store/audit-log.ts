/**
 * Who did what, one JSON object a line, appended and never changed: each line names the hash of all before it. An action
 * that cannot be written down is refused.
 * Knows nothing of what the actions do; secrets must not be handed to it.
 */
import { AsyncLocalStorage } from "node:async_hooks";
import { ChainedLines } from "../../sdk/chained-lines.ts";
import { BatonError, errnoOf, Status, toBatonError } from "../../sdk/errors.ts";

/** An action, before its result is known. */
export interface AuditedAction {
  /** A word such as `sync` or `settings-changed`. */
  readonly action: string;
  /** What it is done to, such as `connector:ID`; "" for the console itself. */
  readonly target: string;
  /** Names, counts and fingerprints; never a secret. */
  readonly details?: Readonly<Record<string, unknown>>;
}

/** The audit log of one console. */
export interface AuditLog {
  /**
   * Writes one line.
   * @throws BatonError `CONSOLE-AUDIT` when it is not on disk afterwards; then the action must not happen.
   */
  record(action: AuditedAction, result: string): void;
  /**
   * Writes `requested`, does the work, and writes `done` or `failed: CODE`.
   * @throws BatonError `CONSOLE-AUDIT` before the work when nothing can be written; else what the work throws.
   */
  around<T>(action: AuditedAction, work: () => T | Promise<T>): Promise<T>;
  close(): void;
}

/** Who does what is under way, by name; nobody where the console does something by itself. */
const actors = new AsyncLocalStorage<string>();
const nobody = "console";

/** Does `work`, and whatever follows from it, in somebody's name. */
export function actingAs<T>(name: string, work: () => T): T {
  return actors.run(name, work);
}

/**
 * Opens the file, made with mode 0600 when it is new.
 * @param nowMs milliseconds since the epoch.
 * @throws BatonError `CONSOLE-AUDIT`.
 */
export function openAuditLog(path: string, nowMs: () => number): AuditLog {
  try {
    return new FileAuditLog(path, new ChainedLines(path), nowMs);
  } catch (caught) {
    throw notWritten(path, caught);
  }
}

class FileAuditLog implements AuditLog {
  readonly #path: string;
  readonly #lines: ChainedLines;
  readonly #nowMs: () => number;

  constructor(path: string, lines: ChainedLines, nowMs: () => number) {
    this.#path = path;
    this.#lines = lines;
    this.#nowMs = nowMs;
  }

  record({ action, target, details = {} }: AuditedAction, result: string): void {
    const time = new Date(this.#nowMs()).toISOString();
    try {
      this.#lines.append({ time, actor: actors.getStore() ?? nobody, action, target, result, details });
    } catch (caught) {
      throw notWritten(this.#path, caught);
    }
  }

  async around<T>(action: AuditedAction, work: () => T | Promise<T>): Promise<T> {
    this.record(action, "requested");
    let value: T;
    try {
      value = await work();
    } catch (caught) {
      this.record(action, `failed: ${toBatonError(caught).code}`);
      throw caught;
    }
    this.record(action, "done");
    return value;
  }

  close(): void {
    this.#lines.close();
  }
}

function notWritten(path: string, cause: unknown): BatonError {
  const reason = errnoOf(cause, "unknown error");
  return new BatonError({
    code: "CONSOLE-AUDIT",
    status: Status.failedPrecondition,
    message: `The audit log ${path} cannot be written (${reason}).`,
    effect: "What you asked for was not done: nothing is done that is not written down.",
    hint: "Make room on the disk, and see that the file belongs to you and can be written.",
    cause,
  });
}
