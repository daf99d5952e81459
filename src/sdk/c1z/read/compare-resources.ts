/** Compares the resources of two syncs that lie in different files of different versions, row by row. */
import { mergeByKey } from "./merge-by-key.ts";
import type { KeyedResource, ResourcePair, SyncView } from "./sync-view.ts";

/** Resources that only one of the two has, or whose rows differ, and those of the keys `also`; by key. */
export function* compareResources(
  before: SyncView,
  after: SyncView,
  also: ReadonlySet<string>,
): Generator<ResourcePair> {
  const keyOf = ({ key }: KeyedResource): string => key;
  const left = { items: before.resourcesByKey(), keyOf };
  for (const pair of mergeByKey(left, { items: after.resourcesByKey(), keyOf })) {
    if (pair.kind === "left") yield { before: pair.left, after: undefined };
    else if (pair.kind === "right") yield { before: undefined, after: pair.right };
    else if (!isSame(pair.left, pair.right) || also.has(pair.left.key)) yield { before: pair.left, after: pair.right };
  }
}

function isSame(before: KeyedResource, after: KeyedResource): boolean {
  if (before.encoding !== after.encoding) return false;
  const [left, right] = [before.content, after.content];
  return left.every((part, index) => Buffer.compare(part, right[index] ?? part) === 0);
}
