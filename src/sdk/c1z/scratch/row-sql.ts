/** What all row tables share, on either thread: the connection and its statements, quoting, keys and pages. */
import type { DatabaseSync, SQLInputValue, SQLOutputValue, StatementSync } from "node:sqlite";
import type { ResourceId } from "../../contracts/model.ts";
import type { StorePage } from "../write/sync-store.ts";

/** Measured: a small cache builds the indexes faster than a large one, because it bounds the sorter's runs. */
const cacheKib = 4 * 1024;
/** Longer than any commit takes, which is what the other connection is waited for. */
const busyMs = 60_000;

/** Settings that count for this connection only. */
export function configureConnection(db: DatabaseSync): void {
  db.enableDefensive(true);
  db.exec(`
    pragma cache_size = -${cacheKib};
    pragma journal_mode = truncate;
    pragma synchronous = off;
    pragma secure_delete = on;
    pragma trusted_schema = off;
    pragma cell_size_check = on;
  `);
}

/** Makes a connection wait while another one commits. */
export function share(db: DatabaseSync): void {
  db.exec(`pragma busy_timeout = ${busyMs}`);
}

/** Rows of a page at most (Go SDK: default and maximum). */
export const pageRows = 10_000;

/** A row as node:sqlite gives it. */
export type Row = Readonly<Record<string, SQLOutputValue>>;

/** `text` as an SQL string literal. */
export function sqlText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/**
 * Makes a page of rows that were asked for with `limit most + 1` in the order of `id`; the token is the row id of
 * the next row, as in the Go SDK.
 */
export function nextPage<T>(rows: readonly Row[], convert: (row: Row) => T, most: number = pageRows): StorePage<T> {
  const next = rows[most];
  return {
    items: (next ? rows.slice(0, most) : rows).map(convert),
    nextPageToken: next ? String(next["id"]) : "",
  };
}

/** The bytes of a blob column; empty when it holds something else. */
export function bytesOf(value: SQLOutputValue | undefined): Uint8Array {
  return value instanceof Uint8Array ? value : new Uint8Array(0);
}

/** The external_id of a resource's row (Go SDK: plain join). */
export function resourceKey(id: ResourceId): string {
  return `${id.resourceType}:${id.resource}`;
}

/** Prepared statements of `db`; texts must be few, as none is ever forgotten. */
export class Statements {
  readonly #db: DatabaseSync;
  readonly #prepared = new Map<string, StatementSync>();

  constructor(db: DatabaseSync) {
    this.#db = db;
  }

  /** The statement of this text. */
  of(sql: string): StatementSync {
    let statement = this.#prepared.get(sql);
    if (!statement) {
      statement = this.#db.prepare(sql);
      this.#prepared.set(sql, statement);
    }
    return statement;
  }

  run(sql: string, values: readonly SQLInputValue[]): void {
    this.of(sql).run(...values);
  }

  all(sql: string, values: readonly SQLInputValue[]): Row[] {
    return this.of(sql).all(...values);
  }
}
