/** Cloudsmith records to Baton objects: pure functions, no I/O. What an id, a status or a profile key is, is decided here. */
import {
  type Annotation,
  type Profile,
  type Resource,
  type ResourceId,
  ResourceStatus,
} from "../sdk/contracts/model.ts";
import { childResourceType, externalLink, rawId } from "../sdk/resources/annotations.ts";
import { distinct, profileOf, shown, usableEmail } from "../sdk/resources/profile.ts";
import { pastTime, timestampOf } from "../sdk/resources/timestamps.ts";
import { AccountType, groupTrait, userTrait } from "../sdk/resources/traits.ts";
import type { Member, Organization, Team } from "./schemas.ts";
import { knownRole, organizationType, teamType, userType } from "./types.ts";

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

/** The slug of a team or a repository is how the API finds it; the id outlives it. */
export function slugOf({ id, profile }: Resource): string {
  const slug = profile?.["slug"];
  return typeof slug === "string" ? slug : id.resource;
}

/** The organization's page. Of teams and members no page of their own is documented: it is as near as a link leads. */
export function organizationLink({ slug }: Organization): Annotation {
  return externalLink(webApp + encodeURIComponent(slug));
}

/** The organization as a resource that announces users and teams as its children, and what is read on request. */
export function organizationResource(organization: Organization, requestedTypes: readonly string[] = []): Resource {
  const { slug, slug_perm, name, country, location, tagline, created_at } = organization;
  const profile = profileOf({ slug, slug_perm, name, country, location, tagline, created_at });
  const createdAt = timestampOf(created_at);
  return {
    id: organizationId(organization),
    displayName: shown(name) || slug,
    annotations: [
      childResourceType(userType.id),
      childResourceType(teamType.id),
      ...requestedTypes.map((type) => childResourceType(type)),
      rawId(slug_perm),
      organizationLink(organization),
      groupTrait(profile),
    ],
    profile,
    ...(createdAt && { createdAt }),
  };
}

/** What is told of a team beyond its row, where that is asked for. */
export interface TeamFacts {
  /** Groups of the identity provider that fill it, each as `key=value`. */
  readonly groups?: readonly string[] | undefined;
  readonly links?: readonly Annotation[];
}

/** A team as a resource of the organization. */
export function teamResource(team: Team, organization: ResourceId, { groups, links = [] }: TeamFacts = {}): Resource {
  const { slug, slug_perm, visibility } = team;
  const profile = profileOf({ directory_groups: groups, slug, slug_perm, visibility });
  return {
    id: teamId(team.slug_perm),
    parentResourceId: organization,
    displayName: shown(team.name) || team.slug,
    annotations: [rawId(team.slug_perm), ...links, groupTrait(profile, groups && { sourceType: "directory_synced" })],
    ...(team.description ? { description: team.description } : {}),
    profile,
  };
}

/** What a row alone does not tell of a member. */
export interface MemberFacts {
  /** What the row itself says, or what the list it came from says; undefined when neither tells: never guessed. */
  readonly active: boolean | undefined;
  /** True for a service account that stands among the members. */
  readonly isService: boolean;
  /** False when the address is known to be none of this person's own. */
  readonly hasOwnEmail: boolean;
  /** The time, milliseconds since the epoch: nobody logged in after it. */
  readonly nowMs: number;
  readonly links?: readonly Annotation[];
}

/** A member as a user of the organization. */
export function userResource(row: Member, facts: MemberFacts, organization: ResourceId): Resource {
  const { member, createdAt, lastLogin } = cleaned(row, facts);
  const { user_id: id, user, email, has_two_factor } = member;
  const status = statusOf(facts.active);
  const profile = userProfile(member);
  const trait = userTrait({
    email,
    status,
    profile,
    accountType: facts.isService ? AccountType.service : AccountType.human,
    login: user,
    createdAt,
    lastLogin,
    mfaEnabled: has_two_factor,
    ssoEnabled: ssoMethods.has(member.last_login_method ?? "") ? true : undefined,
  });
  return {
    id: userId(id),
    parentResourceId: organization,
    displayName: shown(member.user_name) || shown(user) || email || id,
    annotations: [rawId(id), ...(facts.links ?? []), trait],
    profile,
    status,
    ...(createdAt && { createdAt }),
  };
}

/** The row without placeholders, and with the address and role as they should be written; and its times, as they are read. */
function cleaned(row: Member, { isService, hasOwnEmail, nowMs }: MemberFacts) {
  const joined = pastTime(row.joined_at, nowMs);
  const lastLogin = pastTime(row.last_login_at, nowMs);
  const member: Member = {
    ...row,
    email: hasOwnEmail ? usableEmail(row.email) : undefined,
    role: knownRole(row.role) ?? row.role,
    joined_at: joined.text,
    last_login_at: lastLogin.text,
    has_two_factor: isService ? undefined : row.has_two_factor,
  };
  return { member, createdAt: joined.time, lastLogin: lastLogin.time };
}

function statusOf(active: boolean | undefined): NonNullable<Resource["status"]> {
  if (active === undefined) return { status: ResourceStatus.unspecified };
  return active ? { status: ResourceStatus.enabled } : { status: ResourceStatus.disabled, details: inactiveDetails };
}

/** Keys of the profile are a public contract: `role`, `visibility` and `two_factor_enabled` are promised. */
function userProfile(member: Member): Profile {
  const { email, joined_at, last_login_at, last_login_method, role, user_id, user_url, visibility } = member;
  // Groups of an identity provider map to teams as they like, so that one may stand there twice.
  const teams = distinct((member.teams ?? []).map(({ slug }) => slug));
  // Sorted, as they are written.
  return profileOf({
    email,
    joined_at,
    last_login_at,
    last_login_method,
    login: member.user,
    role,
    teams: teams.length > 0 && teams.length <= maxProfileTeams ? teams : undefined,
    two_factor_enabled: member.has_two_factor,
    user_id,
    user_url,
    visibility,
  });
}
