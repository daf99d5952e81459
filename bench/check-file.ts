/** Holds a file against the organization it was read from, with nothing of the connector: zstd, SQLite and SQL. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { zstdDecompressSync } from "node:zlib";

/** What a file must hold: rows of its one finished sync. */
export interface ExpectedRows {
  readonly resources: number;
  readonly grants: number;
}

/** c1z version 1: the database begins behind five magic bytes. */
const magicBytes = 5;

/** @throws Error when the file at `path` holds other numbers of rows. */
export function checkFile(path: string, expected: ExpectedRows): void {
  const directory = mkdtempSync(join(tmpdir(), "bench-check-"));
  try {
    const file = join(directory, "database");
    writeFileSync(file, zstdDecompressSync(readFileSync(path).subarray(magicBytes)));
    using database = new DatabaseSync(file, { readOnly: true });
    const count = (table: string): number =>
      Number(database.prepare(`select count(distinct external_id) as n from ${table}`).get()?.["n"]);
    const finished = database.prepare("select count(*) as n from v1_sync_runs where ended_at is not null").get()?.["n"];
    const found = { syncs: finished, resources: count("v1_resources"), grants: count("v1_grants") };
    const wanted = { syncs: 1, resources: expected.resources, grants: expected.grants };
    if (JSON.stringify(found) !== JSON.stringify(wanted)) {
      throw new Error(`the file holds ${JSON.stringify(found)}, the organization ${JSON.stringify(wanted)}`);
    }
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
