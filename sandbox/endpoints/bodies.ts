/** How records look on the wire (Cloudsmith API v1 field names). Pure; who may see what is view.ts' matter. */

import type { Member, Organization, Overrides, Service, Team, TeamMembership } from "../organization/model.ts";
import type { KeyRule } from "../switches.ts";

/** Profile links and such point to the real host, so that bodies do not depend on the sandbox's port. */
const API = "https://api.cloudsmith.io/v1";

/** Fields of a JSON object. */
export type Body = Readonly<Record<string, unknown>>;

/** What of a member this caller is shown. */
export interface MemberLook {
  readonly email: string;
  /** undefined leaves the key `teams` out, as older releases of the API do. */
  readonly memberships: readonly TeamMembership[] | undefined;
}

/** OrganizationMembership (Cloudsmith API: members list and read). */
export function memberBody(member: Member, look: MemberLook): Body {
  return withOverrides(
    {
      email: look.email,
      has_two_factor: member.hasTwoFactor,
      is_active: member.isActive,
      joined_at: member.joinedAt,
      last_login_at: member.lastLoginAt,
      last_login_method: member.lastLoginMethod,
      role: member.role,
      teams: look.memberships?.map(teamPlaceBody),
      user: member.user,
      user_id: member.userId,
      user_name: member.userName,
      user_url: profileUrl(member.user),
      visibility: member.visibility,
    },
    member.overrides,
  );
}

/** What a summary of a member leaves out: only the member itself says it. */
const memberDetails = ["has_two_factor", "joined_at", "last_login_at", "last_login_method", "user_url", "visibility"];
const teamDetails = ["description", "visibility"];

/** A row of the member list where rows are summaries. */
export function memberSummary(member: Member, look: MemberLook): Body {
  return without(memberDetails, memberBody(member, look));
}

/** A row of the team list where rows are summaries. */
export function teamSummary(team: Team): Body {
  return without(teamDetails, teamBody(team));
}

/** OrganizationTeam (Cloudsmith API: teams list and read). */
export function teamBody(team: Team): Body {
  const { description, name, slug, slugPerm, visibility } = team;
  return withOverrides({ description, name, slug, slug_perm: slugPerm, visibility }, team.overrides);
}

/**
 * Service (Cloudsmith API: services list and read). The key is masked but for its last four characters. When it expires
 * is only filled where the organization has a rule for keys.
 */
export function serviceBody(service: Service, expiresAtMs?: number): Body {
  return {
    created_at: service.createdAt,
    created_by: service.createdBy,
    created_by_url: profileUrl(service.createdBy),
    description: service.description,
    key: `${"*".repeat(32)}${service.keyTail}`,
    key_expires_at: expiresAtMs === undefined ? service.keyExpiresAt : new Date(expiresAtMs).toISOString(),
    name: service.name,
    role: service.role,
    slug: service.slug,
    teams: service.memberships.map(teamPlaceBody),
  };
}

/** A rule for keys (Cloudsmith API: api-key-rules list). */
export function keyRuleBody({ maxAgeHours, enforceRefresh }: KeyRule, madeAtMs: number): Body {
  return {
    created_at: new Date(madeAtMs).toISOString(),
    enforce_refresh: enforceRefresh,
    is_enabled: true,
    max_age_hours: maxAgeHours,
    rule_type: "All",
    slug_perm: "keyrule00001",
  };
}

/** Organization (Cloudsmith API: orgs list and read). */
export function organizationBody(organization: Organization): Body {
  return {
    country: organization.country,
    created_at: organization.createdAt,
    location: organization.location,
    name: organization.name,
    slug: organization.slug,
    slug_perm: organization.slugPerm,
    tagline: organization.tagline,
  };
}

/** Who the caller is; everything null for a caller without a key, the e-mail also for a service. */
export interface SelfFields {
  readonly email: string | null;
  readonly name: string | null;
  readonly slug: string | null;
  readonly slugPerm: string | null;
  readonly isService: boolean;
}

/** UserBrief (Cloudsmith API: user self). */
export function selfBody(self: SelfFields | undefined): Body {
  return {
    authenticated: self !== undefined,
    email: self?.email ?? null,
    name: self?.name ?? null,
    profile_url: self?.slug && !self.isService ? profileUrl(self.slug) : null,
    self_url: `${API}/user/self/`,
    slug: self?.slug ?? null,
    slug_perm: self?.slugPerm ?? null,
  };
}

function teamPlaceBody({ team, role }: TeamMembership): Body {
  return { name: team.name, role, slug: team.slug };
}

function profileUrl(slug: string): string {
  return `${API}/users/profile/${encodeURIComponent(slug)}/`;
}

function without(fields: readonly string[], body: Body): Body {
  return Object.fromEntries(Object.entries(body).filter(([field]) => !fields.includes(field)));
}

function withOverrides(body: Body, overrides: Overrides | undefined): Body {
  return overrides === undefined ? body : { ...body, ...overrides };
}
