/** A connector's memory of one sync, in the table v1_connector_sessions. Part of the unfinished file only. */
import type { SessionStore } from "../../contracts/connector.ts";
import type { ScratchDatabase } from "../scratch/scratch-database.ts";

const get = "select value from v1_connector_sessions where sync_id = ? and key = ?";
const set = `insert into v1_connector_sessions (sync_id, key, value) values (?, ?, ?)
  on conflict (sync_id, key) do update set value = excluded.value`;
// SQLite counts substr in code points. What begins with baton/ is the program's own.
const keys = `select key from v1_connector_sessions
  where sync_id = ? and key >= ? and substr(key, 1, ?) = ? and substr(key, 1, 6) <> 'baton/' order by key`;

/** The session rows of one sync. */
export class SqliteSessionStore implements SessionStore {
  readonly #database: ScratchDatabase;
  readonly #syncId: string;

  constructor(database: ScratchDatabase, syncId: string) {
    this.#database = database;
    this.#syncId = syncId;
  }

  get(key: string): Uint8Array | undefined {
    const value = this.#database.get(get, this.#syncId, key)?.["value"];
    return value instanceof Uint8Array ? value : undefined;
  }

  set(key: string, value: Uint8Array): void {
    this.#database.run(set, this.#syncId, key, value);
  }

  keys(prefix: string): string[] {
    const codePoints = [...prefix].length;
    const rows = this.#database.all(keys, this.#syncId, prefix, codePoints, prefix);
    return rows.map((row) => String(row["key"]));
  }
}
