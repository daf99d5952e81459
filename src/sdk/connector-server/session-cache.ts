/**
 * Memory of the syncs that are served, by the id that the syncer gives each. Bounded in number and size: a syncer that
 * goes away never says so.
 */
import type { SessionStore } from "../contracts/connector.ts";
import { BatonError, Status } from "../errors.ts";

const mostSessions = 16;
const mostBytes = 256 * 1024 * 1024;

/** The sessions of one server. */
export class SessionCache {
  /** The one used longest ago first. */
  readonly #sessions = new Map<string, MemorySession>();
  readonly #mostSessions: number;
  readonly #mostBytes: number;

  /** Bounds of all sessions together; defaults 16 sessions, 256 MiB. */
  constructor(bounds: { readonly sessions?: number; readonly bytes?: number } = {}) {
    this.#mostSessions = bounds.sessions ?? mostSessions;
    this.#mostBytes = bounds.bytes ?? mostBytes;
  }

  /** The session of a sync, a new one if it has none. */
  get(syncId: string): SessionStore {
    const session = this.#sessions.get(syncId) ?? new MemorySession(() => this.#makeRoom(syncId));
    this.#sessions.delete(syncId);
    this.#sessions.set(syncId, session);
    for (const id of this.#sessions.keys()) {
      if (this.#sessions.size <= this.#mostSessions) break;
      this.#sessions.delete(id);
    }
    return session;
  }

  /** Forgets a sync. */
  delete(syncId: string): void {
    this.#sessions.delete(syncId);
  }

  /** Gives up other syncs, the least used first, until all fit. */
  #makeRoom(writing: string): void {
    for (const id of [...this.#sessions.keys()]) {
      if (this.#bytes() <= this.#mostBytes) return;
      if (id !== writing) this.#sessions.delete(id);
    }
    if (this.#bytes() <= this.#mostBytes) return;
    throw new BatonError({
      code: "SERVE-SESSION-FULL",
      status: Status.resourceExhausted,
      message: `the session of one sync is larger than ${this.#mostBytes} bytes`,
      effect: "The sync cannot go on over this server.",
      hint: "Sync in one process, without the server, which keeps sessions on disk.",
      fatal: true,
    });
  }

  #bytes(): number {
    let sum = 0;
    for (const session of this.#sessions.values()) sum += session.bytes;
    return sum;
  }
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
