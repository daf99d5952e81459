/** Checks the Pebble directory of a version 3 c1z: every file, every block, the order of all keys. */
import { createHash } from "node:crypto";
import { reportProgress } from "../../file-progress.ts";
import type { DecoderLimits } from "../container/decoder-limits.ts";
import { Xxh64 } from "../pebble/checksums.ts";
import {
  type BlockRows,
  compareKeys,
  entryKinds,
  isSet,
  type KeyPlace,
  type RowPlace,
} from "../read/pebble/block-rows.ts";
import { ByteCursor, PebbleFormatError } from "../read/pebble/byte-cursor.ts";
import type { FrameEntry } from "../read/pebble/frame-index.ts";
import { SortedTable } from "../read/pebble/sorted-table.ts";
import type { StoreFile, StoreFiles } from "../read/pebble/store-files.ts";
import { type StoreVersion, type TableEntry, tableFileName } from "../read/pebble/version.ts";
import type { InspectProblems } from "./inspect-problems.ts";

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

interface BlockBounds {
  readonly first: Buffer;
  readonly last: Buffer;
}

const none: Buffer = Buffer.alloc(0);
const knownKinds: ReadonlySet<number> = new Set([
  entryKinds.delete,
  entryKinds.set,
  entryKinds.singleDelete,
  entryKinds.setWithDelete,
  entryKinds.deleteSized,
]);

/** A table; give it each data block with `add`, then call `finish`, and `compareWith` once the MANIFEST is known. */
export class TableInspection {
  readonly #name: string;
  readonly #problems: InspectProblems;
  readonly #onRow: (place: RowPlace) => void;
  readonly #bounds: BlockBounds[] = [];
  #count = 0;
  #lastSequence = 0;
  #mostSequence = 0;
  #deletions = 0;

  /** @param onRow gets each key that the table sets, at a place that is used again. */
  constructor(name: string, problems: InspectProblems, onRow: (place: RowPlace) => void = () => undefined) {
    this.#name = name;
    this.#problems = problems;
    this.#onRow = onRow;
  }

  /** The next data block. */
  add(rows: BlockRows): void {
    if (rows.count === 0) {
      this.#fail("a block has no rows");
      this.#bounds.push({ first: none, last: none });
      return;
    }
    const place: RowPlace = { keys: none, keyStart: 0, keyEnd: 0, values: none, valueStart: 0, valueEnd: 0 };
    const last = this.#bounds.at(-1)?.last ?? none;
    const before: KeyPlace = { keys: last, keyStart: 0, keyEnd: last.length };
    const isAscending = rows.order === "ascending";
    for (let row = 0; row < rows.count; row++) {
      rows.locateKey(row, place);
      const sequence = rows.sequence(row);
      const kind = rows.kind(row);
      const isNext = this.#count === 0 || (row > 0 && isAscending);
      if (!isNext && row > 0) rows.locateKey(row - 1, before);
      const order = isNext ? -1 : compareKeys(before, place);
      if (order > 0) this.#fail("keys are not sorted", place);
      else if (order === 0 && this.#lastSequence <= sequence) this.#fail("a key stands there twice", place);
      if (!knownKinds.has(kind)) this.#fail("an entry is of an unknown kind", place);
      this.#lastSequence = sequence;
      this.#mostSequence = Math.max(this.#mostSequence, sequence);
      this.#count++;
      // The newest entry of a key stands first.
      if (order === 0 || !isSet(kind)) continue;
      rows.locateValue(row, place);
      this.#onRow(place);
    }
    this.#bounds.push({ first: Buffer.from(rows.key(0)), last: Buffer.from(rows.key(rows.count - 1)) });
  }

  /** Compares what was found with what the table says of itself. Call it behind the last block. */
  finish(table: SortedTable): void {
    this.#compareIndex(table);
    this.#deletions = table.rangeDeletions.length;
    const promised = table.properties.get("rocksdb.num.entries");
    // Range deletions are counted as well.
    if (promised && new ByteCursor(promised).uint() !== this.#count + this.#deletions) {
      this.#fail("it has another number of rows than it says");
    }
    // Of its blocks nothing more is asked.
    this.#bounds.splice(1, this.#bounds.length - 2);
  }

  /** Compares it with what the MANIFEST says of it. */
  compareWith(entry: TableEntry, lastSequence: number): void {
    if ((entry.sequence ?? this.#mostSequence) > lastSequence) {
      this.#fail("rows above the last sequence number are not visible");
    }
    if (!entry.isVirtual) this.#compareBounds(entry);
  }

  /** A reader looks for a key in the first block whose separator is not below it. */
  #compareIndex(table: SortedTable): void {
    if (table.blocks.length !== this.#bounds.length) this.#fail("its index has another number of blocks");
    for (const [index, { separator }] of table.blocks.entries()) {
      const [own, next] = [this.#bounds[index], this.#bounds[index + 1]];
      const isBeyond = own !== undefined && Buffer.compare(own.last, separator) > 0;
      if (isBeyond || (next && Buffer.compare(next.first, separator) < 0)) {
        this.#problems.fail(
          "database",
          this.#name,
          "a key lies beyond its block in the index",
          separator.toString("hex"),
        );
      }
    }
  }

  #compareBounds({ smallest, largest }: TableEntry): void {
    const [first, last] = [this.#bounds[0]?.first, this.#bounds.at(-1)?.last];
    if (!first || !last) return;
    const [lower, upper] = [Buffer.compare(smallest.key, first), Buffer.compare(last, largest.key)];
    if (lower > 0 || upper > 0) this.#fail("a key lies outside of the bounds in the MANIFEST");
    else if (this.#deletions === 0 && lower + upper < 0)
      this.#fail("the bounds in the MANIFEST are not its first and last key");
  }

  #fail(what: string, place?: RowPlace): void {
    this.#problems.fail("database", this.#name, what, place?.keys.toString("hex", place.keyStart, place.keyEnd));
  }
}
