/**
 * Chance that can be repeated: the same seed gives the same draws on every machine.
 * Knows nothing of organizations; never used for anything that must be hard to guess.
 */

/** A source of repeatable chance. */
export interface Random {
  /** A number in [0, 1). */
  next(): number;
  /** An integer in [0, limit). */
  below(limit: number): number;
  /** True with probability `share` (0 to 1). */
  chance(share: number): boolean;
  /** One element of a non-empty list; throws a RangeError for an empty one. */
  pick<T>(list: readonly T[]): T;
}

/**
 * A generator for one purpose. Each purpose has its own stream, so that asking for more teams does not change
 * the names of the members.
 *
 * @param seed any integer
 * @param purpose what the draws are for, such as "members"
 */
export function createRandom(seed: number, purpose: string): Random {
  let state = hash(`${seed}:${purpose}`);
  // Mulberry32: 32 bits of state, passes the usual statistical tests, four lines.
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x1_0000_0000;
  };
  const below = (limit: number): number => Math.floor(next() * limit);
  return {
    next,
    below,
    chance: (share) => next() < share,
    pick(list) {
      const chosen = list[below(list.length)];
      if (chosen === undefined) throw new RangeError("cannot pick from an empty list");
      return chosen;
    },
  };
}

/** `count` distinct integers in [0, limit), ascending; all of them when `count` is not smaller than `limit`. */
export function pickDistinct(random: Random, limit: number, count: number): number[] {
  if (count >= limit) return Array.from({ length: limit }, (_, index) => index);
  const chosen = new Set<number>();
  // Floyd's sampling: one draw per element, whatever the ratio of count to limit.
  for (let top = limit - count; top < limit; top++) {
    const draw = random.below(top + 1);
    chosen.add(chosen.has(draw) ? top : draw);
  }
  return [...chosen].sort((a, b) => a - b);
}

const ALPHANUMERIC = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/** `length` letters and digits of mixed case. */
export function alphanumeric(random: Random, length: number): string {
  let text = "";
  for (let index = 0; index < length; index++) text += ALPHANUMERIC.charAt(random.below(ALPHANUMERIC.length));
  return text;
}

/** FNV-1a over UTF-16 units, 32 bits. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) {
    value = Math.imul(value ^ text.charCodeAt(index), 0x01000193);
  }
  return value | 0;
}
