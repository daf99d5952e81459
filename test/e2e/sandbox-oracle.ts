/** A sandbox organization as the oracle wants it: what a key of a given breadth can know of it. */
import type { Member, Organization, Team } from "../../sandbox/organization/model.ts";
import type { OracleMember, OracleOrganization } from "./oracle.ts";

/** What the key does not see, or sees differently. */
export interface Sight {
  readonly seesTeam?: (team: Team) => boolean;
  readonly seesMember?: (member: Member) => boolean;
  readonly seesEmail?: (member: Member) => boolean;
  /** What the clock of the run says, in milliseconds: a date more than a day later is taken for unknown. */
  readonly nowMs?: number;
  /** False where the API does not say the teams on memberships. */
  readonly teamsOnMemberships?: boolean;
}

/** The organization as seen; by default everything is. */
export function oracleOf(organization: Organization, sight: Sight = {}): OracleOrganization {
  const { seesTeam = () => true, seesMember = () => true } = sight;
  return {
    slug_perm: organization.slugPerm,
    slug: organization.slug,
    name: organization.name,
    created_at: organization.createdAt,
    country: organization.country ?? undefined,
    location: organization.location ?? undefined,
    tagline: organization.tagline ?? undefined,
    members: organization.members.filter(seesMember).map((member) => memberOf(member, sight)),
    teams: organization.teams.filter(seesTeam).map((team) => ({
      slug_perm: team.slugPerm,
      slug: team.slug,
      name: team.name,
      description: team.description || undefined,
      visibility: team.visibility,
    })),
  };
}

function memberOf(member: Member, sight: Sight): OracleMember {
  const { seesTeam = () => true, seesEmail = () => true, teamsOnMemberships = true, nowMs = Infinity } = sight;
  const past = (date: string | null): string | undefined =>
    date === null || Date.parse(date) > nowMs + 86_400_000 ? undefined : date;
  return {
    user_id: member.userId,
    user: member.user,
    user_name: member.userName,
    email: seesEmail(member) ? member.email : undefined,
    role: member.role,
    is_active: member.isActive,
    has_two_factor: member.hasTwoFactor,
    joined_at: past(member.joinedAt),
    last_login_at: past(member.lastLoginAt),
    last_login_method: member.lastLoginMethod,
    visibility: member.visibility,
    user_url: `https://api.cloudsmith.io/v1/users/profile/${encodeURIComponent(member.user)}/`,
    teams: member.memberships.filter(({ team }) => seesTeam(team)).map(({ team, role }) => ({ slug: team.slug, role })),
    teamsInProfile: teamsOnMemberships,
  };
}
