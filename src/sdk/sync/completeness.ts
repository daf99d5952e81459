/** Gathers what the connector reports of its lists, and keeps it with the sync, so that a resumed run does not forget it. */
import {
  type Completeness,
  type KeyOwner,
  type ListReading,
  type NotRead,
  type ReadingFact,
  recordedList,
} from "../contracts/completeness.ts";
import type { RunKey, SessionStore } from "../contracts/connector.ts";
import type { LogFields } from "../log.ts";

const sessionKey = "baton/completeness";

/** The completeness statement of one run as it grows. */
export class CompletenessLedger {
  readonly #lists = new Map<string, ListReading>();
  readonly #notRead = new Map<string, NotRead>();
  #keyOwner: KeyOwner | null = null;
  #stored = "";

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
    const text = JSON.stringify(this.statement());
    if (text === this.#stored) return;
    this.#stored = text;
    session.set(sessionKey, Buffer.from(text, "utf8"));
  }

  /** Takes over what an earlier run of the same sync was told; what this run was told already is newer and stays. */
  restore(session: SessionStore): void {
    const bytes = session.get(sessionKey);
    if (!bytes) return;
    // Only `store` writes there.
    const { lists, keyOwner, notRead } = JSON.parse(Buffer.from(bytes).toString("utf8")) as Completeness;
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
