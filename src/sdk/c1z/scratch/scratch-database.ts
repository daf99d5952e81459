/**
 * The SQLite database that a c1z is unpacked into while it is written: its settings, one transaction per checkpoint,
 * and failures in the file's own terms. Where there is much to write, a thread of its own writes it for a while. Knows
 * no tables.
 */
import { closeSync, openSync } from "node:fs";
import { DatabaseSync, type SQLInputValue } from "node:sqlite";
import { databaseError, isSqliteError } from "../container/file-errors.ts";
import type { RowsToWrite } from "./row-batches.ts";
import { configureConnection, type Row, Statements, share, sqlText } from "./row-sql.ts";
import type { Scratch } from "./scratch.ts";
import { WriteThread } from "./write-thread.ts";

/**
 * Measured with 1,100,000 grants: 16 KiB pages build the indexes a quarter faster than 4 KiB. Only a new database takes
 * the page size.
 */
const pageBytes = 16 * 1024;
/**
 * Writing that the thread would have taken over so far before it is started: it costs some 50 ms of the processor and
 * 20 MB. 20,000 users are as much, or 140,000 grants.
 */
const worthThreadUs = 100_000;

/** SQLite makes a new file as the umask says, and its journal as the file is; this one is for its owner alone. */
function openPrivately(database: string): DatabaseSync {
  closeSync(openSync(database, "a", 0o600));
  return new DatabaseSync(database);
}

/**
 * Opens the scratch database; `path` is the file that it stands for, named in errors.
 *
 * Between two commits everything is one transaction, on either thread: `read` and `write` give this thread's
 * connection and end the other thread's part for good, while `get`, `all`, `run` and `put` go to the thread that writes.
 */
export class ScratchDatabase {
  readonly db: DatabaseSync;
  readonly #place: { readonly path: string; readonly scratch: string };
  readonly #file: string;
  readonly #statements: Statements;
  #failure: unknown;
  /** Started, as it is worth it, and not told anything yet. */
  #coming: WriteThread | undefined;
  /** Writes everything, until this thread's own connection is needed. */
  #thread: WriteThread | undefined;
  #mayLend: boolean = true;
  #savedUs = 0;

  constructor(path: string, scratch: Scratch) {
    this.#place = { path, scratch: scratch.directory };
    this.#file = scratch.database;
    this.db = this.#translate(() => openPrivately(scratch.database));
    this.#translate(() => configure(this.db, scratch));
    this.#statements = new Statements(this.db);
  }

  /** Runs `action`, which changes nothing. */
  read<T>(action: () => T): T {
    this.#takeBack();
    return this.#translate(action);
  }

  /**
   * Runs `action` inside the open transaction, beginning one when there is none. After a failure of the database
   * everything since the last commit is gone, so that every further write and commit is refused: a checkpoint must not
   * claim lost rows. Other errors, such as of a row that cannot be encoded, leave the transaction as it is.
   */
  write<T>(action: () => T): T {
    this.#takeBack();
    return this.#writeHere(action);
  }

  /** The rows that a statement gives, which changes nothing. */
  all(sql: string, ...values: readonly SQLInputValue[]): readonly Row[] {
    const thread = this.#thread;
    if (thread?.holdsUncommitted) return this.#onThread(() => thread.all(sql, values));
    if (thread) this.#onThread(() => thread.waitForCommit());
    return this.#translate(() => this.#statements.all(sql, values));
  }

  /** The first row that a statement gives; undefined when there is none. */
  get(sql: string, ...values: readonly SQLInputValue[]): Row | undefined {
    return this.all(sql, ...values)[0];
  }

  /** Runs a statement inside the open transaction. */
  run(sql: string, ...values: readonly SQLInputValue[]): void {
    const thread = this.#thread;
    if (thread) this.#onThread(() => thread.run(sql, values));
    else this.#writeHere(() => this.#statements.run(sql, values));
  }

  /** Runs a statement that changes no row, such as one that drops an index. */
  runOnSchema(sql: string): void {
    const thread = this.#thread;
    if (thread) this.#onThread(() => thread.runOnSchema(sql));
    else this.#writeHere(() => this.db.exec(sql));
  }

  /** Writes rows inside the open transaction. */
  put(rows: RowsToWrite): void {
    const thread = this.#thread;
    if (thread) {
      const batch = rows.encode();
      this.#onThread(() => thread.put(batch));
      return;
    }
    this.#writeHere(() => rows.write(this.#statements));
    this.#savedUs += rows.savesUs;
    this.expect(0);
  }

  /** Tells of rows that are likely to come, by what another thread will save: it is then started in time. */
  expect(savesUs: number): void {
    const isWorthIt = this.#savedUs + savesUs > worthThreadUs;
    if (isWorthIt && this.#mayLend && !this.#thread) this.#coming ??= this.#startThread();
  }

  #startThread(): WriteThread | undefined {
    try {
      return new WriteThread(this.#file);
    } catch {
      // No more threads, or none allowed: slower, and nothing else.
      this.#mayLend = false;
      return undefined;
    }
  }

  /** True while a thread waits for the next commit, to write everything after it. */
  get isCommitAwaited(): boolean {
    return this.#coming?.isReady ?? false;
  }

  /** Commits what was written: it survives the end of this process, as soon as the writing thread has done it. */
  commit(): void {
    const thread = this.#thread;
    if (thread) {
      this.#onThread(() => thread.commit());
      return;
    }
    this.#writeHere(() => this.db.exec("commit"));
    if (this.#coming?.isReady) this.#handOver(this.#coming);
  }

  /** True while another thread writes. */
  get isHandedOver(): boolean {
    return this.#thread !== undefined;
  }

  /** Gives the space of deleted rows back when it is a large part of the file. Ends the transaction. */
  reclaim(): void {
    this.write(() => this.db.exec("commit"));
    const pages = this.#pragma("page_count");
    const free = this.#pragma("freelist_count");
    if (free > pages / 4) this.read(() => this.db.exec("vacuum"));
  }

  /** Closes it; never throws. What is not committed is gone. */
  close(): void {
    this.#endThread();
    if (this.db.isOpen) this.db.close();
  }

  #writeHere<T>(action: () => T): T {
    if (this.#failure !== undefined) throw this.#failure;
    try {
      if (!this.db.isTransaction) this.db.exec("begin immediate");
      return action();
    } catch (caught) {
      if (!isSqliteError(caught)) throw caught;
      this.#failure = databaseError(caught, this.#place);
      if (this.db.isOpen && this.db.isTransaction) this.db.exec("rollback");
      throw this.#failure;
    }
  }

  /** Tells the thread something. Whatever fails there is lost since the last commit, as with `write`. */
  #onThread<T>(action: () => T): T {
    if (this.#failure !== undefined) throw this.#failure;
    try {
      return action();
    } catch (caught) {
      this.#failure = databaseError(caught, this.#place);
      throw this.#failure;
    }
  }

  #handOver(thread: WriteThread): void {
    this.#translate(() => {
      share(this.db);
      this.db.exec("pragma locking_mode = normal");
      // The lock is given back with the next access.
      this.db.prepare("select 1 from sqlite_master limit 1").get();
    });
    this.#coming = undefined;
    this.#thread = thread;
  }

  #takeBack(): void {
    const thread = this.#thread;
    if (thread) {
      this.#onThread(() => {
        thread.commit();
        thread.waitForCommit();
      });
    }
    if (thread ?? this.#coming) this.#mayLend = false;
    this.#endThread();
    if (thread) this.#translate(() => this.db.exec("pragma locking_mode = exclusive"));
  }

  #endThread(): void {
    (this.#thread ?? this.#coming)?.close();
    this.#thread = undefined;
    this.#coming = undefined;
  }

  #translate<T>(action: () => T): T {
    try {
      return action();
    } catch (caught) {
      throw databaseError(caught, this.#place);
    }
  }

  #pragma(name: "page_count" | "freelist_count"): number {
    return this.read(() => Number(this.db.prepare(`pragma ${name}`).get()?.[name] ?? 0));
  }
}

function configure(db: DatabaseSync, scratch: Scratch): void {
  // The sorter's runs go where the scratch directory lies, not to a system place that may be read-only. The setting
  // is the process's, so it names the parent: that still exists when the next file is opened.
  db.exec(`
    pragma temp_store_directory = ${sqlText(scratch.parent)};
    pragma page_size = ${pageBytes};
    pragma locking_mode = exclusive;
  `);
  configureConnection(db);
}
