/** Opens a version 1 c1z: its database is unpacked into the scratch directory, and nothing in it is carried out. */
import { statSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { unpackDatabase } from "../container/container.ts";
import { type DecoderLimits, rowLimit } from "../container/decoder-limits.ts";
import { databaseError } from "../container/file-errors.ts";
import { confine } from "../scratch/foreign-database.ts";
import { PageKinds } from "../scratch/page-trees.ts";
import type { Scratch } from "../scratch/scratch.ts";
import { listSyncRuns } from "../write/sync-runs.ts";
import { SqliteView } from "./sqlite-view.ts";
import type { ReadEngine } from "./sync-view.ts";

/** @throws BatonError `FILE-CORRUPT`, `FILE-FOREIGN`, `FILE-DECODER-LIMIT`, or what the system refused. */
export async function openSqlite(path: string, scratch: Scratch, limits: DecoderLimits): Promise<ReadEngine> {
  const kinds = new PageKinds();
  const bytes = await unpackDatabase(path, scratch.database, limits, (piece, offset) => kinds.add(piece, offset));
  const place = {
    path,
    scratch: scratch.directory,
    maxRows: rowLimit(limits, bytes),
    // A row is in one place only: no list of rows is longer than what it is read from.
    maxBytes: statSync(scratch.database).size,
  };
  const db = new DatabaseSync(scratch.database, { readOnly: true });
  try {
    confine(db, path, scratch, limits, kinds);
    return {
      syncs: listSyncRuns(db),
      view: (sync) => new SqliteView(db, place, sync),
      close: () => db.isOpen && db.close(),
    };
  } catch (caught) {
    db.close();
    throw databaseError(caught, place);
  }
}
