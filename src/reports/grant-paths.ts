/** Why somebody holds something: directly, or inherited, and through what (wire: GrantSources). Pure. */
import type { EntitlementRef, Grant } from "../sdk/contracts/model.ts";

/** `direct and inherited`: it stays when either ends. */
export type How = "direct" | "inherited" | "direct and inherited";

/** How the grant is held. A grant without sources is direct. */
export function howHeld({ entitlement, sources }: Grant): How {
  if (!sources || sources.size === 0) return "direct";
  const isDirect = sources.has(entitlement.id);
  if (!isDirect) return "inherited";
  return sources.size > 1 ? "direct and inherited" : "direct";
}

/** Ids of the entitlements that the grant is inherited from, at once. */
export function inheritedFrom({ entitlement, sources }: Grant): readonly string[] {
  return [...(sources?.keys() ?? [])].filter((id) => id !== entitlement.id);
}

/**
 * The ways on which a grant is inherited, each from what is held directly to what passes it on.
 * @param grants all grants of the same principal, by entitlement id.
 */
export function inheritedPaths(
  grant: Grant,
  grants: ReadonlyMap<string, Grant>,
  before: ReadonlySet<string> = new Set(),
): readonly (readonly string[])[] {
  const seen = new Set([...before, grant.entitlement.id]);
  return inheritedFrom(grant).flatMap((id) => {
    const source = grants.get(id);
    const further = source && !seen.has(id) ? inheritedPaths(source, grants, seen) : [];
    const longer = further.map((path) => [...path, id]);
    const isDirect = grant.sources?.get(id)?.isDirect ?? false;
    return isDirect || longer.length === 0 ? [[id], ...longer] : longer;
  });
}

/** The resource of an entitlement that is known by its id alone: `type:resource:slug`. */
export function entitlementRefOf(id: string): EntitlementRef {
  const [resourceType = "", ...rest] = id.split(":");
  return { id, resource: { resourceType, resource: rest.slice(0, -1).join(":") } };
}
