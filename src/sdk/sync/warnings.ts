/** Gathers what the reader of a result must know although the sync went on. */
import type { SessionStore, SyncWarning } from "../contracts/connector.ts";
import { BatonError, Status } from "../errors.ts";
import type { Logger } from "../log.ts";
import { incompleteError } from "./verdict.ts";

/** More skips than this, and more than a tenth of all finished actions, end the sync (Go SDK: too many warnings). */
const tolerableSkips = 10;
const tolerableShare = 0.1;
/** Lines logged per code; the rest is counted and summed up at the end. */
const loggedPerCode = 5;
/** Where the warnings of a sync lie until it is finished, so that a resumed run does not forget them. */
const sessionKey = "baton/warnings";

interface Known {
  readonly warning: SyncWarning;
  count: number;
  logged: number;
}

/** The warnings of one run. */
export class Warnings {
  readonly #logger: Logger;
  readonly #byCode = new Map<string, Known>();
  #skipped = 0;
  #stored = "[]";

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  /**
   * Records a warning; the first few of a code are logged one by one.
   * @throws BatonError `BATON-INCOMPLETE` for one of severity `incomplete`: the sync ends here.
   */
  add(warning: SyncWarning): void {
    const { code, message, count = 1, signal, severity } = warning;
    const known = this.#byCode.get(code) ?? { warning, count: 0, logged: 0 };
    known.count += count;
    this.#byCode.set(code, known);
    if (known.logged++ < loggedPerCode) {
      this.#logger.warn(message, { code, count, ...(signal !== undefined && { signal }) });
    }
    if (severity === "incomplete") throw incompleteError(warning);
  }

  /** Keeps the warnings with the sync; cheap when there are no new ones. */
  store(session: SessionStore): void {
    const text = JSON.stringify(this.list());
    if (text === this.#stored) return;
    this.#stored = text;
    session.set(sessionKey, Buffer.from(text, "utf8"));
  }

  /** Takes over what an earlier run of the same sync warned of. What this run has found itself counts as found anew. */
  restore(session: SessionStore): void {
    const bytes = session.get(sessionKey);
    if (!bytes) return;
    // Only `store` writes there.
    for (const warning of JSON.parse(Buffer.from(bytes).toString("utf8")) as readonly SyncWarning[]) {
      if (this.#byCode.has(warning.code)) continue;
      this.#byCode.set(warning.code, { warning, count: warning.count ?? 1, logged: loggedPerCode });
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
    return [...this.#byCode.values()].map(({ warning, count }) => ({ ...warning, count }));
  }
}
