/** Lists the teams and their entitlements; gives grants only where memberships do not carry their teams. */
import type { GetOptions, ListOptions, Page, ResourceSyncer } from "../../sdk/contracts/connector.ts";
import type { Entitlement, Grant, Resource, ResourceId } from "../../sdk/contracts/model.ts";
import { entitlementId, newGrant } from "../../sdk/resources/ids.ts";
import { organizationId, teamResource, userId } from "../converters.ts";
import type { OrganizationReading } from "../members/reading.ts";
import { reportList, teamWords, warningOf, warnOfTeamRole } from "../members/signs.ts";
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
    const list = reading.teams(options.session, options);
    const step = await list.step(options.pageToken, options.signal);
    reading.lookUps.pageRead();
    reportList(list.statement(), teamWords, options);
    for (const event of step.events) {
      const warning = warningOf(event, teamWords);
      if (warning) options.warn(warning);
    }
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
    reading.members(options.session, options);
    const isSingle = options.session.get(singlePrefix + team.id.resource) !== undefined;
    if (!reading.facts.mustAskTeams && !isSingle) return { items: [], nextPageToken: "" };
    const slug = slugOf(team);
    const rows = await reading.lookUps.teamMembers(slug, "user", options);
    if (!rows) options.warn({ code: "CS-TEAM-GONE", message: `the team '${slug}' went while its members were read` });
    const items: Grant[] = [];
    for (const { user, role } of await this.#people(rows ?? [], team, { isSingle, reading, options })) {
      const id = await findUser(user, { isSingle, reading, options });
      if (id === undefined) {
        if (!(await isService(user, reading, options))) warnOfUnlisted(user, team, options);
        continue;
      }
      warnOfTeamRole(role, { member: id, team: slug }, options);
      items.push(teamGrant(team, teamMemberSlug, id));
      if (isTeamManager(role)) items.push(teamGrant(team, teamManagerSlug, id));
    }
    if (items.length > 0 && !isSingle && reading.facts.lackTeams === 0) warnOfEmptyMemberships(team, options);
    return { items, nextPageToken: "" };
  }

  /** The rows that are people, each person once. A service account may have the slug of a person. */
  async #people(
    rows: readonly TeamMember[],
    team: Resource,
    { reading, options }: Finding,
  ): Promise<readonly TeamMember[]> {
    const people = rows.filter(({ user_kind }) => user_kind?.toLowerCase() !== "service");
    const services = people.some(isOfUnknownKind) ? await reading.lookUps.services(options) : undefined;
    const doubtful = people.filter((row) => isOfUnknownKind(row) && services?.has(row.user));
    const shown = doubtful.length > 0 ? await reading.lookUps.teamMembers(slugOf(team), "service", options) : [];
    const ignored = new Set(shown?.map(({ user }) => user));
    const byUser = new Map<string, TeamMember>();
    for (const row of people) {
      // A server that shows the row whatever kind is asked for does not say whose it is.
      const isDoubtful = doubtful.includes(row) && ignored.has(row.user);
      if (isDoubtful) {
        const isPerson = (await findUser(row.user, { isSingle: false, reading, options })) !== undefined;
        if (isPerson) warnOfSharedSlug(row.user, team, options);
        continue;
      }
      const known = byUser.get(row.user);
      if (!known || isTeamManager(row.role)) byUser.set(row.user, row);
    }
    return [...byUser.values()];
  }
}

function isOfUnknownKind({ user_kind }: TeamMember): boolean {
  return user_kind === undefined;
}

interface Finding {
  readonly isSingle: boolean;
  readonly reading: OrganizationReading;
  readonly options: ListOptions;
}

/** In a targeted sync the list is searched; else somebody may have been renamed after it was read. */
async function findUser(user: string, { isSingle, reading, options }: Finding): Promise<string | undefined> {
  if (isSingle) return await reading.search(options.signal).idOf(user);
  const { memory } = reading.members(options.session);
  const listed = memory.idOf(user);
  if (listed !== undefined) return listed;
  const { lookedUp } = reading;
  if (!lookedUp.has(user)) {
    const id = (await reading.lookUps.member(user, options))?.user_id;
    lookedUp.set(user, id !== undefined && memory.has(id) ? id : undefined);
  }
  return lookedUp.get(user);
}

async function isService(user: string, reading: OrganizationReading, options: ListOptions): Promise<boolean> {
  return (await reading.lookUps.services(options))?.has(user) ?? false;
}

function warnOfUnlisted(user: string, team: Resource, { warn }: ListOptions): void {
  warn({
    code: "CS-MEMBER-UNLISTED",
    signal: "R4",
    severity: "partial",
    message: `the team '${team.displayName}' has a member '${user}' whom the member list does not show: the roster is partial`,
  });
}

function warnOfSharedSlug(user: string, team: Resource, { warn }: ListOptions): void {
  warn({
    code: "CS-TEAM-MEMBER-AMBIGUOUS",
    signal: "R4",
    severity: "partial",
    message: `the team '${team.displayName}' has a member '${user}', which is a person and a service account, and Cloudsmith does not say which: nothing is granted`,
  });
}

function warnOfEmptyMemberships(team: Resource, { warn }: ListOptions): void {
  warn({
    code: "CS-TEAMS-CONTRADICTED",
    signal: "R3",
    severity: "partial",
    message: `every membership says that its member is in no team, and the team '${team.displayName}' has members: they are in the file as the teams show them`,
  });
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
