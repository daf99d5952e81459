/** What a file holds of the made-up organization when everything is asked for that is read on request. */
import assert from "node:assert/strict";
import type { Member, Organization, Privilege, Service } from "../../sandbox/organization/model.ts";
import { type Requested, requestedSettings } from "../../src/cloudsmith/on-request/settings.ts";
import type { StoredRows } from "./stored-rows.ts";

/** All that can be asked for. */
export const everything = Object.keys(requestedSettings) as Requested[];

/** Environment that asks for it. */
export const requestedSwitches: Readonly<Record<string, string>> = Object.fromEntries(
  Object.values(requestedSettings).map((name) => [`BATON_${name.toUpperCase().replaceAll("-", "_")}`, "true"]),
);

/** Ids of the rows of one type. */
export function ofType(rows: Readonly<Record<string, unknown>>, type: string): readonly string[] {
  return Object.keys(rows).filter((id) => id.startsWith(`${type}:`));
}

/** Explicit grants of everything that is read on request, as `holder has entitlement`, without those of expansion. */
export function explicitGrants({ slugPerm, services, onRequest }: Organization): ReadonlySet<string> {
  const grants = new Set<string>();
  for (const { slug, role, memberships } of services) {
    grants.add(`organization:${slugPerm}:${role.toLowerCase()}:service:${slug}`);
    for (const { team, role: place } of memberships) {
      grants.add(`team:${team.slugPerm}:member:service:${slug}`);
      if (place === "Manager") grants.add(`team:${team.slugPerm}:manager:service:${slug}`);
    }
  }
  for (const { slugPerm: id, serviceAccounts } of onRequest.oidcProviders) {
    for (const service of serviceAccounts) grants.add(`service:${service}:assume:oidc-provider:${id}`);
  }
  for (const { slugPerm: id, privileges } of onRequest.repositories) {
    for (const privilege of privileges) {
      grants.add(`repository:${id}:${privilege.level.toLowerCase()}:${holderOf(privilege)}`);
    }
  }
  return grants;
}

function holderOf({ user, team, service }: Privilege): string {
  if (user) return `user:${user.userId}`;
  return team ? `team:${team.slugPerm}` : `service:${service?.slug}`;
}

/** What team privileges on repositories come to for each person and service account. */
export function expandedGrants({ members, services, onRequest }: Organization): ReadonlySet<string> {
  const grants = new Set<string>();
  const holders: readonly (Member | Service)[] = [...members, ...services];
  for (const { slugPerm: id, privileges } of onRequest.repositories) {
    for (const { team, level } of privileges) {
      if (!team) continue;
      for (const holder of holders) {
        if (!holder.memberships.some((place) => place.team === team)) continue;
        const principal = "userId" in holder ? `user:${holder.userId}` : `service:${holder.slug}`;
        grants.add(`repository:${id}:${level.toLowerCase()}:${principal}`);
      }
    }
  }
  return grants;
}

/** Fails unless the rows hold all that is read on request; with `mayMiss`, unless they hold nothing else. */
export function assertHoldsAll(
  { resources, grants }: StoredRows,
  organization: Organization,
  { mayMiss = false }: { readonly mayMiss?: boolean } = {},
): void {
  const expected = requestedIds(organization);
  const granted = new Set([...explicitGrants(organization), ...expandedGrants(organization)]);
  const stored = Object.keys(resources).filter((id) => !/^(organization|team|user):/.test(id));
  const held = Object.keys(grants).filter((id) => /:service:|^service:|^repository:/.test(id));
  if (mayMiss) {
    for (const id of stored) assert.ok(expected.has(id), `${id} is made up`);
    for (const id of held) assert.ok(granted.has(id), `${id} is made up`);
  } else {
    assert.deepEqual(stored.toSorted(), [...expected].toSorted());
    assert.deepEqual(held.toSorted(), [...granted].toSorted());
  }
  for (const grant of Object.values(grants)) {
    const { resourceType, resource } = (grant as { principal: { id: { resourceType: string; resource: string } } })
      .principal.id;
    assert.ok(`${resourceType}:${resource}` in resources, `${resourceType}:${resource} is in the file`);
  }
}

/** Ids of all resources of types that are read on request. */
function requestedIds({ services, onRequest }: Organization): ReadonlySet<string> {
  const { oidcProviders, invites, repositories } = onRequest;
  const ids = (type: string, rows: readonly string[]) => rows.map((row) => `${type}:${row}`);
  const slugs = services.map(({ slug }) => slug);
  const perms = (rows: readonly { readonly slugPerm: string }[]) => rows.map(({ slugPerm }) => slugPerm);
  return new Set([
    ...ids("service", slugs),
    ...ids("service-key", slugs),
    ...ids("oidc-provider", perms(oidcProviders)),
    ...ids("invitation", perms(invites)),
    ...ids("repository", perms(repositories)),
    ...ids(
      "entitlement-token",
      repositories.flatMap(({ tokens }) => perms(tokens)),
    ),
  ]);
}
