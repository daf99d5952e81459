/**
 * Gathers what the reader of a result must know although the sync went on: warnings, and what the connector reports of its
 * lists. Both are kept with the sync until it is finished, so that a resumed run does not forget them.
 */

import {
  type Completeness,
  type KeyOwner,
  type ListReading,
  type NotRead,
  type ReadingFact,
  recordedList,
} from "../contracts/completeness.ts";
import type { RunKey, SessionStore, SyncWarning } from "../contracts/connector.ts";
import { BatonError, Status } from "../errors.ts";
import type { LogFields, Logger } from "../log.ts";
import { incompleteError } from "./verdict.ts";

/** More skips than this, and more than a tenth of all finished actions, end the sync (Go SDK: too many warnings). */
const tolerableSkips = 10;
const tolerableShare = 0.1;
/** Lines logged per code; the rest is counted and summed up at the end. */
const loggedPerCode = 5;

/** A value that is kept with the sync. */
class Kept<T> {
  readonly #key: string;
  #stored: string;

  /** @param first as JSON; it is not stored as long as nothing else was. */
  constructor(key: string, first = "") {
    this.#key = key;
    this.#stored = first;
  }

  /** Cheap when nothing is new. */
  store(session: SessionStore, value: T): void {
    const text = JSON.stringify(value);
    if (text === this.#stored) return;
    this.#stored = text;
    session.set(this.#key, Buffer.from(text, "utf8"));
  }

  /** What an earlier run stored; undefined when none did. */
  read(session: SessionStore): T | undefined {
    const bytes = session.get(this.#key);
    // Only `store` writes there.
    return bytes && (JSON.parse(Buffer.from(bytes).toString("utf8")) as T);
  }
}

interface Known {
  readonly warning: SyncWarning;
  count: number;
  logged: number;
}

/** The warnings of one run. */
export class Warnings {
  readonly #logger: Logger;
  readonly #byCode = new Map<string, Known>();
  readonly #kept = new Kept<readonly SyncWarning[]>("baton/warnings", "[]");
  #skipped = 0;

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
    this.#kept.store(session, this.list());
  }

  /** Takes over what an earlier run of the same sync warned of. What this run has found itself counts as found anew. */
  restore(session: SessionStore): void {
    for (const warning of this.#kept.read(session) ?? []) {
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

/** The completeness statement of one run as it grows. */
export class CompletenessLedger {
  readonly #lists = new Map<string, ListReading>();
  readonly #notRead = new Map<string, NotRead>();
  readonly #kept = new Kept<Completeness>("baton/completeness");
  #keyOwner: KeyOwner | null = null;

  /** Takes a fact; one of the same list, or about the same thing, replaces what was said before. */
  add(fact: ReadingFact): void {
    switch (fact.kind) {
      case "list": {
        const { kind: _, ...list } = fact;
        this.#lists.set(list.list, list);
        break;
      }
      case "not-read": {
        const { kind: _, ...notRead } = fact;
        this.#notRead.set(notRead.what, notRead);
        break;
      }
      case "key-owner":
        this.#keyOwner = fact.owner;
        break;
      default:
        fact satisfies never;
    }
  }

  /** What was reported so far. */
  statement(): Completeness {
    return { lists: [...this.#lists.values()], keyOwner: this.#keyOwner, notRead: [...this.#notRead.values()] };
  }

  /** Keeps the statement with the sync; cheap when nothing is new. */
  store(session: SessionStore): void {
    this.#kept.store(session, this.statement());
  }

  /** Takes over what an earlier run of the same sync was told; what this run was told already is newer and stays. */
  restore(session: SessionStore): void {
    const kept = this.#kept.read(session);
    if (!kept) return;
    const { lists, keyOwner, notRead } = kept;
    for (const list of lists) if (!this.#lists.has(list.list)) this.#lists.set(list.list, list);
    for (const one of notRead) if (!this.#notRead.has(one.what)) this.#notRead.set(one.what, one);
    this.#keyOwner ??= keyOwner;
  }
}

/** The statement in the closing line of the log, and what the key is; nothing for a connector that reports nothing. */
export function completenessFields({ lists, keyOwner, notRead }: Completeness, keyKind?: RunKey["kind"]): LogFields {
  return {
    ...(lists.length > 0 && {
      lists: lists.map(recordedList).map(({ title: _, resourceType: _type, ...list }) => list),
    }),
    ...(keyKind && { key_kind: keyKind }),
    ...(keyOwner && { key_owner: keyOwner.kind, key_role: keyOwner.role }),
    ...(notRead.length > 0 && { not_read: notRead.map(({ what }) => what) }),
  };
}
