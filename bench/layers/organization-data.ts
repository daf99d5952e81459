/** The input of the layers: what the sandbox would serve, and what a sync makes of it, without server and without sync. */
import { memberBody } from "../../sandbox/endpoints/bodies.ts";
import type { Organization, Member as SandboxMember } from "../../sandbox/organization/model.ts";
import { createOrganization } from "../../sandbox/organization/organization.ts";
import { teamId, teamResource, userId, userResource } from "../../src/cloudsmith/converters.ts";
import { type Member, member } from "../../src/cloudsmith/schemas.ts";
import { teamEntitlements } from "../../src/cloudsmith/types.ts";
import { listOf } from "../../src/sdk/api/json-check.ts";
import type { Entitlement, Grant, Resource, ResourceId } from "../../src/sdk/contracts/model.ts";
import { entitlementId, newGrant } from "../../src/sdk/resources/ids.ts";

const teamsPerMember = 10;
const membersPerTeam = 100;
const pageRows = 500;
const parent: ResourceId = { resourceType: "organization", resource: "bench" };

/** An organization of the shape of the largest case, a hundred members for each team. */
export function organizationOf(members: number): Organization {
  return createOrganization({ members, teams: Math.ceil(members / membersPerTeam), teamsPerMember });
}

/** The member list as it comes over the wire, page by page of 500. */
export function memberPages({ members }: Organization): Buffer[] {
  const pages: Buffer[] = [];
  for (let from = 0; from < members.length; from += pageRows) {
    const rows = members.slice(from, from + pageRows).map(bodyOf);
    pages.push(Buffer.from(JSON.stringify(rows)));
  }
  return pages;
}

function bodyOf(member: SandboxMember) {
  return memberBody(member, { email: member.email, memberships: member.memberships });
}

/** The checked records of a page. */
export function recordsOf(page: Buffer): readonly Member[] {
  return listOf(member)(JSON.parse(page.toString()));
}

/** A record as a resource. */
export function resourceOf(row: Member): Resource {
  return userResource(row, { active: row.is_active, isService: false, hasOwnEmail: true, nowMs: Date.now() }, parent);
}

/** Teams as resources. */
export function teamsOf({ teams }: Organization): readonly Resource[] {
  return teams.map(({ slugPerm, slug, name, visibility }) =>
    teamResource({ slug_perm: slugPerm, slug, name, visibility }, parent),
  );
}

/** Entitlements of all teams. */
export function entitlementsOf(organization: Organization): readonly Entitlement[] {
  return teamsOf(organization).flatMap((team) => [...teamEntitlements(team)]);
}

/** Who is in which team, as grants, team by team: made anew on every call, as a sync makes them. */
export function* grantPages(holders: ReadonlyMap<string, readonly string[]>): Generator<Grant[]> {
  for (const [team, members] of holders) {
    const resource = teamId(team);
    const entitlement = { id: entitlementId(resource, "member"), resource };
    yield members.map((member) => newGrant(entitlement, userId(member)));
  }
}

/** By team, the ids of its members. */
export function holdersOf({ members }: Organization): ReadonlyMap<string, readonly string[]> {
  const holders = new Map<string, string[]>();
  for (const member of members) {
    for (const { team } of member.memberships) {
      const ids = holders.get(team.slugPerm) ?? [];
      ids.push(member.userId);
      holders.set(team.slugPerm, ids);
    }
  }
  return holders;
}

/** How many grants `grantPages` gives. */
export function countGrants(holders: ReadonlyMap<string, readonly string[]>): number {
  return [...holders.values()].reduce((sum, ids) => sum + ids.length, 0);
}
