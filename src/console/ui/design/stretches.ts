/** Where the parts of a bar lie. Pure. */

/** A stretch of a bar, in per cent of the room. */
export interface Stretch {
  readonly start: number;
  readonly length: number;
}

/** Least length of a part that is not nothing, in per cent: one in 45,000 must be seen. */
const least = 0.8;

/** Where the parts of a bar lie. The smallest parts are drawn larger than they are, at the cost of the largest. */
export function stretchesOf(counts: readonly number[], whole: number): readonly Stretch[] {
  const lengths = counts.map((count) => (count === 0 || whole === 0 ? 0 : Math.max(least, (count / whole) * 100)));
  const excess = lengths.reduce((sum, length) => sum + length, 0) - 100;
  const largest = lengths.indexOf(Math.max(...lengths));
  let start = 0;
  return lengths.map((length, at) => {
    const stretch = { start, length: at === largest && excess > 0 ? length - excess : length };
    start += stretch.length;
    return stretch;
  });
}
