/** Gathers what the reader of a result must know although the sync went on. */
import type { SyncWarning } from "../contracts/connector.ts";
import { BatonError, Status } from "../errors.ts";
import type { Logger } from "../log.ts";

/** More skips than this, and more than a tenth of all finished actions, end the sync (Go SDK: too many warnings). */
const tolerableSkips = 10;
const tolerableShare = 0.1;
/** Lines logged per code; the rest is counted and summed up at the end. */
const loggedPerCode = 5;

/** The warnings of one run. */
export class Warnings {
  readonly #logger: Logger;
  readonly #byCode = new Map<string, { message: string; count: number; logged: number }>();
  #skipped = 0;

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  /** Records a warning; the first few of a code are logged one by one. */
  add(warning: SyncWarning): void {
    const known = this.#byCode.get(warning.code) ?? { message: warning.message, count: 0, logged: 0 };
    known.count += warning.count ?? 1;
    this.#byCode.set(warning.code, known);
    if (known.logged++ < loggedPerCode) {
      this.#logger.warn(warning.message, { code: warning.code, count: warning.count ?? 1 });
    }
  }

  /**
   * Records an action that was skipped because its object is gone.
   * @throws BatonError `BATON-TOO-MANY-WARNINGS` when so much was skipped that the result could not be trusted.
   */
  skip(error: BatonError, what: string, completedActions: number): void {
    this.#skipped++;
    this.add({ code: "BATON-SKIPPED", message: `skipped ${what}: ${error.message}` });
    if (this.#skipped > tolerableSkips && this.#skipped > completedActions * tolerableShare) {
      throw new BatonError({
        code: "BATON-TOO-MANY-WARNINGS",
        status: Status.unknown,
        message: `too many warnings: ${this.#skipped} objects vanished while they were read; the last: ${error.message}`,
        effect: "The sync is kept unfinished; no reader takes it for a complete one.",
        hint: "Run it again when the organization is at rest.",
        fatal: true,
        cause: error,
      });
    }
  }

  /** All warnings, those of one code added up, in the order of first appearance. */
  list(): readonly SyncWarning[] {
    return [...this.#byCode].map(([code, { message, count }]) => ({ code, message, count }));
  }
}
