/** A sandbox organization as the oracle wants it: what a key of a given breadth can know of it. */
import type { Member, Organization, Team } from "../../sandbox/model.ts";
import type { OracleMember, OracleOrganization } from "./oracle.ts";

/** What the key does not see, or sees differently. */
export interface Sight {
  readonly seesTeam?: (team: Team) => boolean;
  readonly seesMember?: (member: Member) => boolean;
  readonly seesEmail?: (member: Member) => boolean;
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
  const { seesTeam = () => true, seesEmail = () => true, teamsOnMemberships = true } = sight;
  return {
    user_id: member.userId,
    user: member.user,
    user_name: member.userName,
    email: seesEmail(member) ? member.email : undefined,
    role: member.role,
    is_active: member.isActive,
    has_two_factor: member.hasTwoFactor,
    joined_at: member.joinedAt,
    last_login_at: member.lastLoginAt ?? undefined,
    last_login_method: member.lastLoginMethod,
    visibility: member.visibility,
    user_url: `https://api.cloudsmith.io/v1/users/profile/${encodeURIComponent(member.user)}/`,
    teams: member.memberships.filter(({ team }) => seesTeam(team)).map(({ team, role }) => ({ slug: team.slug, role })),
    teamsInProfile: teamsOnMemberships,
  };
}
