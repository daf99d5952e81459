/** Checks the Pebble directory of a version 3 c1z: every file, every block, the order of all keys. */
import { createHash } from "node:crypto";
import { reportProgress } from "../../file-progress.ts";
import type { DecoderLimits } from "../container/decoder-limits.ts";
import { Xxh64 } from "../pebble/checksums.ts";
import type { BlockRows, RowPlace } from "../read/pebble/block-rows.ts";
import { PebbleFormatError } from "../read/pebble/byte-cursor.ts";
import { tableFileName } from "../read/pebble/directory.ts";
import type { FrameEntry } from "../read/pebble/frame-index.ts";
import { SortedTable } from "../read/pebble/sorted-table.ts";
import type { StoreFile, StoreFiles } from "../read/pebble/store-files.ts";
import type { StoreVersion, TableEntry } from "../read/pebble/version.ts";
import type { InspectProblems } from "./inspect-problems.ts";
import { TableInspection } from "./table-inspection.ts";

const pieceBytes = 1024 * 1024;

/** Compares every file with both of its hashes in the index. */
export function inspectFiles({ files, entries }: StoreFiles, problems: InspectProblems): void {
  for (const entry of entries) {
    const file = files.get(entry.name);
    if (file) inspectFile(file, entry, problems);
  }
}

function inspectFile(file: StoreFile, { name, rawXxh64, rawSha256 }: FrameEntry, problems: InspectProblems): void {
  const [sha256, xxh64] = [createHash("sha256"), new Xxh64()];
  xxh64.reset();
  try {
    for (let at = 0; at < file.size; at += pieceBytes) {
      const piece = file.read(at, Math.min(pieceBytes, file.size - at));
      sha256.update(piece);
      xxh64.update(piece);
      reportProgress();
    }
    // An empty file is a frame as well.
    if (file.size === 0) file.read(0, 0);
  } catch (caught) {
    if (!(caught instanceof PebbleFormatError)) throw caught;
    problems.fail("envelope", name, caught.message);
    return;
  }
  xxh64.finish();
  if (!xxh64.toBytes().equals(rawXxh64)) problems.fail("envelope", name, "it is not what its XXH64 in the index says");
  if (!sha256.digest().equals(rawSha256))
    problems.fail("envelope", name, "it is not what its SHA-256 in the index says");
}

/** How tables are checked. */
export interface TableCheck {
  readonly files: StoreFiles["files"];
  readonly limits: DecoderLimits;
  readonly problems: InspectProblems;
  /** Gets each row of each table, see {@link TableInspection}; undefined: nobody wants them. */
  readonly onRow?: ((place: RowPlace) => void) | undefined;
}

/** Checks all tables in the order of their keys, and that those of one level do not overlap. */
export function inspectTables({ tables, lastSequence }: StoreVersion, check: TableCheck): void {
  for (const entry of tables.toSorted((a, b) => Buffer.compare(a.smallest.key, b.smallest.key))) {
    const name = tableFileName(entry.fileNumber);
    try {
      inspectTable(name, entry, lastSequence, check);
    } catch (caught) {
      if (!(caught instanceof PebbleFormatError)) throw caught;
      check.problems.fail("database", name, caught.message);
    }
  }
  inspectLevels(tables, check.problems);
}

function inspectTable(name: string, entry: TableEntry, lastSequence: number, check: TableCheck): void {
  const { files, limits, problems, onRow } = check;
  const file = files.get(name);
  if (!file) throw new PebbleFormatError("the table is missing");
  const inspection = new TableInspection(name, problems, onRow);
  inspectBlocks(new SortedTable({ file, checksBlocks: true, maxBlockBytes: limits.maxRowBytes * 2 }), inspection);
  inspection.compareWith(entry, lastSequence);
}

/**
 * Shows all of a table to its inspection, but for what the MANIFEST says of it.
 * @param again rows of an earlier table, whose place is taken. Returns those of this one, for the next.
 */
export function inspectBlocks(
  table: SortedTable,
  inspection: TableInspection,
  again?: BlockRows,
): BlockRows | undefined {
  let rows = again;
  for (const index of table.blocks.keys()) {
    reportProgress();
    rows = table.readOnce(index, rows);
    inspection.add(rows);
  }
  inspection.finish(table);
  return rows;
}

/** Tables of one level must not overlap, but for those of the first. */
export function inspectLevels(tables: readonly TableEntry[], problems: InspectProblems): void {
  for (let level = 1; level <= 6; level++) {
    inspectLevel(
      tables.filter((table) => table.level === level),
      problems,
    );
  }
}

function inspectLevel(tables: readonly TableEntry[], problems: InspectProblems): void {
  const sorted = tables.toSorted((a, b) => Buffer.compare(a.smallest.key, b.smallest.key));
  for (const [index, table] of sorted.entries()) {
    const before = sorted[index - 1];
    if (!before) continue;
    const order = Buffer.compare(before.largest.key, table.smallest.key);
    if (order < 0 || (order === 0 && before.largest.sequence === Infinity)) continue;
    problems.fail("database", `level ${table.level}`, "tables overlap", `${before.number} and ${table.number}`);
  }
}
