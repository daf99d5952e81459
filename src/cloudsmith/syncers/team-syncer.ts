/** Lists the teams and their entitlements; gives grants only where memberships do not carry their teams. */
import type { GetOptions, ListOptions, Page, ResourceSyncer } from "../../sdk/contracts/connector.ts";
import type { Entitlement, Grant, Resource, ResourceId } from "../../sdk/contracts/model.ts";
import { BatonError, Status } from "../../sdk/errors.ts";
import { entitlementId, newGrant } from "../../sdk/resources/ids.ts";
import type { Team } from "../client/schemas.ts";
import { organizationId, teamResource, userId } from "../converters.ts";
import type { OrganizationReading } from "../reading.ts";
import { teamEntitlements, teamManagerSlug, teamMemberSlug, teamType } from "../resource-types.ts";
import { findTeam } from "../team-directory.ts";

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
    const number = parsePage(options.pageToken);
    const page = await reading.teams(options.signal).page(number);
    const directory = reading.directory(options.session);
    directory.add(String(number), page.items);
    const unlisted = page.isLast ? await unlistedTeams(reading, options) : [];
    if (unlisted.length > 0) directory.add("unlisted", unlisted);
    return {
      items: [...page.items, ...unlisted].map((team) => teamResource(team, parent)),
      nextPageToken: page.isLast ? "" : String(number + 1),
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
      const id = roster.userIdOf(user) ?? (isSingle ? await reading.search(options.signal).idOf(user) : undefined);
      if (id === undefined) {
        options.warn({
          code: "CS-MEMBER-UNLISTED",
          message: `the team '${team.displayName}' has a member '${user}' whom the member list does not show: the roster is partial`,
        });
        continue;
      }
      items.push(teamGrant(team, teamMemberSlug, id));
      if (role === "Manager") items.push(teamGrant(team, teamManagerSlug, id));
    }
    return { items, nextPageToken: "" };
  }
}

function teamGrant(team: Resource, slug: string, member: string): Grant {
  return newGrant({ id: entitlementId(team.id, slug), resource: team.id }, userId(member));
}

/** The slug is how the API finds a team; the id outlives it. */
function slugOf(team: Resource): string {
  const slug = team.profile?.["slug"];
  return typeof slug === "string" ? slug : team.id.resource;
}

async function unlistedTeams(reading: OrganizationReading, options: ListOptions): Promise<readonly Team[]> {
  const directory = reading.directory(options.session);
  const found: Team[] = [];
  for (const slug of reading.roster(options.session).teamSlugs) {
    if (directory.find(slug) !== undefined) continue;
    const team = await findTeam(reading, slug, options.signal);
    if (team && !directory.has(team.slug_perm)) found.push(team);
  }
  return found;
}

function parsePage(token: string): number {
  const page = token === "" ? 1 : Number(token);
  if (Number.isSafeInteger(page) && page > 0) return page;
  throw new BatonError({
    code: "CS-PAGE-TOKEN",
    status: Status.invalidArgument,
    message: `'${token}' is not a page of the team list.`,
    fatal: true,
  });
}
