/**
 * Holds a file against the organization it was read from: version 1 with nothing of the connector but zstd, SQLite and
 * SQL, version 3 row by row as it is read.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { zstdDecompressSync } from "node:zlib";
import { formatOf } from "../src/sdk/c1z/container/container.ts";
import { openC1z } from "../src/sdk/c1z/read/reader.ts";

/** What a file must hold: rows of its one finished sync. */
export interface ExpectedRows {
  readonly resources: number;
  readonly grants: number;
}

/** c1z version 1: the database begins behind five magic bytes. */
const magicBytes = 5;

/** @throws Error when the file at `path` holds other numbers of rows. */
export async function checkFile(path: string, expected: ExpectedRows): Promise<void> {
  const found = (await formatOf(path)) === "v3" ? await countV3(path) : countV1(path);
  const wanted = { syncs: 1, resources: expected.resources, grants: expected.grants };
  if (JSON.stringify(found) !== JSON.stringify(wanted)) {
    throw new Error(`the file holds ${JSON.stringify(found)}, the organization ${JSON.stringify(wanted)}`);
  }
}

type FoundRows = ExpectedRows & { readonly syncs: number };

/** No row stands twice in a version 3 file: its tables are in the order of their keys, which the reader holds them to. */
async function countV3(path: string): Promise<FoundRows> {
  using file = await openC1z(path);
  const view = file.view();
  const count = (rows: Iterable<unknown>): number => {
    let n = 0;
    for (const _ of rows) n++;
    return n;
  };
  const syncs = file.syncs.filter(({ endedAt }) => endedAt !== undefined).length;
  return { syncs, resources: count(view.resources()), grants: count(view.grants()) };
}

function countV1(path: string): FoundRows {
  const directory = mkdtempSync(join(tmpdir(), "bench-check-"));
  try {
    const file = join(directory, "database");
    writeFileSync(file, zstdDecompressSync(readFileSync(path).subarray(magicBytes)));
    using database = new DatabaseSync(file, { readOnly: true });
    const count = (table: string): number =>
      Number(database.prepare(`select count(distinct external_id) as n from ${table}`).get()?.["n"]);
    const finished = database.prepare("select count(*) as n from v1_sync_runs where ended_at is not null").get()?.["n"];
    return { syncs: Number(finished), resources: count("v1_resources"), grants: count("v1_grants") };
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
