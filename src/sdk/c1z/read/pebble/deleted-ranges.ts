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

  constructor(ranges: readonly RangeDeletion[]) {
    if (ranges.length > maxRanges) throw new PebbleFormatError("it has more than 10,000 range deletions");
    this.isEmpty = ranges.length === 0;
    this.#boundaries = ranges.flatMap(({ start, end }) => [start, end]).toSorted(Buffer.compare);
    this.#sequences = new Float64Array(this.#boundaries.length);
    for (const { start, end, sequence } of ranges) {
      for (let index = this.#indexOf(start); index < this.#indexOf(end); index++) {
        this.#sequences[index] = Math.max(this.#sequences[index] ?? 0, sequence);
      }
    }
  }

  /** Number of the newest deletion that covers `key`; -1 when none does. */
  sequenceAt(key: Buffer): number {
    if (this.isEmpty) return -1;
    const index = this.#indexOf(key);
    const isBoundary = this.#boundaries[index]?.equals(key) === true;
    const sequence = this.#sequences[isBoundary ? this.#lastEqual(index) : index - 1];
    return sequence === undefined || sequence === 0 ? -1 : sequence;
  }

  /** First boundary that is not below `key`. */
  #indexOf(key: Buffer): number {
    let [low, high] = [0, this.#boundaries.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      const boundary = this.#boundaries[middle];
      if (boundary && Buffer.compare(boundary, key) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Equal boundaries follow each other; what begins there counts from the last one on. */
  #lastEqual(index: number): number {
    let last = index;
    while (this.#boundaries[last + 1]?.equals(this.#boundaries[index] ?? Buffer.alloc(0)) === true) last++;
    return last;
  }
}
