/** A connector's memory of one sync, in the table v1_connector_sessions. Part of the unfinished file only. */
import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { SessionStore } from "../contracts/connector.ts";

/** What the store asks before each access: a transaction for writes, and failures in the file's own terms. */
export interface SessionAccess {
  read<T>(action: () => T): T;
  write<T>(action: () => T): T;
}

/** The session rows of one sync. */
export class SqliteSessionStore implements SessionStore {
  readonly #access: SessionAccess;
  readonly #syncId: string;
  readonly #get: StatementSync;
  readonly #set: StatementSync;
  readonly #keys: StatementSync;

  constructor(db: DatabaseSync, syncId: string, access: SessionAccess) {
    this.#access = access;
    this.#syncId = syncId;
    this.#get = db.prepare("select value from v1_connector_sessions where sync_id = ? and key = ?");
    this.#set = db.prepare(
      `insert into v1_connector_sessions (sync_id, key, value) values (?, ?, ?)
        on conflict (sync_id, key) do update set value = excluded.value`,
    );
    // SQLite counts substr in code points.
    this.#keys = db.prepare(
      "select key from v1_connector_sessions where sync_id = ? and key >= ? and substr(key, 1, ?) = ? order by key",
    );
  }

  get(key: string): Uint8Array | undefined {
    const row = this.#access.read(() => this.#get.get(this.#syncId, key));
    return row?.["value"] instanceof Uint8Array ? row["value"] : undefined;
  }

  set(key: string, value: Uint8Array): void {
    this.#access.write(() => this.#set.run(this.#syncId, key, value));
  }

  keys(prefix: string): string[] {
    const codePoints = [...prefix].length;
    const rows = this.#access.read(() => this.#keys.all(this.#syncId, prefix, codePoints, prefix));
    return rows.map((row) => String(row["key"]));
  }
}
