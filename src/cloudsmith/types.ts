/**
 * Every resource type and entitlement slug of the connector, in one table. Ids, traits and slugs are what C1 keys its
 * configuration on: once released they never change (test/pins).
 */
import { type Entitlement, Purpose, type Resource, type ResourceType, Trait } from "../sdk/contracts/model.ts";
import { exclusionGroup, skipEntitlementsAndGrants } from "../sdk/resources/annotations.ts";
import { newEntitlement } from "../sdk/resources/ids.ts";
import { inAnyCase } from "../sdk/resources/profile.ts";

/** The Cloudsmith organization (workspace). */
export const organizationType: ResourceType = {
  id: "organization",
  displayName: "Organization",
  traits: [Trait.group],
  annotations: [],
  description: "A Cloudsmith organization (workspace)",
};

/** A member of the organization. */
export const userType: ResourceType = {
  id: "user",
  displayName: "User",
  traits: [Trait.user],
  annotations: [skipEntitlementsAndGrants],
  description: "A member of the Cloudsmith organization",
};

/** A team of the organization. */
export const teamType: ResourceType = {
  id: "team",
  displayName: "Team",
  traits: [Trait.group],
  annotations: [],
  description: "A team of the Cloudsmith organization",
};

/** Organization roles as Cloudsmith spells them, most privileged first (Cloudsmith API: membership role). */
export const organizationRoles = ["Owner", "Manager", "Member", "Collaborator"] as const;
/** One of the organization roles. */
export type OrganizationRole = (typeof organizationRoles)[number];

/** What a holder may do (Cloudsmith docs: workspace roles). */
const mayDo: Readonly<Record<OrganizationRole, (organization: string) => string>> = {
  Owner: (name) =>
    `Everything in the ${name} organization: all settings, all repositories, all members, other owners among them, and deleting the organization`,
  Manager: (name) =>
    `Manages settings, teams, service accounts, invitations and all members but owners of the ${name} organization; reads or changes repositories only where a team, a privilege or a default says so`,
  Member: (name) =>
    `Sees the other members and the visible teams of the ${name} organization; reads or changes repositories where a team, a privilege or a default says so`,
  Collaborator: (name) =>
    `Sees only the members of the same teams in the ${name} organization; reads or changes repositories only where a team or a privilege says so, never by a default`,
};

/** A role as Cloudsmith spells it, whatever the case it came in; undefined for one that this connector does not know. */
export const knownRole = inAnyCase(organizationRoles);
/** One of the two roles in a team (Cloudsmith API: membership team role). */
const knownTeamRole = inAnyCase(["Manager", "Member"]);

/** True for an Owner or Manager, who see everybody and everything (Cloudsmith docs: roles). */
export function roleSeesAll(role: string | undefined): boolean {
  const known = knownRole(role);
  return known === "Owner" || known === "Manager";
}

/** The entitlement slug of a role; undefined for a role that this connector does not know. */
export function roleSlug(role: string | undefined): string | undefined {
  return knownRole(role)?.toLowerCase();
}

/** True for one of the two roles in a team, whatever its case. */
export function isTeamRole(role: string | undefined): boolean {
  return knownTeamRole(role) !== undefined;
}

/** True for the role that manages a team. */
export function isTeamManager(role: string | undefined): boolean {
  return knownTeamRole(role) === "Manager";
}

/** What the kind of a row says, whatever its case (Cloudsmith API: user_kind); of any other kind it has to be found out. */
export function kindOf(userKind: string | undefined): "person" | "service" | undefined {
  const lower = userKind?.trim().toLowerCase() ?? "";
  if (lower === "user") return "person";
  return lower.startsWith("service") ? "service" : undefined;
}

/** Slugs of a team's entitlements. */
export const teamMemberSlug = "member";
/** Slug of the entitlement that only a team's managers hold, besides `member`. */
export const teamManagerSlug = "manager";

/** The four roles of an organization; they exclude each other. `holders` are the types that may have them. */
export function organizationEntitlements(
  organization: Resource,
  holders: readonly ResourceType[] = [userType],
): readonly Entitlement[] {
  const groupId = `organization-role-${organization.id.resource}`;
  return organizationRoles.map((role, index) =>
    newEntitlement(organization, {
      displayName: `${organization.displayName} ${role}`,
      description: mayDo[role](organization.displayName),
      grantableTo: holders,
      // Higher is more privileged.
      annotations: [exclusionGroup(groupId, 10 * (organizationRoles.length - index))],
      purpose: Purpose.assignment,
      slug: role.toLowerCase(),
    }),
  );
}

/** Membership in a team and, beside it, the right to manage the team. */
export function teamEntitlements(
  team: Resource,
  holders: readonly ResourceType[] = [userType],
): readonly Entitlement[] {
  return [
    newEntitlement(team, {
      grantableTo: holders,
      displayName: `${team.displayName} Team Member`,
      description: `Member of the ${team.displayName} team, with the privileges on repositories that are given to the team`,
      purpose: Purpose.assignment,
      slug: teamMemberSlug,
    }),
    newEntitlement(team, {
      grantableTo: holders,
      displayName: `${team.displayName} Team Manager`,
      description: `May change the settings and the members of the ${team.displayName} team`,
      purpose: Purpose.permission,
      slug: teamManagerSlug,
    }),
  ];
}
