/** Compares two syncs that lie in different files, whatever their versions: who holds what, and the resources row by row. */

import { mergeByKey } from "./merge-by-key.ts";
import type { GrantChange, HeldEntitlement, KeyedResource, ResourcePair, SyncView } from "./sync-view.ts";

/** Grants that only one of the two has. Holders of one entitlement are in memory at a time. */
export function* compareGrants(before: SyncView, after: SyncView): Generator<GrantChange> {
  const held = [before.grantsPerEntitlement(), after.grantsPerEntitlement()] as const;
  const entitlements = new Map<string, HeldEntitlement>();
  for (const view of [before, after]) {
    for (const one of view.entitlementKeys()) entitlements.set(one.entitlementId, one);
  }
  // Some writers leave the entitlements of a grant out.
  for (const counts of held) {
    for (const entitlementId of counts.keys()) {
      if (!entitlements.has(entitlementId)) entitlements.set(entitlementId, { entitlementId, resource: unknown });
    }
  }
  for (const entitlement of entitlements.values()) {
    if (held.some((counts) => (counts.get(entitlement.entitlementId) ?? 0) > 0)) {
      yield* compareHolders(entitlement, before, after);
    }
  }
}

const unknown = { resourceType: "", resource: "" };

function* compareHolders(entitlement: HeldEntitlement, before: SyncView, after: SyncView): Generator<GrantChange> {
  const gone = new Map([...before.holdersOf(entitlement)].map((holder) => [JSON.stringify(holder), holder]));
  for (const principal of after.holdersOf(entitlement)) {
    if (!gone.delete(JSON.stringify(principal))) yield { change: "added", grant: { ...entitlement, principal } };
  }
  for (const principal of gone.values()) yield { change: "removed", grant: { ...entitlement, principal } };
}

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
