/**
 * Where each row of a long list stands when only a few of them were drawn: guessed until a row was. Sums of heights are
 * kept in a binary indexed tree, so that any place is found in a few steps. Pure.
 */

/** Heights of so many rows, in pixels. */
export class RowHeights {
  readonly count: number;
  /** Height of a row that was not drawn yet; the first ones that were say what it is. */
  #guess: number;
  readonly #drawn = new Map<number, number>();
  /** Sums of what drawn rows differ from the guess by. */
  readonly #sums: Float64Array;

  /** @param guess height of a row, until one was drawn. */
  constructor(count: number, guess: number) {
    this.count = count;
    this.#guess = guess;
    this.#sums = new Float64Array(count + 1);
  }

  /** Height of all rows together. */
  get total(): number {
    return this.topOf(this.count);
  }

  /** Takes heights of drawn rows by their index. @returns whether any of them was not known. */
  take(heights: ReadonlyMap<number, number>): boolean {
    if (this.#drawn.size === 0 && heights.size > 0)
      this.#guess = [...heights.values()].reduce((sum, height) => sum + height, 0) / heights.size;
    let isNew = false;
    for (const [index, height] of heights) {
      const difference = height - (this.#drawn.get(index) ?? this.#guess);
      isNew ||= !this.#drawn.has(index) || difference !== 0;
      this.#drawn.set(index, height);
      if (difference !== 0)
        for (let at = index + 1; at <= this.count; at += at & -at) this.#sums[at] = (this.#sums[at] ?? 0) + difference;
    }
    return isNew;
  }

  /** Where a row begins; the end of all of them for `count`. */
  topOf(index: number): number {
    let top = index * this.#guess;
    for (let at = index; at > 0; at -= at & -at) top += this.#sums[at] ?? 0;
    return top;
  }

  /** The row at a place, the first or the last one for places beyond them. */
  rowAt(place: number): number {
    let [low, high] = [0, Math.max(0, this.count - 1)];
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if (this.topOf(middle) <= place) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}
