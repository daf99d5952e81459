/** Lists the teams and their entitlements; gives grants only where memberships do not carry their teams. */
import type { ListMemory } from "../../sdk/api/list-memory.ts";
import { tellOfStep } from "../../sdk/api/list-words.ts";
import type { GetOptions, ListOptions, Page, ResourceSyncer } from "../../sdk/contracts/connector.ts";
import type { Entitlement, Grant, Resource, ResourceId } from "../../sdk/contracts/model.ts";
import { entitlementId, newGrant } from "../../sdk/resources/ids.ts";
import { organizationId, teamResource, userId } from "../converters.ts";
import type { MemberNote } from "../members/notes.ts";
import type { OrganizationReading } from "../members/reading.ts";
import { sign, teamWords, warnOfTeamRole } from "../members/signs.ts";
import { holders } from "../on-request/holders.ts";
import { teamSources } from "../on-request/team-sources.ts";
import type { TeamMember } from "../schemas.ts";
import { isTeamManager, teamEntitlements, teamManagerSlug, teamMemberSlug, teamType } from "../types.ts";

/** The page after the last of the list. */
const unlistedToken = "unlisted";
/** Session keys of teams that were read by themselves. */
const singlePrefix = "single-teams/";

/** Reads the teams of the organization. */
export class TeamSyncer implements ResourceSyncer {
  readonly resourceType = teamType;
  readonly #reading: (signal: AbortSignal) => Promise<OrganizationReading>;

  constructor(reading: (signal: AbortSignal) => Promise<OrganizationReading>) {
    this.#reading = reading;
  }

  /** One page of the team list; after the last, the teams that memberships name and the list did not show. */
  async list(parent: ResourceId | undefined, options: ListOptions): Promise<Page<Resource>> {
    if (!parent) return { items: [], nextPageToken: "" };
    const reading = await this.#reading(options.signal);
    const sources = await teamSources(reading, options);
    if (options.pageToken === unlistedToken) {
      const found = await reading.places(options.session).findUnlisted(unlistedSlugs(reading, options), options);
      return { items: found.map((team) => teamResource(team, parent, sources.get(team.slug))), nextPageToken: "" };
    }
    const list = reading.teams(options.session);
    const step = await list.step(options.pageToken, options.signal);
    reading.lookUps.pageRead();
    tellOfStep(list, step, teamWords, options);
    const isEnd = step.nextToken === "" && list.memory.endedAtMs !== undefined;
    return {
      items: step.fresh.map(({ row }) => teamResource(row, parent, sources.get(row.slug))),
      nextPageToken: isEnd && unlistedSlugs(reading, options).length > 0 ? unlistedToken : step.nextToken,
      ...(step.beginsAnew && { beginsAnew: true }),
    };
  }

  async entitlements(team: Resource, { signal }: ListOptions): Promise<Page<Entitlement>> {
    return { items: teamEntitlements(team, holders(await this.#reading(signal))), nextPageToken: "" };
  }

  /** By its immutable id. In a targeted sync the team gives its own grants. */
  async get(id: ResourceId, parent: ResourceId | undefined, options: GetOptions): Promise<Resource | undefined> {
    const reading = await this.#reading(options.signal);
    const team = reading.isWithin(parent) ? await reading.lookUps.team(id.resource, options) : undefined;
    // The API answers to slugs, too, and another team's slug may be what was taken for an id.
    if (team?.slug_perm !== id.resource) return undefined;
    options.session.set(singlePrefix + id.resource, Buffer.from(team.slug, "utf8"));
    return teamResource(team, organizationId(reading.organization));
  }

  /**
   * Memberships carry their teams, and the organization's grants are made of them. The team itself is asked when an
   * older API does not say them, when they say that nobody is in any team, and when the team was read by itself.
   */
  async grants(team: Resource, options: ListOptions): Promise<Page<Grant>> {
    const reading = await this.#reading(options.signal);
    // Facts are told from the members that were read.
    const { memory } = reading.members(options.session);
    const isSingle = options.session.get(singlePrefix + team.id.resource) !== undefined;
    if (!reading.facts.mustAskTeams && !isSingle) return { items: [], nextPageToken: "" };
    const slug = slugOf(team);
    const idOf = isSingle
      ? (user: string) => reading.search(options.signal).idOf(user)
      : (user: string) => findUser(user, memory, reading, options);
    const rows = await reading.lookUps.teamMembers(slug, "user", options);
    if (!rows) options.warn(sign("CS-TEAM-GONE", { team: slug }));
    const services = await servicesAmong(rows ?? [], slug, reading, options);
    const people = distinctPeople(rows ?? []);
    const unknown = people.filter(({ user }) => memory.idOf(user) === undefined && !reading.lookedUp.has(user));
    if (!isSingle) reading.lookUps.expect(unknown.length, options);
    const items: Grant[] = [];
    for (const { user, role } of people) {
      const about = { team: team.displayName, member: user };
      const id = await idOf(user);
      if (services.has(user)) {
        if (id !== undefined) options.warn(sign("CS-TEAM-MEMBER-AMBIGUOUS", about));
      } else if (id === undefined) {
        const isService = (await reading.lookUps.services(options))?.has(user) ?? false;
        if (!isService) options.warn(sign("CS-MEMBER-UNLISTED", about));
      } else {
        warnOfTeamRole(role, { member: id, team: slug }, options);
        items.push(teamGrant(team, teamMemberSlug, id));
        if (isTeamManager(role)) items.push(teamGrant(team, teamManagerSlug, id));
      }
    }
    const isContradicted = items.length > 0 && !isSingle && reading.facts.counts.lackTeams === 0;
    if (isContradicted) options.warn(sign("CS-TEAMS-CONTRADICTED", { team: team.displayName }));
    return { items, nextPageToken: "" };
  }
}

/** The rows that may be people, each once, as a manager if any of its rows says so. */
function distinctPeople(rows: readonly TeamMember[]): readonly TeamMember[] {
  const byUser = new Map<string, TeamMember>();
  for (const row of rows) {
    if (row.user_kind?.toLowerCase() === "service") continue;
    if (!byUser.has(row.user) || isTeamManager(row.role)) byUser.set(row.user, row);
  }
  return [...byUser.values()];
}

/**
 * Slugs of rows of which nobody says whether a person or a service account of that slug is meant: those of service
 * accounts that a server shows whatever kind is asked for.
 */
async function servicesAmong(
  rows: readonly TeamMember[],
  team: string,
  { lookUps }: OrganizationReading,
  options: ListOptions,
): Promise<ReadonlySet<string>> {
  const people = new Set(rows.filter(({ user_kind }) => user_kind?.toLowerCase() === "user").map(({ user }) => user));
  const unknown = rows.filter(({ user, user_kind }) => user_kind === undefined && !people.has(user));
  const services = unknown.length > 0 ? await lookUps.services(options) : undefined;
  const doubtful = unknown.filter(({ user }) => services?.has(user));
  const shown = doubtful.length > 0 ? await lookUps.teamMembers(team, "service", options) : [];
  const ignored = new Set(shown?.map(({ user }) => user));
  return new Set(doubtful.map(({ user }) => user).filter((user) => ignored.has(user)));
}

/** The id of a member in the file; somebody may have been renamed after the list was read. */
async function findUser(
  user: string,
  memory: ListMemory<MemberNote>,
  { lookUps, lookedUp }: OrganizationReading,
  options: ListOptions,
): Promise<string | undefined> {
  const listed = memory.idOf(user);
  if (listed !== undefined) return listed;
  if (!lookedUp.has(user)) {
    const id = (await lookUps.member(user, options))?.user_id;
    lookedUp.set(user, id !== undefined && memory.has(id) ? id : undefined);
  }
  return lookedUp.get(user);
}

function teamGrant(team: Resource, slug: string, member: string): Grant {
  return newGrant({ id: entitlementId(team.id, slug), resource: team.id }, userId(member));
}

/** The slug is how the API finds a team; the id outlives it. */
function slugOf(team: Resource): string {
  const slug = team.profile?.["slug"];
  return typeof slug === "string" ? slug : team.id.resource;
}

/** Each with the login of somebody whose membership names it. */
function unlistedSlugs(reading: OrganizationReading, { session }: ListOptions): readonly (readonly [string, string])[] {
  // Facts are told from the members that were read.
  reading.members(session);
  const { memory } = reading.teams(session);
  return reading.facts.teams().filter(([slug]) => memory.idOf(slug) === undefined);
}
