/** The id formulas that every Baton connector shares: plain joins, no escaping, frozen once released. */
import type { EntitlementRef, Grant, ResourceId } from "../contracts/model.ts";

/** `<type>:<resource>:<slug>`. */
export function entitlementId(resource: ResourceId, slug: string): string {
  return `${resource.resourceType}:${resource.resource}:${slug}`;
}

/** `<entitlement id>:<principal type>:<principal id>`. */
export function grantId(entitlement: string, principal: ResourceId): string {
  return `${entitlement}:${principal.resourceType}:${principal.resource}`;
}

/** A plain direct grant. */
export function newGrant(entitlement: EntitlementRef, principal: ResourceId): Grant {
  return { id: grantId(entitlement.id, principal), entitlement, principal };
}
