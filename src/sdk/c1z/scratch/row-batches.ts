/** Rows on their way into the database: inserted here, or made into a batch for another thread. Knows no tables. */
import { releaseBuffer } from "../../release-buffer.ts";
import { viewOf } from "../../wire/encode.ts";
import { ProtoWriter } from "../../wire/proto-writer.ts";
import type { GrantBatch } from "./grant-batches.ts";
import type { Statements } from "./row-sql.ts";

const writer = new ProtoWriter();

/** Rows of one statement whose last parameter is a blob. */
export interface RowBatch {
  readonly kind: "rows";
  readonly sql: string;
  /** The parameters before the blob, row by row; undefined is the same as in the row before. */
  readonly values: readonly (string | null | undefined)[];
  /** Bytes of each row's blob. */
  readonly lengths: Uint32Array;
  /** The blobs, one after the other. */
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** Rows to be written. */
export interface RowsToWrite {
  /** What another thread saves this one, in microseconds. */
  readonly savesUs: number;
  /** Makes the batch for the other thread. */
  encode(): RowBatch | GrantBatch;
  /** Writes them here. */
  write(statements: Statements): void;
}

/** How rows of one table are made. */
export interface RowKind<T> {
  /** What stands before the blob, as many for each. */
  valuesOf(row: T): readonly (string | null)[];
  /** Writes the blob. */
  write(writer: ProtoWriter, row: T): void;
  /** What inserting one takes, in microseconds. */
  readonly us: number;
}

/** Rows for the statement `sql`, on either thread. */
export function rowsToWrite<T>(sql: string, rows: readonly T[], kind: RowKind<T>): RowsToWrite {
  return {
    savesUs: rows.length * kind.us,
    encode: () => encodeRows(sql, rows, kind),
    write: (statements) => {
      const insert = statements.of(sql);
      // As run does, but without an object that says what was changed. SQLite takes a copy of its own of the bytes.
      for (const row of rows) insert.get(...kind.valuesOf(row), viewOf(row, kind.write));
    },
  };
}

function encodeRows<T>(sql: string, rows: readonly T[], { valuesOf, write }: RowKind<T>): RowBatch {
  const lengths = new Uint32Array(rows.length);
  const values: (string | null | undefined)[] = [];
  let before: readonly (string | null)[] = [];
  writer.reset();
  rows.forEach((row, index) => {
    const start = writer.length;
    write(writer, row);
    lengths[index] = writer.length - start;
    const these = valuesOf(row);
    // Handing a string over costs more than looking at it: a page of users has one type and one parent.
    for (const [column, value] of these.entries()) values.push(value === before[column] ? undefined : value);
    before = these;
  });
  return { kind: "rows", sql, values, lengths, bytes: new Uint8Array(writer.view()) };
}

/** Inserts the rows of a batch, which is empty afterwards. */
export function insertRows(statements: Statements, { sql, values, lengths, bytes }: RowBatch): void {
  const statement = statements.of(sql);
  const width = values.length / lengths.length;
  const texts: (string | null)[] = [];
  let start = 0;
  lengths.forEach((length, index) => {
    for (let column = 0; column < width; column++) {
      const value = values[index * width + column];
      if (value !== undefined) texts[column] = value;
    }
    statement.get(...texts, bytes.subarray(start, start + length));
    start += length;
  });
  releaseBuffer(bytes);
}
