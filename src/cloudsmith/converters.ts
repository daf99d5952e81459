/** Cloudsmith records to Baton objects: pure functions, no I/O. What an id, a status or a profile key is, is decided here. */
import {
  type Annotation,
  type Profile,
  type ProfileValue,
  type Resource,
  type ResourceId,
  ResourceStatus,
  type Timestamp,
} from "../sdk/contracts/model.ts";
import { childResourceType, externalLink, rawId } from "../sdk/resources/annotations.ts";
import { parseTimestamp } from "../sdk/resources/timestamps.ts";
import { AccountType, groupTrait, userTrait } from "../sdk/resources/traits.ts";
import type { Member, Organization, Team } from "./schemas.ts";
import { organizationType, teamType, userType } from "./types.ts";

/** Where a person sees an organization in the Cloudsmith web app. */
const webApp = "https://app.cloudsmith.com/";
/** A longer list of teams would be carried twice on every row, on the trait and on the resource. */
const maxProfileTeams = 50;
const inactiveDetails = "inactive in Cloudsmith";
/** Login methods through which the identity provider signs the person in (Cloudsmith API: last_login_method). */
const ssoMethods: ReadonlySet<string> = new Set(["SAML", "OIDC"]);

/** The organization's id: `slug_perm`, which survives a rename. */
export function organizationId(organization: Organization): ResourceId {
  return { resourceType: organizationType.id, resource: organization.slug_perm };
}

/** A member's id: `user_id`, which survives a rename. */
export function userId(id: string): ResourceId {
  return { resourceType: userType.id, resource: id };
}

/** A team's id: `slug_perm`, which survives a rename. */
export function teamId(slugPerm: string): ResourceId {
  return { resourceType: teamType.id, resource: slugPerm };
}

/** The organization as a resource that announces users and teams as its children. */
export function organizationResource(organization: Organization): Resource {
  const { slug, slug_perm, name, country, location, tagline, created_at } = organization;
  const profile = profileOf({ slug, slug_perm, name, country, location, tagline, created_at });
  const createdAt = timestampOf(created_at);
  return {
    id: organizationId(organization),
    displayName: name || slug,
    annotations: [
      childResourceType(userType.id),
      childResourceType(teamType.id),
      rawId(slug_perm),
      externalLink(webApp + encodeURIComponent(slug)),
      groupTrait(profile),
    ],
    profile,
    ...(createdAt && { createdAt }),
  };
}

/** A team as a resource of the organization. */
export function teamResource(team: Team, organization: ResourceId): Resource {
  const profile = profileOf({ slug: team.slug, slug_perm: team.slug_perm, visibility: team.visibility });
  return {
    id: teamId(team.slug_perm),
    parentResourceId: organization,
    displayName: team.name,
    annotations: [rawId(team.slug_perm), groupTrait(profile)],
    ...(team.description ? { description: team.description } : {}),
    profile,
  };
}

/**
 * A member as a user of the organization. `active` is what the row itself says, or what the list it came from says;
 * undefined when neither tells, which is shown as unspecified, never guessed.
 */
export function userResource(member: Member, active: boolean | undefined, organization: ResourceId): Resource {
  const status = statusOf(active);
  const profile = userProfile(member);
  const createdAt = timestampOf(member.joined_at);
  return {
    id: userId(member.user_id),
    parentResourceId: organization,
    displayName: displayNameOf(member),
    annotations: [rawId(member.user_id), userTraitOf(member, { status, profile, createdAt })],
    profile,
    status,
    ...(createdAt && { createdAt }),
  };
}

type UserStatus = NonNullable<Resource["status"]>;

function statusOf(active: boolean | undefined): UserStatus {
  if (active === undefined) return { status: ResourceStatus.unspecified };
  return active ? { status: ResourceStatus.enabled } : { status: ResourceStatus.disabled, details: inactiveDetails };
}

function displayNameOf(member: Member): string {
  return member.user_name || member.user || realEmail(member.email) || member.user_id;
}

function userTraitOf(
  member: Member,
  copies: { status: UserStatus; profile: Profile; createdAt: Timestamp | undefined },
): Annotation {
  const email = realEmail(member.email);
  const lastLogin = timestampOf(member.last_login_at);
  return userTrait({
    ...(email !== undefined && { email }),
    status: copies.status,
    profile: copies.profile,
    accountType: AccountType.human,
    ...(member.user && { login: member.user }),
    ...(copies.createdAt && { createdAt: copies.createdAt }),
    ...(lastLogin && { lastLogin }),
    ...(member.has_two_factor !== undefined && { mfaEnabled: member.has_two_factor }),
    ...(ssoMethods.has(member.last_login_method ?? "") && { ssoEnabled: true }),
  });
}

/** Keys of the profile are a public contract: `role`, `visibility` and `two_factor_enabled` are promised. */
function userProfile(member: Member): Profile {
  const teams = member.teams?.map((team) => team.slug) ?? [];
  // Sorted, as they are written.
  return profileOf({
    email: realEmail(member.email),
    joined_at: member.joined_at,
    last_login_at: member.last_login_at,
    last_login_method: member.last_login_method,
    login: member.user,
    role: member.role,
    teams: teams.length > 0 && teams.length <= maxProfileTeams ? teams : undefined,
    two_factor_enabled: member.has_two_factor,
    user_id: member.user_id,
    user_url: member.user_url,
    visibility: member.visibility,
  });
}

/** Leaves out what is unknown: a profile never holds null. */
function profileOf(values: Readonly<Record<string, ProfileValue | null | undefined>>): Profile {
  const profile: Record<string, ProfileValue> = {};
  // Without Object.entries: this runs for every member.
  for (const key in values) {
    const value = values[key];
    if (value !== undefined && value !== null && value !== "") profile[key] = value;
  }
  return profile;
}

function timestampOf(text: string | null | undefined): Timestamp | undefined {
  return text ? parseTimestamp(text) : undefined;
}

const plainEmail = /^[^\s@*]+@[^\s@*]+$/;

/**
 * The address when it is a real one. Keys of a narrow role get redacted addresses whose form is not documented;
 * text with `*` or without `@` is never passed on as an e-mail address.
 */
export function realEmail(email: string | null | undefined): string | undefined {
  return email && plainEmail.test(email) ? email : undefined;
}
