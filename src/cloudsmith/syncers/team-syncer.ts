/** Lists the teams and their entitlements; gives grants only where memberships do not carry their teams. */
import type { GetOptions, ListOptions, Page, ResourceSyncer } from "../../sdk/contracts/connector.ts";
import type { Entitlement, Grant, Resource, ResourceId } from "../../sdk/contracts/model.ts";
import { entitlementId, newGrant } from "../../sdk/resources/ids.ts";
import { organizationId, teamResource, userId } from "../converters.ts";
import {
  formatPosition,
  type ListPosition,
  lastSweep,
  pageKey,
  parsePosition,
  roundOf,
  type Step,
  startOf,
  takeStep,
} from "../members/list-position.ts";
import { warnOfTeamRole } from "../members/partial-signs.ts";
import type { OrganizationReading } from "../members/reading.ts";
import { findMember, findTeam } from "../members/team-places.ts";
import { teamEntitlements, teamManagerSlug, teamMemberSlug, teamType } from "../types.ts";

/** The page after the last of the list. */
const unlistedToken = "unlisted";
/** Members looked up one by one because a team names them by a slug that the member list did not show. */
const mostLookups = 50;

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
    const directory = reading.directory(options.session);
    if (options.pageToken === unlistedToken) {
      const teams = await reading.places(options.session).findUnlisted(unlistedSlugs(reading, options), options);
      directory.add("unlisted/0", teams);
      return { items: teams.map((team) => teamResource(team, parent)), nextPageToken: "" };
    }
    const position = parsePosition(options.pageToken, ["teams"]);
    const page = await reading.lists.teams(position.sweep, options.signal).page(position.page);
    const key = pageKey(position, 0);
    const round = roundOf(key);
    const step = takeStep(position, page, {
      idOf: (team) => team.slug_perm,
      isKnown: (id) => directory.sawIn(round, id),
      acceptsAgain: position.sweep === lastSweep,
    });
    const teams = [...page.repeated, ...page.items];
    directory.add(key, teams);
    return {
      items: teams.map((team) => teamResource(team, parent)),
      nextPageToken: nextToken(position, step, reading, options),
    };
  }

  async entitlements(team: Resource): Promise<Page<Entitlement>> {
    return { items: teamEntitlements(team), nextPageToken: "" };
  }

  /** By its immutable id. In a targeted sync the team gives its own grants. */
  async get(id: ResourceId, parent: ResourceId | undefined, options: GetOptions): Promise<Resource | undefined> {
    const reading = await this.#reading(options.signal);
    const team = reading.isWithin(parent) ? await findTeam(reading, id.resource, options.signal) : undefined;
    // The API answers to slugs, too, and another team's slug may be what was taken for an id.
    if (team?.slug_perm !== id.resource) return undefined;
    options.session.set(singlePrefix + id.resource, Buffer.from(team.slug, "utf8"));
    return teamResource(team, organizationId(reading.organization));
  }

  /**
   * Memberships carry their teams, and the organization's grants are made of them. The team itself is asked when an
   * older API does not say them, and when the team was read by itself.
   */
  async grants(team: Resource, options: ListOptions): Promise<Page<Grant>> {
    const reading = await this.#reading(options.signal);
    const roster = reading.roster(options.session);
    const isSingle = options.session.get(singlePrefix + team.id.resource) !== undefined;
    if (!roster.lacksTeams && !isSingle) return { items: [], nextPageToken: "" };
    const members = await reading.client.teamMembers(reading.organization.slug, slugOf(team), "user", {
      signal: options.signal,
    });
    const items: Grant[] = [];
    for (const { user, role } of members) {
      const id = roster.userIdOf(user) ?? (await findUser(user, { isSingle, reading, options }));
      if (id === undefined) {
        options.warn({
          code: "CS-MEMBER-UNLISTED",
          signal: "R4",
          severity: "partial",
          message: `the team '${team.displayName}' has a member '${user}' whom the member list does not show: the roster is partial`,
        });
        continue;
      }
      warnOfTeamRole(role, { member: id, team: slugOf(team) }, options);
      items.push(teamGrant(team, teamMemberSlug, id));
      if (role === "Manager") items.push(teamGrant(team, teamManagerSlug, id));
    }
    return { items, nextPageToken: "" };
  }
}

interface Finding {
  readonly isSingle: boolean;
  readonly reading: OrganizationReading;
  readonly options: ListOptions;
}

/** In a targeted sync the list is searched; else somebody may have been renamed after it was read. */
async function findUser(user: string, { isSingle, reading, options }: Finding): Promise<string | undefined> {
  if (isSingle) return await reading.search(options.signal).idOf(user);
  const { lookedUp } = reading;
  if (!lookedUp.has(user) && lookedUp.size < mostLookups) {
    const id = (await findMember(reading, user, options.signal))?.user_id;
    lookedUp.set(user, id !== undefined && reading.roster(options.session).has(id) ? id : undefined);
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

/** The next page, the list once more if it moved, then the teams it did not show, if any. */
function nextToken(position: ListPosition, step: Step, reading: OrganizationReading, options: ListOptions): string {
  if (step.kind === "on") return formatPosition(step.position);
  if (step.kind === "ended") return unlistedSlugs(reading, options).length > 0 ? unlistedToken : "";
  if (position.sweep < lastSweep) {
    options.warn({ code: "CS-TEAMS-MOVED", message: "the team list changed while it was read, and is read again" });
    return formatPosition(startOf("teams", position.sweep + 1));
  }
  options.warn({
    code: "CS-ROSTER-INCOMPLETE",
    signal: "R5",
    severity: "incomplete",
    message: `read ${lastSweep + 1} times, the team list never added up`,
  });
  return "";
}

/** Each with the slug of somebody whose membership names it. */
function unlistedSlugs(reading: OrganizationReading, { session }: ListOptions): readonly [string, string][] {
  const directory = reading.directory(session);
  return reading
    .roster(session)
    .teams()
    .filter(([slug]) => directory.find(slug) === undefined);
}
