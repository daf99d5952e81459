/** Sorted entries of one source, a table or a write-ahead log, as they are merged with those of others. */
import type { BlockRows } from "./block-rows.ts";
import { PebbleFormatError } from "./byte-cursor.ts";
import type { RangeDeletion, SortedTable } from "./sorted-table.ts";
import type { InternalKey, TableEntry } from "./version.ts";

/** Stands on one entry after the other; keys and values are views on blocks that nobody changes. */
export interface RunCursor {
  readonly key: Buffer;
  readonly sequence: number;
  readonly kind: number;
  readonly value: Buffer;
  /** Moves on; false at the end. Must be called once before the first entry. */
  next(): boolean;
}

/** A source of entries. */
export interface SortedRun {
  /** Entries from `from` to below `to`; undefined when it certainly has none. */
  open(from: Buffer, to: Buffer | undefined): RunCursor | undefined;
  /** Range deletions that can touch keys from `from` to below `to`. */
  deletedRanges(from: Buffer, to: Buffer | undefined): readonly RangeDeletion[];
}

/** A table, or the part of one that a virtual table is. */
export class TableRun implements SortedRun {
  readonly #entry: TableEntry;
  readonly #open: () => SortedTable;

  /** @param open opens the file; called when the run is first needed. */
  constructor(entry: TableEntry, open: () => SortedTable) {
    this.#entry = entry;
    this.#open = open;
  }

  open(from: Buffer, to: Buffer | undefined): RunCursor | undefined {
    return this.#touches(from, to) ? new TableCursor(this.#open(), this.#entry, from, to) : undefined;
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

function later(a: Buffer, b: Buffer): Buffer {
  return Buffer.compare(a, b) < 0 ? b : a;
}

function earlier(a: Buffer, b: Buffer): Buffer {
  return Buffer.compare(a, b) < 0 ? a : b;
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
  #block: number;
  #rows: BlockRows | undefined;
  #row = 0;
  key: Buffer = Buffer.alloc(0);

  constructor(table: SortedTable, { sequence, isVirtual, smallest, largest }: TableEntry, from: Buffer, to?: Buffer) {
    this.#table = table;
    this.#fixedSequence = sequence;
    this.#from = isVirtual ? later(from, smallest.key) : from;
    const end = endOf(largest);
    this.#to = isVirtual && (to === undefined || Buffer.compare(end, to) < 0) ? end : to;
    this.#block = table.seek(this.#from);
  }

  get sequence(): number {
    return this.#fixedSequence ?? this.#rows?.sequence(this.#row) ?? 0;
  }

  get kind(): number {
    return this.#rows?.kind(this.#row) ?? 0;
  }

  get value(): Buffer {
    if (!this.#rows) throw new PebbleFormatError("a table was read beyond its end");
    return this.#rows.value(this.#row);
  }

  next(): boolean {
    if (this.#rows) this.#row++;
    while (this.#rows === undefined || this.#row >= this.#rows.count) {
      if (this.#block >= this.#table.blocks.length) return false;
      const isFirst = this.#rows === undefined;
      this.#rows = this.#table.rows(this.#block++);
      this.#row = isFirst ? this.#rows.seek(this.#from) : 0;
    }
    this.key = this.#rows.key(this.#row);
    return this.#to === undefined || Buffer.compare(this.key, this.#to) < 0;
  }
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

  next(): boolean {
    return ++this.#index < this.#entries.length;
  }
}

/** Yields the cursors again and again, each standing on its entry: by key, the newest first. */
export function* mergeRuns(cursors: readonly RunCursor[]): Generator<RunCursor> {
  const heap = cursors.filter((cursor) => cursor.next());
  // A heap: no cursor stands before the one at half its index.
  for (let index = (heap.length >> 1) - 1; index >= 0; index--) sink(heap, index);
  for (;;) {
    const [first] = heap;
    if (!first) return;
    yield first;
    if (!first.next()) {
      const last = heap.pop();
      if (last && last !== first) heap[0] = last;
    }
    if (heap.length > 1) sink(heap, 0);
  }
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
