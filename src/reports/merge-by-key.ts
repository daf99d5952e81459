/** Walks two lists that are sorted by key side by side, one element of each in memory. */

/** What is in one list, or in both. */
export type Pair<T> =
  | { readonly kind: "left"; readonly left: T }
  | { readonly kind: "right"; readonly right: T }
  | { readonly kind: "both"; readonly left: T; readonly right: T };

/** Pairs the elements of two lists whose keys ascend as SQLite sorts them, see {@link compareAsUtf8}. */
export function* mergeByKey<T>(left: Iterable<T>, right: Iterable<T>, keyOf: (item: T) => string): Generator<Pair<T>> {
  const lefts = left[Symbol.iterator]();
  const rights = right[Symbol.iterator]();
  try {
    let a = lefts.next();
    let b = rights.next();
    while (!a.done || !b.done) {
      const order = orderOf(a, b, keyOf);
      if (order < 0 && !a.done) yield { kind: "left", left: a.value };
      else if (order > 0 && !b.done) yield { kind: "right", right: b.value };
      else if (!a.done && !b.done) yield { kind: "both", left: a.value, right: b.value };
      if (order <= 0) a = lefts.next();
      if (order >= 0) b = rights.next();
    }
  } finally {
    lefts.return?.();
    rights.return?.();
  }
}

function orderOf<T>(a: IteratorResult<T>, b: IteratorResult<T>, keyOf: (item: T) => string): number {
  if (a.done) return 1;
  return b.done ? -1 : compareAsUtf8(keyOf(a.value), keyOf(b.value));
}

/** Orders texts by their bytes in UTF-8, as SQLite does; UTF-16 orders characters beyond U+FFFF differently. */
export function compareAsUtf8(a: string, b: string): number {
  if (a === b) return 0;
  const length = Math.min(a.length, b.length);
  for (let index = 0; index < length; index++) {
    const [x, y] = [a.charCodeAt(index), b.charCodeAt(index)];
    if (x !== y) return aboveSurrogates(x) - aboveSurrogates(y);
  }
  return a.length - b.length;
}

/** Code units in the order of the characters that they belong to: halves of pairs come last. */
function aboveSurrogates(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit;
}
