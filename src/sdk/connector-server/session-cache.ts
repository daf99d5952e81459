/**
 * Memory of the syncs that are served, by the id that the syncer gives each. Bounded in number and size: a syncer that
 * goes away never says so.
 */
import type { SessionStore } from "../contracts/connector.ts";
import { BatonError, Status } from "../errors.ts";

const mostSessions = 16;
const mostBytes = 256 * 1024 * 1024;

/** A sync that is served. */
export interface ServedSession {
  readonly store: SessionStore;
  /**
   * Aborts when the sync is over or given up. A connector fetches ahead from one call to the next, so that the end of
   * a call must not be the end of its work.
   */
  readonly signal: AbortSignal;
}

interface Entry extends ServedSession {
  readonly store: MemorySession;
  readonly controller: AbortController;
}

/** The sessions of one server. */
export class SessionCache {
  /** The one used longest ago first. */
  readonly #sessions = new Map<string, Entry>();
  readonly #mostSessions: number;
  readonly #mostBytes: number;

  /** Bounds of all sessions together; defaults 16 sessions, 256 MiB. */
  constructor(bounds: { readonly sessions?: number; readonly bytes?: number } = {}) {
    this.#mostSessions = bounds.sessions ?? mostSessions;
    this.#mostBytes = bounds.bytes ?? mostBytes;
  }

  /** The session of a sync, a new one if it has none. */
  get(syncId: string): ServedSession {
    const session = this.#sessions.get(syncId) ?? this.#open(syncId);
    this.#sessions.delete(syncId);
    this.#sessions.set(syncId, session);
    for (const id of this.#sessions.keys()) {
      if (this.#sessions.size <= this.#mostSessions) break;
      this.delete(id);
    }
    return session;
  }

  /** Forgets a sync and stops its work. */
  delete(syncId: string): void {
    const session = this.#sessions.get(syncId);
    this.#sessions.delete(syncId);
    session?.controller.abort(givenUp());
  }

  /** Forgets all. */
  clear(): void {
    for (const id of [...this.#sessions.keys()]) this.delete(id);
  }

  #open(syncId: string): Entry {
    const controller = new AbortController();
    return { store: new MemorySession(() => this.#makeRoom(syncId)), signal: controller.signal, controller };
  }

  /** Gives up other syncs, the least used first, until all fit. */
  #makeRoom(writing: string): void {
    for (const id of [...this.#sessions.keys()]) {
      if (this.#bytes() <= this.#mostBytes) return;
      if (id !== writing) this.delete(id);
    }
    if (this.#bytes() > this.#mostBytes) throw tooLarge(this.#mostBytes);
  }

  #bytes(): number {
    let sum = 0;
    for (const { store } of this.#sessions.values()) sum += store.bytes;
    return sum;
  }
}

function givenUp(): BatonError {
  return new BatonError({
    code: "SERVE-SYNC-OVER",
    status: Status.aborted,
    message: "the sync that asked for this is over",
    effect: "The call was not answered.",
    hint: "Begin the sync again.",
  });
}

function tooLarge(bytes: number): BatonError {
  return new BatonError({
    code: "SERVE-SESSION-FULL",
    status: Status.resourceExhausted,
    message: `the session of one sync is larger than ${bytes} bytes`,
    effect: "The sync cannot go on over this server.",
    hint: "Sync in one process, without the server, which keeps sessions on disk.",
    fatal: true,
  });
}

class MemorySession implements SessionStore {
  bytes = 0;
  readonly #values = new Map<string, Uint8Array>();
  readonly #grown: () => void;

  /** `grown` is called after each write and may throw. */
  constructor(grown: () => void) {
    this.#grown = grown;
  }

  get(key: string): Uint8Array | undefined {
    return this.#values.get(key);
  }

  set(key: string, value: Uint8Array): void {
    this.bytes += value.length + key.length - this.#size(key);
    this.#values.set(key, value);
    this.#grown();
  }

  keys(prefix: string): string[] {
    const matching = [...this.#values.keys()].filter((key) => key.startsWith(prefix));
    return matching.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  }

  #size(key: string): number {
    const value = this.#values.get(key);
    return value ? value.length + key.length : 0;
  }
}
