/** Lists the teams and their entitlements; gives grants only where memberships do not carry their teams. */

import { ChildSyncer, type Listing } from "../../sdk/api/child-syncer.ts";
import { peopleOf } from "../../sdk/api/roster/group-people.ts";
import type { GetOptions, ListOptions, Page, ResourceSyncer } from "../../sdk/contracts/connector.ts";
import type { Entitlement, Grant, Resource, ResourceId } from "../../sdk/contracts/model.ts";
import { entitlementRef, newGrant } from "../../sdk/resources/ids.ts";
import { endpoints } from "../client.ts";
import { organizationId, slugOf, teamResource, userId } from "../converters.ts";
import { unlessUnseen } from "../errors.ts";
import type { NamedTeam } from "../members/look-ups.ts";
import type { OrganizationReading } from "../members/reading.ts";
import { sign, warnOfTeamRole } from "../members/signs.ts";
import { holders } from "../on-request/holders.ts";
import { teamSources } from "../on-request/team-sources.ts";
import type { Team, TeamMember } from "../schemas.ts";
import { isTeamManager, kindOf, teamEntitlements, teamManagerSlug, teamMemberSlug, teamType } from "../types.ts";

/** The page after the last of the list. */
const unlistedToken = "unlisted";
/** Session key: memberships lack teams that show their members. */
const contradictedKey = "teams-contradicted";
/** Session keys of teams that were read by themselves. */
const singlePrefix = "single-teams/";

/** Reads the teams of the organization. */
export class TeamSyncer extends ChildSyncer<OrganizationReading> implements ResourceSyncer {
  readonly resourceType = teamType;

  /** One page of the team list; after the last, the teams that memberships name and the list did not show. */
  protected async listUnder({ reading, options }: Listing<OrganizationReading>): Promise<Page<Resource>> {
    const resourceOf = await resourcesOf(reading, options);
    if (options.pageToken === unlistedToken) {
      const unlisted = unlistedIn(reading, options);
      reading.lookUps.expect(unlisted.length, options);
      const found = await reading.places(options.session).findUnlisted(unlisted, options);
      return { items: found.map(resourceOf), nextPageToken: "" };
    }
    const { groups: teams, lookUps } = reading;
    const page = await teams.page(options, resourceOf);
    lookUps.pageRead();
    const isEnd = teams.isEnd(page, options.session);
    const mustFind = isEnd && unlistedIn(reading, options).length > 0;
    if (isEnd && (await isContradicted(page.items, reading, options))) {
      options.session.set(contradictedKey, Buffer.of(1));
    }
    return mustFind ? { ...page, nextPageToken: unlistedToken } : page;
  }

  async entitlements(team: Resource, { signal }: ListOptions): Promise<Page<Entitlement>> {
    return { items: teamEntitlements(team, holders(await this.reading(signal))), nextPageToken: "" };
  }

  /** By its immutable id. In a targeted sync the team gives its own grants. */
  async get(id: ResourceId, parent: ResourceId | undefined, options: GetOptions): Promise<Resource | undefined> {
    const reading = await this.reading(options.signal);
    const team = reading.isWithin(parent) ? await reading.lookUps.team(id.resource, options) : undefined;
    // The API answers to slugs, too, and another team's slug may be what was taken for an id.
    if (team?.slug_perm !== id.resource) return undefined;
    options.session.set(singlePrefix + id.resource, Buffer.from(team.slug, "utf8"));
    return (await resourcesOf(reading, options))(team);
  }

  /**
   * Memberships carry their teams, and the organization's grants are made of them. The team itself is asked when an
   * older API does not say them, when they say that nobody is in any team, and when the team was read by itself.
   */
  async grants(team: Resource, options: ListOptions): Promise<Page<Grant>> {
    const reading = await this.reading(options.signal);
    const memory = reading.members.memory(options.session);
    const facts = reading.factsOf(options.session);
    const isSingle = options.session.get(singlePrefix + team.id.resource) !== undefined;
    const isAsked = facts.mustAskGroups || isSingle || options.session.get(contradictedKey) !== undefined;
    if (!isAsked) return { items: [], nextPageToken: "" };
    const named = namedTeam(team, reading, options);
    const { slug } = named;
    const idOf = isSingle
      ? (user: string) => reading.search(options.signal).idOf(user)
      : (user: string) => reading.memberIds.of(user, memory, options);
    const rows = await reading.lookUps.teamMembers(named, "user", options);
    if (!rows) options.warn(sign("CS-TEAM-GONE", { team: slug }));
    const people = await peopleOf((rows ?? []).map(groupRow), {
      isService: (login) => reading.lookUps.isService(login, options),
      services: async () => {
        return ((await reading.lookUps.teamMembers(named, "service", options)) ?? []).map(({ user }) => user);
      },
    });
    const logins = people.map(({ name }) => name);
    if (!isSingle) reading.lookUps.expect(reading.memberIds.unknown(logins, memory).length, options);
    const items: Grant[] = [];
    for (const { name, role, isManager, isDoubtful } of people) {
      const about = { team: team.displayName, member: name };
      const id = await idOf(name);
      if (isDoubtful) {
        if (id !== undefined) options.warn(sign("CS-TEAM-MEMBER-AMBIGUOUS", about));
      } else if (id === undefined) {
        if (!(await reading.lookUps.isService(name, options))) options.warn(sign("CS-MEMBER-UNLISTED", about));
      } else {
        warnOfTeamRole(role, { member: id, team: slug }, options);
        items.push(teamGrant(team, teamMemberSlug, id));
        if (isManager) items.push(teamGrant(team, teamManagerSlug, id));
      }
    }
    const contradicts = items.length > 0 && !isSingle && facts.counts.lackGroups === 0;
    if (contradicts) options.warn(sign("CS-TEAMS-CONTRADICTED", { team: team.displayName }));
    return { items, nextPageToken: "" };
  }
}

/** How teams become resources. */
async function resourcesOf(reading: OrganizationReading, options: GetOptions): Promise<(team: Team) => Resource> {
  const { links, organization } = reading;
  const sources = await teamSources.of(reading, options);
  return (team) =>
    teamResource(team, organizationId(organization), { groups: sources.get(team.slug.toLowerCase()), links });
}

/** Whether a team shows somebody whose membership lacks it; where most are in no team, one team is asked. */
function isContradicted(
  teams: readonly Resource[],
  reading: OrganizationReading,
  options: ListOptions,
): Promise<boolean> {
  const { client, organization, members, lookUps } = reading;
  return reading.factsOf(options.session).isContradicted({
    groups: teams.map(slugOf),
    memory: members.memory(options.session),
    shownBy: async (slug) => {
      const shown = await unlessUnseen(client.record(endpoints.teamMembers, organization.slug, slug, options));
      return shown?.members.filter(({ user_kind }) => kindOf(user_kind) !== "service").map(({ user }) => user);
    },
    groupsNow: async (login) => {
      const member = await lookUps.member(login, options);
      return member && (member.teams ?? []).map(({ slug }) => slug);
    },
  });
}

function groupRow({ user: name, role, user_kind }: TeamMember) {
  return { name, role, kind: kindOf(user_kind), isManager: isTeamManager(role) };
}

function teamGrant(team: Resource, slug: string, member: string): Grant {
  return newGrant(entitlementRef(team.id, slug), userId(member));
}

/** By its slug, unless that is the id of another team: the API answers to both. */
function namedTeam(team: Resource, { groups }: OrganizationReading, { session }: ListOptions): NamedTeam {
  const [id, slug] = [team.id.resource, slugOf(team)];
  return { id, slug: slug !== id && groups.memory(session).has(slug) ? id : slug };
}

/** Slugs of teams that the list lacks, each with the login of somebody whose membership names it. */
function unlistedIn(reading: OrganizationReading, { session }: ListOptions) {
  return reading.factsOf(session).groupsOutside(reading.groups.memory(session));
}
