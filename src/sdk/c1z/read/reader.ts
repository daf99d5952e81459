/**
 * Opens c1z files of both versions, ours and those of Go connectors, for reading. The file is never changed. Says which
 * syncs it holds and picks the one to show; the rows are in the views.
 */
import { resolve } from "node:path";
import { type Clock, systemClock } from "../../clock.ts";
import { BatonError, Status } from "../../errors.ts";
import { formatOf } from "../container/container.ts";
import { decoderLimits } from "../container/decoder-limits.ts";
import { corruptFile, fileNotFound } from "../container/file-errors.ts";
import { createScratch } from "../scratch/scratch.ts";
import { latestFinished, latestUnfinished, type SyncRun } from "../write/sync-runs.ts";
import { openPebble } from "./pebble/pebble-view.ts";
import { openSqlite } from "./sqlite-view.ts";
import type { ReadEngine, SyncView } from "./sync-view.ts";

/** What `openC1z` can be told. */
export interface C1zReaderOptions {
  /** Where the scratch directory is made; must exist. Default: `BATON_TMPDIR`, else the system's place. */
  readonly tempDir?: string | undefined;
  /** Tells how old an unfinished sync is; default the real one. */
  readonly clock?: Clock;
}

/**
 * Opens the c1z at `path` for reading.
 * @throws BatonError `FILE-NOT-FOUND`, `FILE-CORRUPT`, `FILE-FOREIGN`, `FILE-V3`, `FILE-DECODER-LIMIT`, or
 * what the system refused.
 */
export async function openC1z(path: string, options: C1zReaderOptions = {}): Promise<C1zReader> {
  const file = resolve(path);
  const format = await formatOf(file);
  if (format === "none") throw fileNotFound(file);
  if (format === "unknown") throw corruptFile(file, "it does not begin as one");
  const limits = decoderLimits(process.env);
  const scratch = createScratch(options.tempDir);
  try {
    const engine = await (format === "v3" ? openPebble(file, scratch, limits) : openSqlite(file, scratch, limits));
    return new C1zReader(file, engine, () => scratch.remove(), options.clock ?? systemClock);
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
  readonly #engine: ReadEngine;
  readonly #removeScratch: () => void;
  readonly #clock: Clock;

  constructor(path: string, engine: ReadEngine, removeScratch: () => void, clock: Clock) {
    this.path = path;
    this.syncs = engine.syncs;
    this.#engine = engine;
    this.#removeScratch = removeScratch;
    this.#clock = clock;
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
    if (syncId === undefined) {
      return this.#engine.view(latestFinished(this.syncs) ?? latestUnfinished(this.syncs, this.#clock.nowMs()));
    }
    const sync = this.syncs.find((one) => one.id === syncId);
    if (sync === undefined) throw this.#noSuchSync(syncId);
    return this.#engine.view(sync);
  }

  /** Gives the scratch space back; views and their lists end. */
  close(): void {
    this.#engine.close();
    this.#removeScratch();
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
