/** Sorted entries of one source, a table or a write-ahead log, as they are merged with those of others. */
import type { BlockRows, KeyPlace } from "./block-rows.ts";
import { PebbleFormatError } from "./byte-cursor.ts";
import { earlier, later } from "./deleted-ranges.ts";
import type { RangeDeletion, SortedTable } from "./sorted-table.ts";
import { BlockRoom } from "./store-files.ts";
import type { InternalKey, TableEntry } from "./version.ts";

/**
 * Stands on one entry after the other; keys and values are views on blocks that nobody changes, made when they are asked
 * for.
 */
export interface RunCursor {
  readonly key: Buffer;
  readonly sequence: number;
  readonly kind: number;
  readonly value: Buffer;
  /** Puts into `place` where the key lies. */
  locateKey(place: KeyPlace): void;
  /** True when the entry before has the same key, and is newer. */
  readonly isOlder: boolean;
  /**
   * Moves on; false at the end, where it stays on the last entry. Must be called once before the first entry.
   * @throws PebbleFormatError where keys do not ascend
   */
  next(): boolean;
}

/** A source of entries. */
export interface SortedRun {
  /**
   * Entries from `from` to below `to`; undefined when it certainly has none.
   * @param reuses true: the next block is read to where the last one was, and views on it are lost.
   */
  open(from: Buffer, to: Buffer | undefined, reuses: boolean): RunCursor | undefined;
  /** Range deletions that can touch keys from `from` to below `to`. */
  deletedRanges(from: Buffer, to: Buffer | undefined): readonly RangeDeletion[];
}

/** A table, or the part of one that a virtual table is. */
class TableRun implements SortedRun {
  readonly #entry: TableEntry;
  readonly #open: () => SortedTable;

  /** @param open opens the file; called when the run is first needed. */
  constructor(entry: TableEntry, open: () => SortedTable) {
    this.#entry = entry;
    this.#open = open;
  }

  open(from: Buffer, to: Buffer | undefined, reuses: boolean): RunCursor | undefined {
    return this.#touches(from, to) ? new TableCursor(this.#open(), this.#entry, { from, to, reuses }) : undefined;
  }

  deletedRanges(from: Buffer, to: Buffer | undefined): readonly RangeDeletion[] {
    if (!this.#touches(from, to)) return [];
    const { sequence, smallest, largest } = this.#entry;
    return this.#open()
      .rangeDeletions.map((range) => ({
        start: later(range.start, smallest.key),
        // A virtual table ends with its bounds; the largest key of another is the end of a range.
        end: this.#entry.isVirtual ? earlier(range.end, endOf(largest)) : range.end,
        sequence: sequence ?? range.sequence,
      }))
      .filter(({ start, end }) => Buffer.compare(start, end) < 0);
  }

  #touches(from: Buffer, to: Buffer | undefined): boolean {
    const { smallest, largest } = this.#entry;
    return Buffer.compare(largest.key, from) >= 0 && (to === undefined || Buffer.compare(smallest.key, to) < 0);
  }
}

/** Tables whose keys do not overlap, in the order of their keys. */
export class Level {
  readonly #tables: readonly TableEntry[];
  readonly #runs: readonly SortedRun[];

  /** @param open opens the file of a table; called when it is first needed. */
  constructor(tables: readonly TableEntry[], open: (entry: TableEntry) => SortedTable) {
    this.#tables = tables;
    this.#runs = tables.map((entry) => new TableRun(entry, () => open(entry)));
  }

  /** The tables that can have keys from `from` to below `to`, found without opening any. */
  between(from: Buffer, to: Buffer | undefined): readonly SortedRun[] {
    const first = this.#firstWhere(({ largest }) => Buffer.compare(largest.key, from) >= 0);
    const end = this.#firstWhere(({ smallest }) => to !== undefined && Buffer.compare(smallest.key, to) >= 0);
    return this.#runs.slice(first, end);
  }

  /** Index of the first table that `isSo`, as are all behind it; their number when none is. */
  #firstWhere(isSo: (table: TableEntry) => boolean): number {
    let [low, high] = [0, this.#tables.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      const table = this.#tables[middle];
      if (table && isSo(table)) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}

/**
 * The tables by level. Those of level 0 overlap, each is a level of its own; so is each of another level on which they do,
 * which no writer makes.
 */
export function levelsOf(tables: readonly TableEntry[], open: (entry: TableEntry) => SortedTable): readonly Level[] {
  const byLevel = Map.groupBy(tables, ({ level }) => level);
  return [...byLevel].flatMap(([level, unsorted]) => {
    const sorted = unsorted.toSorted((a, b) => Buffer.compare(a.smallest.key, b.smallest.key));
    const isApart = level > 0 && sorted.every((table, index) => isBehind(table, sorted[index - 1]));
    return isApart ? [new Level(sorted, open)] : unsorted.map((table) => new Level([table], open));
  });
}

function isBehind({ smallest, largest }: TableEntry, before: TableEntry | undefined): boolean {
  if (Buffer.compare(smallest.key, largest.key) > 0) return false;
  if (!before) return true;
  const order = Buffer.compare(before.largest.key, smallest.key);
  return order < 0 || (order === 0 && before.largest.sequence === Infinity);
}

/** The first key behind a bound. */
function endOf({ key, sequence }: InternalKey): Buffer {
  return sequence === Infinity ? key : Buffer.concat([key, Buffer.alloc(1)]);
}

class TableCursor implements RunCursor {
  readonly #table: SortedTable;
  readonly #fixedSequence: number | undefined;
  readonly #from: Buffer;
  readonly #to: Buffer | undefined;
  readonly #room: BlockRoom | undefined;
  /** Key of the last entry, once there is no other. */
  #last: Buffer | undefined;
  /** The block that comes next, and the one behind the last. */
  #block: number;
  #blocksEnd: number;
  #rows: BlockRows | undefined;
  #row = -1;
  /** Rows of the block before `#to`. */
  #end = 0;
  #beginsAgain = false;

  constructor(
    table: SortedTable,
    { sequence, isVirtual, smallest, largest }: TableEntry,
    { from, to, reuses }: { readonly from: Buffer; readonly to: Buffer | undefined; readonly reuses: boolean },
  ) {
    this.#table = table;
    this.#fixedSequence = sequence;
    this.#room = reuses ? new BlockRoom() : undefined;
    this.#from = isVirtual ? later(from, smallest.key) : from;
    const end = endOf(largest);
    this.#to = isVirtual && (to === undefined || Buffer.compare(end, to) < 0) ? end : to;
    this.#block = table.seek(this.#from);
    this.#blocksEnd = table.blocks.length;
  }

  get key(): Buffer {
    return this.#last ?? this.#current.key(this.#row);
  }

  get sequence(): number {
    return this.#fixedSequence ?? this.#current.sequence(this.#row);
  }

  get kind(): number {
    return this.#current.kind(this.#row);
  }

  get value(): Buffer {
    return this.#current.value(this.#row);
  }

  locateKey(place: KeyPlace): void {
    this.#current.locateKey(this.#row, place);
  }

  get isOlder(): boolean {
    if (this.#row === 0) return this.#beginsAgain;
    const rows = this.#current;
    return rows.order === "repeating" && rows.key(this.#row).equals(rows.key(this.#row - 1));
  }

  next(): boolean {
    if (this.#row + 1 >= this.#end) return this.#nextBlock();
    this.#row++;
    return true;
  }

  get #current(): BlockRows {
    if (!this.#rows) throw new PebbleFormatError("a table was read beyond its end");
    return this.#rows;
  }

  #nextBlock(): boolean {
    // A copy: what it lies in may be read over.
    const before = this.#rows && Buffer.from(this.key);
    while (this.#block < this.#blocksEnd) {
      const rows = this.#read(this.#block++);
      if (rows.order === "none") throw unsorted();
      const start = before === undefined ? rows.seek(this.#from) : 0;
      const end = this.#endIn(rows);
      if (end < rows.count) this.#blocksEnd = this.#block;
      if (start >= end) continue;
      this.#beginsAgain = before !== undefined && followsOn(before, rows.key(0));
      this.#rows = rows;
      this.#row = start;
      this.#end = end;
      return true;
    }
    this.#last = before;
    return false;
  }

  #read(index: number): BlockRows {
    return this.#room ? this.#table.readOnce(index, this.#rows, this.#room) : this.#table.rows(index);
  }

  /** How many rows are before the end. */
  #endIn(rows: BlockRows): number {
    if (this.#to === undefined || rows.count === 0) return rows.count;
    return Buffer.compare(rows.key(rows.count - 1), this.#to) < 0 ? rows.count : rows.seek(this.#to);
  }
}

/** True when `key` is the same again. @throws PebbleFormatError when it is not behind the one before */
export function followsOn(before: Buffer, key: Buffer): boolean {
  const order = Buffer.compare(before, key);
  if (order > 0) throw unsorted();
  return order === 0;
}

function unsorted(): PebbleFormatError {
  return new PebbleFormatError("the keys of a table are not sorted");
}

/** An entry that no table holds. */
export interface LooseEntry {
  readonly key: Buffer;
  readonly sequence: number;
  readonly kind: number;
  readonly value: Buffer;
}

/** Entries of a write-ahead log. */
export class MemoryRun implements SortedRun {
  readonly #entries: readonly LooseEntry[];
  readonly #ranges: readonly RangeDeletion[];

  constructor(entries: readonly LooseEntry[], ranges: readonly RangeDeletion[]) {
    this.#entries = entries.toSorted((a, b) => Buffer.compare(a.key, b.key) || b.sequence - a.sequence);
    this.#ranges = ranges;
  }

  open(from: Buffer, to: Buffer | undefined): RunCursor | undefined {
    const isInside = ({ key }: LooseEntry): boolean =>
      Buffer.compare(key, from) >= 0 && (to === undefined || Buffer.compare(key, to) < 0);
    const inside = this.#entries.filter(isInside);
    return inside.length === 0 ? undefined : new MemoryCursor(inside);
  }

  deletedRanges(): readonly RangeDeletion[] {
    return this.#ranges;
  }
}

class MemoryCursor implements RunCursor {
  readonly #entries: readonly LooseEntry[];
  #index = -1;

  constructor(entries: readonly LooseEntry[]) {
    this.#entries = entries;
  }

  get #entry(): LooseEntry {
    const entry = this.#entries[this.#index];
    if (!entry) throw new PebbleFormatError("a log was read beyond its end");
    return entry;
  }

  get key(): Buffer {
    return this.#entry.key;
  }

  get sequence(): number {
    return this.#entry.sequence;
  }

  get kind(): number {
    return this.#entry.kind;
  }

  get value(): Buffer {
    return this.#entry.value;
  }

  locateKey(place: KeyPlace): void {
    locateWhole(this.key, place);
  }

  get isOlder(): boolean {
    return this.#entries[this.#index - 1]?.key.equals(this.key) === true;
  }

  next(): boolean {
    if (this.#index + 1 >= this.#entries.length) return false;
    this.#index++;
    return true;
  }
}

/** Several cursors as one: by key, the newest entry of each first. */
export class MergedCursor implements RunCursor {
  readonly #heap: RunCursor[];
  /** The cursor that stands on the entry at hand, and its key. */
  #current: RunCursor | undefined;
  #key: Buffer | undefined;
  isOlder: boolean = false;

  constructor(cursors: readonly RunCursor[]) {
    this.#heap = cursors.filter((cursor) => cursor.next());
    // A heap: no cursor stands before the one at half its index.
    for (let index = (this.#heap.length >> 1) - 1; index >= 0; index--) sink(this.#heap, index);
  }

  get key(): Buffer {
    return this.#key ?? this.#first.key;
  }

  get sequence(): number {
    return this.#first.sequence;
  }

  get kind(): number {
    return this.#first.kind;
  }

  get value(): Buffer {
    return this.#first.value;
  }

  locateKey(place: KeyPlace): void {
    locateWhole(this.key, place);
  }

  next(): boolean {
    this.#advance();
    const [first] = this.#heap;
    if (!first) return false;
    const { key } = first;
    this.isOlder = this.#key !== undefined && followsOn(this.#key, key);
    this.#current = first;
    this.#key = key;
    return true;
  }

  get #first(): RunCursor {
    if (!this.#current) throw new PebbleFormatError("tables were read before their beginning");
    return this.#current;
  }

  #advance(): void {
    const heap = this.#heap;
    if (this.#current?.next() === false) {
      const last = heap.pop();
      if (last && heap.length > 0) heap[0] = last;
    }
    if (heap.length > 1) sink(heap, 0);
  }
}

function locateWhole(key: Buffer, place: KeyPlace): void {
  place.keys = key;
  place.keyStart = 0;
  place.keyEnd = key.length;
}

function sink(heap: RunCursor[], start: number): void {
  const sinking = heap[start];
  if (!sinking) return;
  let index = start;
  for (;;) {
    let child = 2 * index + 1;
    let [best, other] = [heap[child], heap[child + 1]];
    if (best && other && isBefore(other, best)) [best, other, child] = [other, best, child + 1];
    if (!best || !isBefore(best, sinking)) break;
    heap[index] = best;
    index = child;
  }
  heap[index] = sinking;
}

function isBefore(a: RunCursor, b: RunCursor): boolean {
  const order = Buffer.compare(a.key, b.key);
  if (order !== 0) return order < 0;
  return a.sequence === b.sequence ? a.kind > b.kind : a.sequence > b.sequence;
}
