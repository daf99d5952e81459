/** Few numbers about many: runs are few and a shared machine disturbs them, so medians and extremes, no averages. */

/** Smallest, middle and largest value. */
export interface Spread {
  readonly min: number;
  readonly median: number;
  readonly max: number;
}

/**
 * The spread of at least one value; the median of an even count is the mean of the middle two.
 * @throws RangeError for no values.
 */
export function spreadOf(values: readonly number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b);
  const [min] = sorted;
  const max = sorted.at(-1);
  const upper = sorted[Math.floor(sorted.length / 2)];
  const lower = sorted[Math.floor((sorted.length - 1) / 2)];
  if (min === undefined || max === undefined || upper === undefined || lower === undefined) {
    throw new RangeError("no values");
  }
  return { min, median: (lower + upper) / 2, max };
}
