/**
 * Rows of the database of a version 1 c1z, of one sync or of all. Tables and columns that older writers lack are worked
 * around, statements that are asked many times are prepared once, and no list is longer than its file allows.
 */
import type { DatabaseSync, SQLInputValue, SQLOutputValue, StatementSync } from "node:sqlite";
import { reportProgress } from "../../file-progress.ts";
import { tooManyRows } from "../container/decoder-limits.ts";
import { corruptFile, databaseError } from "../container/file-errors.ts";
import type { Row } from "../scratch/row-sql.ts";
import { columnsOf, type TableName } from "../scratch/schema.ts";

/** Where the database comes from, for errors, and what one list of its rows may come to. */
export interface DatabasePlace {
  readonly path: string;
  readonly scratch: string;
  readonly maxRows: number;
  readonly maxBytes: number;
}

/** Conditions on columns, and their values. */
export interface Condition {
  readonly where: readonly string[];
  readonly values: readonly string[];
}

/** Bytes of rows after which is said that reading moves on; a row counts as so many at least. */
const progressBytes = { between: 1024 * 1024, row: 200 } as const;

/** What is asked of the tables. Methods throw BatonError as `databaseError` makes it. */
export class SqliteRows {
  readonly db: DatabaseSync;
  readonly place: DatabasePlace;
  readonly #syncId: string | undefined;
  readonly #columns = new Map<TableName, ReadonlySet<string>>();
  readonly #statements = new Map<string, StatementSync | undefined>();
  #bytesSinceProgress = 0;

  /** @param syncId of the sync whose rows are meant; undefined: all rows. */
  constructor(db: DatabaseSync, place: DatabasePlace, syncId: string | undefined) {
    this.db = db;
    this.place = place;
    this.#syncId = syncId;
  }

  /** The first row that fits; undefined without one, and without the table. */
  get(table: TableName, columns: string, condition: Condition): Row | undefined {
    const statement = this.#prepare(table, columns, condition, "");
    return this.guard(() => statement?.get(...this.values(condition)));
  }

  /** All rows that fit; none without the table. */
  all(table: TableName, columns: string, condition: Condition, tail: string): readonly Row[] {
    const statement = this.#prepare(table, columns, condition, tail);
    if (statement === undefined) return [];
    return [...this.#bounded(this.guard(() => statement.iterate(...this.values(condition))))];
  }

  /** The same, row by row. */
  iterate(table: TableName, columns: string, condition: Condition, tail: string): Generator<Row> {
    const text = this.text(table, columns, condition, tail);
    return text === undefined ? noRows() : this.walk(text, this.values(condition));
  }

  /** A statement of its own, so that lists can be walked inside one another. */
  walk(text: string, values: readonly SQLInputValue[]): Generator<Row> {
    return this.#bounded(this.guard(() => this.db.prepare(text).iterate(...values)));
  }

  /** Rows as arrays of their values, which takes two thirds of the time. */
  arrays(table: TableName, columns: string, condition: Condition, tail = ""): Generator<readonly SQLOutputValue[]> {
    const text = this.text(table, columns, condition, tail);
    if (text === undefined) return noRows();
    const rows = this.guard(() => {
      const statement = this.db.prepare(text);
      statement.setReturnArrays(true);
      return statement.iterate(...this.values(condition));
    });
    // The declaration of `iterate` does not know the line before.
    return this.#bounded(rows as Iterator<unknown> as Iterator<readonly SQLOutputValue[]>);
  }

  *#bounded<T extends Row | readonly SQLOutputValue[]>(rows: Iterator<T>): Generator<T> {
    const { path, maxRows, maxBytes } = this.place;
    let [count, bytes] = [0, 0];
    const next = (): IteratorResult<T> => rows.next();
    try {
      for (;;) {
        const found = this.guard(next);
        if (found.done) return;
        if (++count > maxRows) throw tooManyRows(path, maxRows);
        const rowBytes = bytesIn(found.value);
        this.#countProgress(rowBytes);
        bytes += rowBytes;
        if (bytes > maxBytes) throw corruptFile(path, "its rows take more bytes than it has");
        yield found.value;
      }
    } finally {
      rows.return?.();
    }
  }

  #countProgress(rowBytes: number): void {
    this.#bytesSinceProgress += rowBytes + progressBytes.row;
    if (this.#bytesSinceProgress < progressBytes.between) return;
    this.#bytesSinceProgress = 0;
    reportProgress();
  }

  #prepare(table: TableName, columns: string, condition: Condition, tail: string): StatementSync | undefined {
    const key = `${table} ${columns} ${condition.where.join(" ")} ${tail}`;
    if (!this.#statements.has(key)) {
      const text = this.text(table, columns, condition, tail);
      this.#statements.set(key, text === undefined ? undefined : this.guard(() => this.db.prepare(text)));
    }
    return this.#statements.get(key);
  }

  /** Undefined when the file has no such table. */
  text(table: TableName, columns: string, { where }: Condition, tail: string): string | undefined {
    if (!this.has(table)) return undefined;
    const conditions = this.#syncId === undefined ? where : [...where, "sync_id = ?"];
    const filter = conditions.length === 0 ? "" : ` where ${conditions.join(" and ")}`;
    return `select ${columns} from ${table}${filter} ${tail}`;
  }

  /** What a condition is asked with. */
  values({ values }: Condition): readonly string[] {
    return this.#syncId === undefined ? values : [...values, this.#syncId];
  }

  /** False where the file has no such table. */
  has(table: TableName): boolean {
    return this.columnsOf(table).size > 0;
  }

  /** A file does not change while it is read. */
  columnsOf(table: TableName): ReadonlySet<string> {
    const known = this.#columns.get(table) ?? this.guard(() => columnsOf(this.db, table));
    this.#columns.set(table, known);
    return known;
  }

  /** Runs `action`, and turns what SQLite finds wrong into an error that names the file. */
  guard<T>(action: () => T): T {
    try {
      return action();
    } catch (caught) {
      throw databaseError(caught, this.place);
    }
  }
}

function* noRows(): Generator<never> {}

/** Of the texts and bytes of a row; what they take in the file is no less. */
function bytesIn(row: Row | readonly SQLOutputValue[]): number {
  let bytes = 0;
  if (isArray(row)) for (const value of row) bytes += lengthOf(value);
  else for (const name in row) bytes += lengthOf(row[name]);
  return bytes;
}

function isArray(row: Row | readonly SQLOutputValue[]): row is readonly SQLOutputValue[] {
  return Array.isArray(row);
}

function lengthOf(value: SQLOutputValue | undefined): number {
  return typeof value === "string" || value instanceof Uint8Array ? value.length : 0;
}

/** A number for each row of a table, by the row's id: four bytes where ids lie close together, as they do in most files. */
export type RowNumbers = Pick<ReadonlyMap<number, number>, "get"> & {
  set(row: number, number: number): void;
};

/** @param first the lowest id. @param last the highest. @param maxBytes ids that are too far apart for it take more. */
export function rowNumbers(first: number, last: number, maxBytes: number): RowNumbers {
  const span = last - first + 1;
  return span * Uint32Array.BYTES_PER_ELEMENT <= maxBytes ? new CloseRows(first, span) : new Map<number, number>();
}

class CloseRows implements RowNumbers {
  readonly #first: number;
  /** Counted from one: zero is none. */
  readonly #numbers: Uint32Array;

  constructor(first: number, span: number) {
    this.#first = first;
    this.#numbers = new Uint32Array(span);
  }

  set(row: number, number: number): void {
    this.#numbers[row - this.#first] = number + 1;
  }

  get(row: number): number | undefined {
    const number = this.#numbers[row - this.#first] ?? 0;
    return number === 0 ? undefined : number - 1;
  }
}
