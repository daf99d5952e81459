/** The rows of one decoded block, in arrays of numbers so that a million rows make no garbage. */
import { PebbleFormatError } from "./byte-cursor.ts";

/** Bytes of the keys of one block, at most: few bytes can stand for keys without end. */
const maxKeyBytes = 64 * 1024 * 1024;

/** Rows of one block, at most; Pebble's have a few thousand. */
export const maxBlockRows: number = 1024 * 1024;

/** Kinds of entry that matter here (Pebble: InternalKeyKind). */
export const entryKinds = {
  delete: 0,
  set: 1,
  merge: 2,
  logData: 3,
  singleDelete: 7,
  rangeDelete: 15,
  setWithDelete: 18,
  deleteSized: 23,
} as const;

/** Keys, sequence numbers, kinds and values by row. */
export class BlockRows {
  /** Rows so far. */
  count: number = 0;
  #keys: Buffer;
  #keyEnds: Uint32Array<ArrayBuffer>;
  #sequences: Float64Array<ArrayBuffer>;
  #kinds: Uint8Array<ArrayBuffer>;
  #valueStarts: Uint32Array<ArrayBuffer>;
  #valueEnds: Uint32Array<ArrayBuffer>;
  readonly #values: Buffer;

  /** @param values where the values lie. @param rows how many are expected. */
  constructor(values: Buffer, rows: number) {
    this.#values = values;
    // Grows where keys are more than a part of the block; what is taken for nothing makes V8 collect more often.
    this.#keys = Buffer.allocUnsafe(Math.max(256, Math.min(values.length >> 4, maxKeyBytes)));
    this.#keyEnds = new Uint32Array(rows + 1);
    this.#sequences = new Float64Array(rows);
    this.#kinds = new Uint8Array(rows);
    this.#valueStarts = new Uint32Array(rows);
    this.#valueEnds = new Uint32Array(rows);
  }

  /** The user key of a row, as a view. */
  key(row: number): Buffer {
    return this.#keys.subarray(row === 0 ? 0 : this.#keyEnds[row - 1], this.#keyEnds[row]);
  }

  sequence(row: number): number {
    return this.#sequences[row] ?? 0;
  }

  kind(row: number): number {
    return this.#kinds[row] ?? 0;
  }

  /** The value of a row, as a view. */
  value(row: number): Buffer {
    return this.#values.subarray(this.#valueStarts[row], this.#valueEnds[row]);
  }

  /**
   * Adds a row whose key is the first `shared` bytes of the key before, and `rest`. Its trailer and value are set by
   * the two methods below.
   */
  addKey(shared: number, rest: Uint8Array): void {
    const start = this.count === 0 ? 0 : (this.#keyEnds[this.count - 1] ?? 0);
    const before = this.count < 2 ? 0 : (this.#keyEnds[this.count - 2] ?? 0);
    if (this.count === 0 ? shared > 0 : shared > start - before) {
      throw new PebbleFormatError("a key shares more than the one before it has");
    }
    const end = start + shared + rest.length;
    this.#reserve(end);
    if (shared > 0) this.#keys.copyWithin(start, before, before + shared);
    this.#keys.set(rest, start + shared);
    if (this.count === maxBlockRows) throw new PebbleFormatError("a block has more than a million rows");
    if (this.count === this.#sequences.length) this.#growRows();
    this.#keyEnds[this.count++] = end;
  }

  /** Says the sequence number and kind of the row that was added last. @param low lower half of the trailer. */
  setTrailer(low: number, high: number): void {
    this.#sequences[this.count - 1] = high * 2 ** 24 + (low >>> 8);
    this.#kinds[this.count - 1] = low & 255;
  }

  /** Says where the value of the row that was added last lies. */
  setValue(start: number, end: number): void {
    if (start > end || end > this.#values.length) throw new PebbleFormatError("a value lies outside of its block");
    this.#valueStarts[this.count - 1] = start;
    this.#valueEnds[this.count - 1] = end;
  }

  /** First row whose key is not below `key`; `count` when there is none. */
  seek(key: Uint8Array): number {
    let [low, high] = [0, this.count];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (Buffer.compare(this.key(middle), key) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #reserve(bytes: number): void {
    if (bytes <= this.#keys.length) return;
    if (bytes > maxKeyBytes) throw new PebbleFormatError("the keys of a block take more than 64 MiB");
    const grown = Buffer.allocUnsafe(Math.min(Math.max(bytes, this.#keys.length * 2), maxKeyBytes));
    grown.set(this.#keys);
    this.#keys = grown;
  }

  #growRows(): void {
    const rows = Math.max(64, this.count * 2);
    this.#keyEnds = copyInto(new Uint32Array(rows + 1), this.#keyEnds);
    this.#sequences = copyInto(new Float64Array(rows), this.#sequences);
    this.#kinds = copyInto(new Uint8Array(rows), this.#kinds);
    this.#valueStarts = copyInto(new Uint32Array(rows), this.#valueStarts);
    this.#valueEnds = copyInto(new Uint32Array(rows), this.#valueEnds);
  }
}

function copyInto<T extends Uint8Array | Uint32Array | Float64Array>(target: T, source: T): T {
  target.set(source);
  return target;
}
