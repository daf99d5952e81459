/**
 * A Pebble store, opened for reading: all its tables, merged by key, the newest entry of each key, without what was
 * deleted; and of its logs what no table has yet. Knows no Baton keys.
 */

import { reportProgress } from "../../../file-progress.ts";
import type { DecoderLimits } from "../../container/decoder-limits.ts";
import { entryKinds, isSet } from "./block-rows.ts";
import { ByteCursor, PebbleFormatError, PebbleUnsupportedError, TooManyRowsError } from "./byte-cursor.ts";
import { DeletedRanges } from "./deleted-ranges.ts";
import { logRecords } from "./record-log.ts";
import {
  followsOn,
  type Level,
  type LooseEntry,
  levelsOf,
  MemoryRun,
  MergedCursor,
  type RunCursor,
  type SortedRun,
} from "./sorted-run.ts";
import { type DecodedBlocks, type RangeDeletion, SortedTable } from "./sorted-table.ts";
import type { StoreFile } from "./store-files.ts";
import { readWhole, type StoreVersion, type TableEntry, tableFileName, versionOf } from "./version.ts";

/** A live entry until the next one is asked for; views that are made when they are read. */
export type StoreEntry = Pick<RunCursor, "key" | "value" | "locateKey">;

const logName = /^(\d+)(?:-\d+)?\.log$/;

/** An open store. Methods throw PebbleFormatError and PebbleUnsupportedError. */
export class PebbleStore {
  readonly version: StoreVersion;
  readonly #files: ReadonlyMap<string, StoreFile>;
  readonly #maxBlockBytes: number;
  readonly #tables = new Map<number, SortedTable>();
  readonly #decoded: DecodedBlocks = new Map();
  readonly #levels: readonly Level[];
  readonly #logged: readonly SortedRun[];
  readonly #lastSequence: number;
  readonly #maxRows: number;

  constructor(files: ReadonlyMap<string, StoreFile>, limits: DecoderLimits) {
    this.#files = files;
    // Beside the row a block holds others, of 32 KiB together.
    this.#maxBlockBytes = limits.maxRowBytes + 1024 * 1024;
    this.#maxRows = limits.maxRows ?? Infinity;
    this.version = versionOf(files);
    this.#levels = levelsOf(this.version.tables, (entry) => this.table(entry));
    const { entries, ranges } = this.#readLogs();
    // What the logs hold came after the MANIFEST was written.
    const logged = [...entries, ...ranges].map(({ sequence }) => sequence);
    this.#lastSequence = logged.reduce((most, one) => Math.max(most, one), this.version.lastSequence);
    this.#logged = entries.length + ranges.length === 0 ? [] : [new MemoryRun(entries, ranges)];
  }

  /** The file of a table, opened when it is first asked for. */
  table(entry: TableEntry): SortedTable {
    const known = this.#tables.get(entry.fileNumber);
    if (known) return known;
    const file = this.#files.get(tableFileName(entry.fileNumber));
    if (!file) throw new PebbleFormatError("a table is missing");
    const size = entry.isVirtual ? this.version.backings.get(entry.fileNumber) : entry.size;
    if (size !== file.size) throw new PebbleFormatError("a table is not as long as its MANIFEST says");
    const blocks = { checksBlocks: !file.isChecked, maxBlockBytes: this.#maxBlockBytes, decoded: this.#decoded };
    const table = new SortedTable({ file, ...blocks });
    this.#tables.set(entry.fileNumber, table);
    return table;
  }

  /** True when no table or log hides what is in another, so that every key that is set is there. */
  get isOneRun(): boolean {
    const { tables } = this.version;
    const sorted = tables.toSorted((a, b) => Buffer.compare(a.smallest.key, b.smallest.key));
    const isBehind = ({ smallest }: TableEntry, index: number): boolean =>
      index === 0 || Buffer.compare(sorted[index - 1]?.largest.key ?? smallest.key, smallest.key) < 0;
    const isWhole = (entry: TableEntry): boolean => !entry.isVirtual && this.table(entry).rangeDeletions.length === 0;
    return this.#logged.length === 0 && sorted.every(isBehind) && tables.every(isWhole);
  }

  /** Live entries whose keys are not below `from` and below `to`, ascending. @param to undefined: to the end. */
  scan(from: Buffer, to?: Buffer): StoreScan {
    return this.#scan(from, to, false);
  }

  /**
   * The same for those who look at each entry before they ask for the next, and keep neither key nor value: they are
   * read over.
   */
  walk(from: Buffer, to?: Buffer): StoreScan {
    return this.#scan(from, to, true);
  }

  #scan(from: Buffer, to: Buffer | undefined, reuses: boolean): StoreScan {
    const bounds = { from, to, reuses, lastSequence: this.#lastSequence, maxRows: this.#maxRows };
    return new StoreScan(this.#runsBetween(from, to), bounds);
  }

  /** What is to be merged, in the order of the keys: of one level a table after the other, else everything at once. */
  #runsBetween(from: Buffer, to: Buffer | undefined): readonly (readonly SortedRun[])[] {
    const levels = this.#levels.map((level) => level.between(from, to));
    const [first = [], ...others] = [...levels, this.#logged].filter(({ length }) => length > 0);
    return others.length === 0 ? first.map((run) => [run]) : [[first, ...others].flat()];
  }

  /** The value of a live key. */
  get(key: Buffer): Buffer | undefined {
    return this.scan(key, Buffer.concat([key, Buffer.alloc(1)])).next().value?.value;
  }

  #readLogs(): LogContent {
    const content: LogContent = { entries: [], ranges: [] };
    for (const [name, file] of this.#files) {
      const number = Number(logName.exec(name)?.[1] ?? Number.NaN);
      if (Number.isNaN(number) || number < this.version.logNumber) continue;
      readWriteAheadLog(readWhole(file), number, content);
      const count = content.entries.length + content.ranges.length;
      if (count > this.#maxRows) throw new TooManyRowsError(this.#maxRows);
    }
    return content;
  }
}

/** What a walk over entries keeps to. */
interface ScanBounds {
  readonly from: Buffer;
  readonly to: Buffer | undefined;
  readonly reuses: boolean;
  /** Entries above it were never committed. */
  readonly lastSequence: number;
  readonly maxRows: number;
}

/** Live entries, one after the other. No generator: a million of them would take twice as long. */
export class StoreScan implements IterableIterator<StoreEntry, undefined> {
  readonly #runs: ArrayIterator<readonly SortedRun[]>;
  readonly #bounds: ScanBounds;
  #cursor: RunCursor | undefined;
  #deleted: DeletedRanges | undefined;
  /** True once it is known whether the key at hand is set or deleted: what is older does not count. */
  #isDecided = false;
  #count = 0;

  /** @param runs one group after the other; those of a group are merged. */
  constructor(runs: readonly (readonly SortedRun[])[], bounds: ScanBounds) {
    this.#runs = runs.values();
    this.#bounds = bounds;
  }

  [Symbol.iterator](): this {
    return this;
  }

  next(): IteratorResult<StoreEntry, undefined> {
    const { lastSequence, maxRows } = this.#bounds;
    for (;;) {
      const cursor = this.#advance();
      if (!cursor) return { done: true, value: undefined };
      if (++this.#count % 10_000 === 0) reportProgress();
      if (this.#count > maxRows) throw new TooManyRowsError(maxRows);
      const { sequence } = cursor;
      if (sequence > lastSequence || this.#isDecided) continue;
      this.#isDecided = true;
      const deleted = this.#deleted;
      const isThere = deleted === undefined || deleted.sequenceAt(cursor.key) <= sequence;
      if (isSet(cursor.kind) && isThere) return { done: false, value: cursor };
    }
  }

  /** Moves to the next entry of all; undefined: there is none. */
  #advance(): RunCursor | undefined {
    if (this.#cursor?.next()) {
      this.#isDecided &&= this.#cursor.isOlder;
      return this.#cursor;
    }
    const before = this.#cursor?.key;
    this.#cursor = this.#open();
    if (this.#cursor) this.#isDecided &&= before !== undefined && followsOn(before, this.#cursor.key);
    return this.#cursor;
  }

  /** The next runs that have an entry, on the first of them. */
  #open(): RunCursor | undefined {
    const { from, to, reuses } = this.#bounds;
    for (const runs of this.#runs) {
      const ranges = runs.flatMap((run) => run.deletedRanges(from, to));
      this.#deleted = ranges.length === 0 ? undefined : new DeletedRanges(ranges, from, to);
      const cursors = runs.flatMap((run) => run.open(from, to, reuses && runs.length === 1) ?? []);
      const [first = new MergedCursor(cursors), ...others] = cursors;
      const cursor = others.length === 0 ? first : new MergedCursor(cursors);
      if (cursor.next()) return cursor;
    }
    return undefined;
  }
}

const batchHeaderBytes = 12;

/** Entries and range deletions of a log; files of Baton writers have empty ones. */
interface LogContent {
  readonly entries: LooseEntry[];
  readonly ranges: RangeDeletion[];
}

/** Adds what the log `bytes` holds to `content`. */
function readWriteAheadLog(bytes: Buffer, logNumber: number, content: LogContent): void {
  for (const batch of logRecords(bytes, { logNumber })) {
    if (batch.length < batchHeaderBytes) throw new PebbleFormatError("a batch of its log is too short");
    const first = Number(batch.readBigUInt64LE(0));
    let sequence = first;
    const cursor = new ByteCursor(batch, batchHeaderBytes);
    while (!cursor.isAtEnd) {
      const kind = cursor.byte();
      const key = cursor.bytes();
      // A note for readers of the log has no number of its own.
      if (kind === entryKinds.logData) continue;
      if (kind === entryKinds.rangeDelete) content.ranges.push({ start: key, end: cursor.bytes(), sequence });
      else content.entries.push({ key, kind, sequence, value: bytesBehind(kind, cursor) });
      sequence++;
    }
    if (sequence - first !== batch.readUInt32LE(8)) throw new PebbleFormatError("a batch of its log is not whole");
  }
}

function bytesBehind(kind: number, cursor: ByteCursor): Buffer {
  if (kind === entryKinds.delete || kind === entryKinds.singleDelete) return Buffer.alloc(0);
  if (kind === entryKinds.set || kind === entryKinds.deleteSized) return cursor.bytes();
  throw new PebbleUnsupportedError(`log entries of kind ${kind}`);
}
