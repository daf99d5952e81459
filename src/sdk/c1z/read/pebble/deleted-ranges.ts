/** Which keys are covered by range deletions, and by how new ones. */

import { PebbleFormatError } from "./byte-cursor.ts";
import type { RangeDeletion } from "./sorted-table.ts";

const maxRanges = 10_000;

/** Range deletions, cut where any of them begins or ends, so that a key lies in one piece. */
export class DeletedRanges {
  readonly isEmpty: boolean;
  readonly #boundaries: readonly Buffer[];
  /** Newest deletion from each boundary to the next; 0 where there is none. */
  readonly #sequences: Float64Array;

  /** @param from @param to ranges are asked of keys from here to below there only. */
  constructor(ranges: readonly RangeDeletion[], from: Buffer, to: Buffer | undefined) {
    if (ranges.length > maxRanges) throw new PebbleFormatError("it has more than 10,000 range deletions");
    const inside = ranges.flatMap(({ start, end, sequence }) => {
      const cut = { start: later(start, from), end: to ? earlier(end, to) : end, sequence };
      return Buffer.compare(cut.start, cut.end) < 0 ? [cut] : [];
    });
    this.isEmpty = inside.length === 0;
    const sorted = inside.flatMap(({ start, end }) => [start, end]).toSorted(Buffer.compare);
    this.#boundaries = sorted.filter((boundary, index) => sorted[index - 1]?.equals(boundary) !== true);
    this.#sequences = new Float64Array(this.#boundaries.length);
    for (const { start, end, sequence } of inside) {
      const last = this.#countUpTo(end) - 1;
      for (let index = this.#countUpTo(start) - 1; index < last; index++) {
        this.#sequences[index] = Math.max(this.#sequences[index] ?? 0, sequence);
      }
    }
  }

  /** Number of the newest deletion that covers `key`; -1 when none does. */
  sequenceAt(key: Buffer): number {
    if (this.isEmpty) return -1;
    return this.#sequences[this.#countUpTo(key) - 1] || -1;
  }

  /** How many boundaries are not above `key`. */
  #countUpTo(key: Buffer): number {
    let [low, high] = [0, this.#boundaries.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      const boundary = this.#boundaries[middle];
      if (boundary && Buffer.compare(boundary, key) <= 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** The later of two keys. */
export function later(a: Buffer, b: Buffer): Buffer {
  return Buffer.compare(a, b) < 0 ? b : a;
}

/** The earlier of two keys. */
export function earlier(a: Buffer, b: Buffer): Buffer {
  return Buffer.compare(a, b) < 0 ? a : b;
}
