/**
 * Verifies a c1z of any writer from its first byte to its last row, and says what is wrong where. The file is not
 * changed. Decides nothing about how this is shown.
 */
import { statSync } from "node:fs";
import { resolve } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { BatonError } from "../../errors.ts";
import { type C1zFormat, formatOf, unpackDatabase } from "../container/container.ts";
import { decoderLimits } from "../container/decoder-limits.ts";
import { corruptFile, databaseError, fileNotFound } from "../container/file-errors.ts";
import type { V3Manifest } from "../container/v3-manifest.ts";
import { readSyncRun } from "../pebble/sync-run.ts";
import type { RowPlace } from "../read/pebble/block-rows.ts";
import { PebbleStore } from "../read/pebble/store.ts";
import { openStoreFiles, type StoreFiles, storeError } from "../read/pebble/store-files.ts";
import { confine } from "../scratch/foreign-database.ts";
import { createScratch, type Scratch } from "../scratch/scratch.ts";
import type { SyncRun } from "../write/sync-runs.ts";
import { inspectRows, inspectSchema, inspectSyncs } from "./inspect-database.ts";
import { type InspectCheck, type InspectProblem, InspectProblems, inspectChecks } from "./inspect-problems.ts";
import { inspectRun } from "./inspect-run.ts";
import { inspectFiles, inspectTables } from "./inspect-tables.ts";
import { StoreInspection } from "./store-inspection.ts";

/** How a check ended; `skip` when an earlier one left nothing to look at. */
export interface InspectResult {
  readonly id: InspectCheck;
  readonly title: string;
  readonly outcome: "pass" | "warn" | "fail" | "skip";
}

/** What was found. */
export interface Inspection {
  /** Absolute path. */
  readonly path: string;
  readonly bytes: number;
  readonly format: Extract<C1zFormat, "v1" | "v3" | "unknown">;
  /** True when no check failed; warnings do not count. */
  readonly sound: boolean;
  readonly checks: readonly InspectResult[];
  readonly problems: readonly InspectProblem[];
  /** The syncs, in the order in which they were begun. */
  readonly syncs: readonly SyncRun[];
  /** Version 3: what the header says. */
  readonly manifest?: V3Manifest;
}

/** What `inspectC1z` can be told. */
export interface InspectOptions {
  /** Where the scratch directory is made; must exist. Default: `BATON_TMPDIR`, else the system's place. */
  readonly tempDir?: string | undefined;
}

/**
 * Inspects the file at `path`. Damage is a result, not an error.
 * @throws BatonError `FILE-NOT-FOUND`, `FILE-DECODER-LIMIT`, or what the system refused.
 */
export async function inspectC1z(path: string, options: InspectOptions = {}): Promise<Inspection> {
  const file = resolve(path);
  const format = await formatOf(file);
  if (format === "none") throw fileNotFound(file);
  const run = new InspectionRun(file, format, statSync(file, { throwIfNoEntry: false })?.size ?? 0);
  if (format === "unknown") return run.damaged(corruptFile(file, "it does not begin as one"));
  try {
    const scratch = createScratch(options.tempDir);
    return format === "v3" ? await run.pebble(scratch) : await run.whole(scratch);
  } catch (caught) {
    if (caught instanceof BatonError && caught.code === "FILE-CORRUPT") return run.damaged(caught);
    throw caught;
  }
}

class InspectionRun {
  readonly #path: string;
  readonly #format: Inspection["format"];
  readonly #bytes: number;
  readonly #problems = new InspectProblems();
  readonly #done = new Set<InspectCheck>();
  #syncs: readonly SyncRun[] = [];

  constructor(path: string, format: Inspection["format"], bytes: number) {
    this.#path = path;
    this.#bytes = bytes;
    this.#format = format;
  }

  damaged(error: BatonError): Inspection {
    this.#done.add("envelope");
    this.#problems.fail("envelope", "file", error.message);
    return this.#result();
  }

  async pebble(scratch: Scratch): Promise<Inspection> {
    try {
      const opened = await openStoreFiles(this.#path, scratch, decoderLimits(process.env));
      try {
        this.#done.add("envelope");
        this.#store(opened);
        return { ...this.#result(), manifest: opened.manifest };
      } finally {
        opened.close();
      }
    } finally {
      scratch.remove();
    }
  }

  #store(opened: StoreFiles): void {
    this.#guard(["envelope"], "payload", () => inspectFiles(opened, this.#problems));
    if (this.#problems.list().length > 0) return;
    this.#guard(["database"], "directory", () => {
      const store = new PebbleStore(opened.files, opened.limits);
      const rows = new StoreInspection(this.#problems);
      const { isOneRun } = store;
      const onRow = isOneRun ? (place: RowPlace): void => rows.add(place) : undefined;
      inspectTables(store.version, { ...opened, problems: this.#problems, onRow });
      if (this.#problems.list().some(({ check }) => check === "database")) return;
      if (!isOneRun) addAll(store, rows);
      this.#rows(store, rows, opened.manifest);
    });
  }

  #rows(store: PebbleStore, rows: StoreInspection, manifest: V3Manifest): void {
    this.#guard(["syncs"], "store", () => {
      const sync = readSyncRun(store);
      this.#syncs = sync ? [sync] : [];
      if (sync) inspectRun(sync, this.#problems);
    });
    this.#guard(["rows", "columns", "references", "indexes", "digests", "stats"], "store", () =>
      rows.finish({ manifest, sync: this.#syncs[0] }),
    );
  }

  /** What cannot be read is damage as well: it is told, and the other checks see what is left. */
  #guard(
    ids: readonly [InspectCheck, ...InspectCheck[]],
    where: string,
    run: () => void,
    errorOf = (caught: unknown): unknown => storeError(caught, this.#path),
  ): void {
    for (const id of ids) this.#done.add(id);
    try {
      run();
    } catch (caught) {
      const error = errorOf(caught);
      if (!(error instanceof BatonError) || error.code !== "FILE-CORRUPT") throw error;
      this.#problems.fail(ids[0], where, error.cause instanceof Error ? error.cause.message : error.message);
    }
  }

  async whole(scratch: Scratch): Promise<Inspection> {
    try {
      await unpackDatabase(this.#path, scratch.database, decoderLimits(process.env));
      this.#done.add("envelope");
      this.#database(scratch);
      return this.#result();
    } finally {
      scratch.remove();
    }
  }

  #database(scratch: Scratch): void {
    const db = new DatabaseSync(scratch.database, { readOnly: true });
    try {
      const isConfined = this.#isConfined(db, scratch);
      const check = (ids: readonly [InspectCheck, ...InspectCheck[]], run: () => void): void =>
        this.#check(ids, scratch, run);
      if (isConfined !== "foreign") check(["database"], () => inspectPages(db, this.#problems));
      if (isConfined !== "whole") return;
      check(["schema", "indexes"], () => inspectSchema(db, this.#problems));
      check(["syncs", "references", "stats"], () => {
        this.#syncs = inspectSyncs(db, this.#problems);
      });
      check(["rows", "columns"], () => inspectRows(db, this.#problems));
    } finally {
      db.close();
    }
  }

  /**
   * `foreign` when it holds what could be carried out, and `tangled` when its pages lead into each other: that is found,
   * and little more is asked of it.
   */
  #isConfined(db: DatabaseSync, scratch: Scratch): "whole" | "foreign" | "tangled" {
    let found: "whole" | "foreign" | "tangled" = "whole";
    this.#check(["schema"], scratch, () => {
      try {
        confine(db, this.#path, scratch, decoderLimits(process.env));
      } catch (caught) {
        const code = caught instanceof BatonError ? caught.code : "";
        found = code === "FILE-FOREIGN" ? "foreign" : "tangled";
        if (code === "FILE-FOREIGN") this.#problems.fail("schema", "database", (caught as BatonError).message);
        else if (code === "FILE-CORRUPT") this.#problems.fail("database", "database", (caught as BatonError).message);
        else throw caught;
      }
    });
    return found;
  }

  #check(ids: readonly [InspectCheck, ...InspectCheck[]], scratch: Scratch, run: () => void): void {
    const place = { path: this.#path, scratch: scratch.directory };
    this.#guard(ids, "database", run, (caught) => databaseError(caught, place));
  }

  #result(): Inspection {
    const problems = this.#problems.list();
    const outcomeOf = (id: InspectCheck): InspectResult["outcome"] => {
      const own = problems.filter(({ check }) => check === id);
      if (own.some(({ severity }) => severity === "fail")) return "fail";
      if (own.length > 0) return "warn";
      return this.#done.has(id) ? "pass" : "skip";
    };
    const ids = Object.keys(inspectChecks) as InspectCheck[]; // the keys are exactly these
    return {
      path: this.#path,
      bytes: this.#bytes,
      format: this.#format,
      sound: problems.every(({ severity }) => severity === "warn"),
      checks: ids.map((id) => ({ id, title: inspectChecks[id], outcome: outcomeOf(id) })),
      problems,
      syncs: this.#syncs,
    };
  }
}

/** Of tables that lie upon each other: what is left of each key. */
function addAll(store: PebbleStore, rows: StoreInspection): void {
  for (const { key, value } of store.scan(Buffer.alloc(0))) {
    rows.add({
      keys: key,
      keyStart: 0,
      keyEnd: key.length,
      values: value,
      valueStart: 0,
      valueEnd: value.length,
    });
  }
}

function inspectPages(db: DatabaseSync, problems: InspectProblems): void {
  for (const row of db.prepare("pragma integrity_check(20)").all()) {
    const text = String(row["integrity_check"]);
    if (text !== "ok") problems.fail("database", "database", text);
  }
}
