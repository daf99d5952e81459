/** Small pieces that all row tables share: quoting, keys and pages. */
import type { SQLOutputValue } from "node:sqlite";
import type { ResourceId } from "../../contracts/model.ts";
import type { StorePage } from "../write/sync-store.ts";

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
