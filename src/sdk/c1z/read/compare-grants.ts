/** Compares who holds what in two syncs that lie in different files, entitlement by entitlement. */
import type { GrantChange, HeldEntitlement, SyncView } from "./sync-view.ts";

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
