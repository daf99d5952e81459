/**
 * The SQLite database that a c1z is unpacked into while it is written: its settings, one transaction per checkpoint,
 * and failures in the file's own terms. Knows no tables.
 */
import { closeSync, openSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { databaseError, isSqliteError } from "./file-errors.ts";
import type { Scratch } from "./scratch.ts";

/**
 * Measured with 1,100,000 grants: 16 KiB pages build the indexes a quarter faster than 4 KiB, and a small cache builds
 * them faster than a large one, because it bounds the sorter's runs. Only a new database takes the page size.
 */
const pageBytes = 16 * 1024;
const cacheKib = 4 * 1024;

/** SQLite makes a new file as the umask says, and its journal as the file is; this one is for its owner alone. */
function openPrivately(database: string): DatabaseSync {
  closeSync(openSync(database, "a", 0o600));
  return new DatabaseSync(database);
}

/** Opens the scratch database; `path` is the file that it stands for, named in errors. */
export class ScratchDatabase {
  readonly db: DatabaseSync;
  readonly #place: { readonly path: string; readonly scratch: string };
  #failure: unknown;

  constructor(path: string, scratch: Scratch) {
    this.#place = { path, scratch: scratch.directory };
    this.db = this.read(() => openPrivately(scratch.database));
    this.read(() => configure(this.db, scratch));
  }

  /** Runs `action`, which changes nothing. */
  read<T>(action: () => T): T {
    try {
      return action();
    } catch (caught) {
      throw databaseError(caught, this.#place);
    }
  }

  /**
   * Runs `action` inside the open transaction, beginning one when there is none. After a failure of the database
   * everything since the last commit is gone, so that every further write and commit is refused: a checkpoint must not
   * claim lost rows. Other errors, such as of a row that cannot be encoded, leave the transaction as it is.
   */
  write<T>(action: () => T): T {
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

  /** Commits what was written: it survives the end of this process. */
  commit(): void {
    this.write(() => this.db.exec("commit"));
  }

  /** Gives the space of deleted rows back when it is a large part of the file. Ends the transaction. */
  reclaim(): void {
    this.commit();
    const pages = this.#pragma("page_count");
    const free = this.#pragma("freelist_count");
    if (free > pages / 4) this.read(() => this.db.exec("vacuum"));
  }

  /** Closes it; never throws. */
  close(): void {
    if (this.db.isOpen) this.db.close();
  }

  #pragma(name: "page_count" | "freelist_count"): number {
    return this.read(() => Number(this.db.prepare(`pragma ${name}`).get()?.[name] ?? 0));
  }
}

function configure(db: DatabaseSync, scratch: Scratch): void {
  db.enableDefensive(true);
  const directory = scratch.parent.replaceAll("'", "''");
  // The sorter's runs go where the scratch directory lies, not to a system place that may be read-only. The setting
  // is the process's, so it names the parent: that still exists when the next file is opened.
  db.exec(`
    pragma temp_store_directory = '${directory}';
    pragma page_size = ${pageBytes};
    pragma cache_size = -${cacheKib};
    pragma locking_mode = exclusive;
    pragma journal_mode = truncate;
    pragma synchronous = off;
    pragma secure_delete = on;
    pragma trusted_schema = off;
    pragma cell_size_check = on;
  `);
}
