/** The rows of one decoded block, in arrays of numbers so that a million rows make no garbage. */
import { PebbleFormatError, PebbleUnsupportedError } from "./byte-cursor.ts";

/** Bytes of the keys of one block, at most: few bytes can stand for keys without end. */
const maxKeyBytes = 64 * 1024 * 1024;

const usualKeyBytes = 64;

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

/** True for a kind that sets a key; false for one that deletes it. @throws PebbleUnsupportedError for any other */
export function isSet(kind: number): boolean {
  if (kind === entryKinds.set || kind === entryKinds.setWithDelete) return true;
  if (kind === entryKinds.delete || kind === entryKinds.singleDelete || kind === entryKinds.deleteSized) return false;
  throw new PebbleUnsupportedError(`entries of kind ${kind}`);
}

/** Where a key lies. One is used for many: a million views would be a million objects. */
export interface KeyPlace {
  keys: Buffer;
  keyStart: number;
  keyEnd: number;
}

/** Where a row lies: the bytes of its key and of its value. */
export interface RowPlace extends KeyPlace {
  values: Buffer;
  valueStart: number;
  valueEnd: number;
}

/** How the key at one place stands to the one at another. */
export function compareKeys(a: KeyPlace, b: KeyPlace): number {
  const [left, right] = [a.keys, b.keys];
  let [at, to] = [a.keyStart, b.keyStart];
  while (at < a.keyEnd && to < b.keyEnd && left[at] === right[to]) {
    at++;
    to++;
  }
  if (at < a.keyEnd && to < b.keyEnd) return (left[at] ?? 0) - (right[to] ?? 0);
  return at < a.keyEnd ? 1 : to < b.keyEnd ? -1 : 0;
}

/** Keys, sequence numbers, kinds and values by row. */
export class BlockRows {
  /** Rows so far. */
  count: number = 0;
  /** Whether keys ascend: each above the one before, some the same as it, or not. */
  order: "ascending" | "repeating" | "none" = "ascending";
  #keys: Buffer;
  #keyEnds: Uint32Array<ArrayBuffer>;
  #sequences: Float64Array<ArrayBuffer>;
  #kinds: Uint8Array<ArrayBuffer>;
  #valueStarts: Uint32Array<ArrayBuffer>;
  #valueEnds: Uint32Array<ArrayBuffer>;
  #values: Buffer;

  /** @param values where the values lie. @param rows how many are expected. */
  constructor(values: Buffer, rows: number) {
    this.#values = values;
    // As keys of Baton are long. Grows where that is too little; what is taken for nothing makes V8 collect more often.
    this.#keys = Buffer.allocUnsafe(Math.max(256, Math.min(rows * usualKeyBytes, 2 * values.length, maxKeyBytes)));
    this.#keyEnds = new Uint32Array(rows + 1);
    this.#sequences = new Float64Array(rows);
    this.#kinds = new Uint8Array(rows);
    this.#valueStarts = new Uint32Array(rows);
    this.#valueEnds = new Uint32Array(rows);
  }

  /** Forgets all rows, to be filled anew. What was handed out of them is no longer what it was. */
  reset(values: Buffer): void {
    this.#values = values;
    this.count = 0;
    this.order = "ascending";
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

  /** The value of a row, as a view. @throws PebbleUnsupportedError when it lies outside of the block. */
  value(row: number): Buffer {
    const [start, end] = [this.#valueStarts[row] ?? 0, this.#valueEnds[row] ?? 0];
    if (start > end) throw new PebbleUnsupportedError(valueElsewhere);
    return this.#values.subarray(start, end);
  }

  /** Puts into `place` where the key of a row lies, for those who look at a million of them. */
  locateKey(row: number, place: KeyPlace): void {
    place.keys = this.#keys;
    place.keyStart = row === 0 ? 0 : (this.#keyEnds[row - 1] ?? 0);
    place.keyEnd = this.#keyEnds[row] ?? 0;
  }

  /** Puts into `place` where the value of a row lies. @throws as `value` */
  locateValue(row: number, place: RowPlace): void {
    place.values = this.#values;
    place.valueStart = this.#valueStarts[row] ?? 0;
    place.valueEnd = this.#valueEnds[row] ?? 0;
    if (place.valueStart > place.valueEnd) throw new PebbleUnsupportedError(valueElsewhere);
  }

  /**
   * Adds a row whose key is the first `shared` bytes of the key before, and bytes `from` to `to` of `rest`. Its trailer
   * and value are set by the two methods below.
   */
  addKey(shared: number, rest: Uint8Array, from = 0, to: number = rest.length): void {
    const start = this.count === 0 ? 0 : (this.#keyEnds[this.count - 1] ?? 0);
    const before = this.count < 2 ? 0 : (this.#keyEnds[this.count - 2] ?? 0);
    if (this.count === 0 ? shared > 0 : shared > start - before) {
      throw new PebbleFormatError("a key shares more than the one before it has");
    }
    const end = start + shared + to - from;
    this.#reserve(end);
    const keys = this.#keys;
    // Keys are short: a loop is faster than a call into the runtime.
    for (let index = 0; index < shared; index++) keys[start + index] = keys[before + index] ?? 0;
    for (let at = start + shared, index = from; index < to; ) keys[at++] = rest[index++] ?? 0;
    if (this.count === maxBlockRows) throw new PebbleFormatError("a block has more than a million rows");
    if (this.count === this.#sequences.length) this.#growRows();
    this.#keyEnds[this.count++] = end;
    if (this.count > 1) this.#compareLast(before, start, end, shared);
  }

  /** Compares the last key with the one before, of which it has the first `shared` bytes: mostly one byte tells. */
  #compareLast(before: number, start: number, end: number, shared: number): void {
    const keys = this.#keys;
    let [old, own] = [before + shared, start + shared];
    while (old < start && own < end && keys[old] === keys[own]) {
      old++;
      own++;
    }
    if (old === start) {
      if (own === end && this.order === "ascending") this.order = "repeating";
    } else if (own === end || (keys[old] ?? 0) > (keys[own] ?? 0)) this.order = "none";
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

  /** Says that the value of the row that was added last lies elsewhere: an older one mostly, which nobody asks for. */
  setValueElsewhere(): void {
    this.#valueStarts[this.count - 1] = 1;
    this.#valueEnds[this.count - 1] = 0;
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

const valueElsewhere = "values outside of their block (value blocks, blob files)";

function copyInto<T extends Uint8Array | Uint32Array | Float64Array>(target: T, source: T): T {
  target.set(source);
  return target;
}
