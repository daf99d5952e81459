/** Walks two lists that are sorted by key side by side, one element of each in memory. */
import { compareUtf8 } from "../../wire/encode.ts";

/** What is in one list, or in both. */
export type Pair<L, R> =
  | { readonly kind: "left"; readonly left: L }
  | { readonly kind: "right"; readonly right: R }
  | { readonly kind: "both"; readonly left: L; readonly right: R };

/** A sorted list and the key of its elements. */
export interface Keyed<T> {
  readonly items: Iterable<T>;
  readonly keyOf: (item: T) => string;
}

/** Pairs the elements of two lists whose keys ascend as SQLite sorts them, see {@link compareUtf8}. */
export function* mergeByKey<L, R>(left: Keyed<L>, right: Keyed<R>): Generator<Pair<L, R>> {
  const lefts = left.items[Symbol.iterator]();
  const rights = right.items[Symbol.iterator]();
  try {
    let a = lefts.next();
    let b = rights.next();
    for (;;) {
      const order = compareNext(a, b, left, right);
      if (order === undefined) return;
      if (!a.done && !b.done && order === 0) yield { kind: "both", left: a.value, right: b.value };
      else if (!a.done && order < 0) yield { kind: "left", left: a.value };
      else if (!b.done) yield { kind: "right", right: b.value };
      if (order <= 0) a = lefts.next();
      if (order >= 0) b = rights.next();
    }
  } finally {
    lefts.return?.();
    rights.return?.();
  }
}

/** Below zero: the left element comes next; zero: both; undefined: there is none. */
function compareNext<L, R>(
  a: IteratorResult<L>,
  b: IteratorResult<R>,
  left: Keyed<L>,
  right: Keyed<R>,
): number | undefined {
  if (a.done) return b.done ? undefined : 1;
  return b.done ? -1 : compareUtf8(left.keyOf(a.value), right.keyOf(b.value));
}
