/**
 * Reads version 1 c1z files, ours and those of Go connectors. The file is unpacked into a private scratch directory
 * and never changed. Says which syncs it holds and picks the one to show; the rows are in sync-view.ts.
 */
import { resolve } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { type Clock, systemClock } from "../../clock.ts";
import { BatonError, Status } from "../../errors.ts";
import { decoderLimits, formatOf, unpackDatabase } from "../container/container.ts";
import { corruptFile, databaseError, fileNotFound } from "../container/file-errors.ts";
import { readV3Manifest, v3NotReadable } from "../container/v3-manifest.ts";
import { createScratch, type Scratch } from "../scratch/scratch.ts";
import { latestFinished, latestUnfinished, listSyncRuns, type SyncRun } from "../write/sync-runs.ts";
import { SyncView } from "./sync-view.ts";

/** What `openC1z` can be told. */
export interface C1zReaderOptions {
  /** Where the scratch directory is made; must exist. Default: `BATON_TMPDIR`, else the system's place. */
  readonly tempDir?: string;
  /** Tells how old an unfinished sync is; default the real one. */
  readonly clock?: Clock;
}

/**
 * Opens the c1z at `path` for reading.
 * @throws BatonError `FILE-NOT-FOUND`, `FILE-CORRUPT`, `FILE-V3` (with what its header says), `FILE-DECODER-LIMIT`, or
 * what the system refused.
 */
export async function openC1z(path: string, options: C1zReaderOptions = {}): Promise<C1zReader> {
  const file = resolve(path);
  const format = await formatOf(file);
  if (format === "none") throw fileNotFound(file);
  if (format === "v3") throw v3NotReadable(file, await readV3Manifest(file));
  if (format === "unknown") throw corruptFile(file, "it does not begin as one");
  const scratch = createScratch(options.tempDir);
  try {
    await unpackDatabase(file, scratch.database, decoderLimits(process.env));
    return new C1zReader(file, scratch, options.clock ?? systemClock);
  } catch (caught) {
    scratch.remove();
    throw caught;
  }
}

/** An open c1z. Made by `openC1z`; `close` it, or declare it with `using`. */
export class C1zReader {
  /** Absolute path of the file. */
  readonly path: string;
  /** All syncs in the order in which they were begun. */
  readonly syncs: readonly SyncRun[];
  readonly #scratch: Scratch;
  readonly #db: DatabaseSync;
  readonly #clock: Clock;

  constructor(path: string, scratch: Scratch, clock: Clock) {
    this.path = path;
    this.#scratch = scratch;
    this.#clock = clock;
    this.#db = new DatabaseSync(scratch.database, { readOnly: true });
    try {
      configure(this.#db, scratch);
      this.syncs = listSyncRuns(this.#db);
    } catch (caught) {
      this.#db.close();
      throw databaseError(caught, { path, scratch: scratch.directory });
    }
  }

  /** The latest finished sync, of any type or of one. */
  latestFinished(type?: string): SyncRun | undefined {
    return latestFinished(this.syncs, type);
  }

  /**
   * The rows of one sync: the one named, else the latest finished of any type, else the newest unfinished that is not
   * older than seven days, else all rows without regard to syncs (Go: `baton` command line).
   * @throws BatonError `FILE-SYNC-NOT-FOUND` for an id that the file does not hold.
   */
  view(syncId?: string): SyncView {
    const place = { path: this.path, scratch: this.#scratch.directory };
    if (syncId === undefined) {
      const sync = latestFinished(this.syncs) ?? latestUnfinished(this.syncs, this.#clock.nowMs());
      return new SyncView(this.#db, place, sync);
    }
    const sync = this.syncs.find((one) => one.id === syncId);
    if (sync === undefined) throw this.#noSuchSync(syncId);
    return new SyncView(this.#db, place, sync);
  }

  /** Gives the scratch space back; views and their lists end. */
  close(): void {
    if (this.#db.isOpen) this.#db.close();
    this.#scratch.remove();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #noSuchSync(syncId: string): BatonError {
    const held = this.syncs.map((sync) => sync.id).join(", ");
    return new BatonError({
      code: "FILE-SYNC-NOT-FOUND",
      status: Status.notFound,
      message: `${this.path} holds no sync ${syncId}.`,
      effect: "Nothing was read.",
      hint: held === "" ? "The file holds no sync at all." : `It holds ${held}.`,
    });
  }
}

function configure(db: DatabaseSync, scratch: Scratch): void {
  const directory = scratch.parent.replaceAll("'", "''");
  db.enableDefensive(true);
  db.exec(`
    pragma temp_store_directory = '${directory}';
    pragma trusted_schema = off;
    pragma cell_size_check = on;
  `);
}
