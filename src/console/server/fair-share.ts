/**
 * Who makes room where there is none: of those who hold the most, the one that came first. So nobody who opens ever more
 * takes the place of somebody else. Knows nothing of what is held.
 */
export function givesWay<T>(held: Iterable<T>, ownerOf: (one: T) => unknown): T | undefined {
  let most: readonly T[] = [];
  for (const some of Map.groupBy(held, ownerOf).values()) if (some.length > most.length) most = some;
  return most[0];
}
