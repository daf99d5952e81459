/**
 * One reading of the organization: the walks over its lists, fetched ahead and shared by the syncers, and what was
 * found so far. Begins anew with every sync and holds nothing that a resumed run could not find again.
 */
import type { SessionStore } from "../sdk/contracts/connector.ts";
import type { ResourceId } from "../sdk/contracts/model.ts";
import type { CloudsmithClient, PageWalk } from "./client/cloudsmith-client.ts";
import type { Member, Organization, Team } from "./client/schemas.ts";
import { organizationId } from "./converters.ts";
import { MemberSearch } from "./member-search.ts";
import { type Pass, passes } from "./passes.ts";
import { Roster } from "./roster.ts";
import { TeamDirectory } from "./team-directory.ts";
import { TeamPlaces } from "./team-places.ts";

/** State of one sync. */
export class OrganizationReading {
  readonly client: CloudsmithClient;
  readonly organization: Organization;
  /** Slug of the key's owner; undefined when not known. */
  readonly callerSlug: string | undefined;
  /** By user slug: ids of members looked up one by one; undefined: there is none in the file. */
  readonly lookedUp = new Map<string, string | undefined>();
  readonly #memberWalks = new Walks<Member>();
  readonly #teamWalks = new Walks<Team>();
  #search: MemberSearch | undefined;
  #roster: Roster | undefined;
  #directory: TeamDirectory | undefined;
  #places: TeamPlaces | undefined;

  constructor(client: CloudsmithClient, organization: Organization, callerSlug: string | undefined) {
    this.client = client;
    this.organization = organization;
    this.callerSlug = callerSlug;
  }

  /** Asks for the first pages of every list at once: they will all be needed, and waiting costs most of a sync's time. */
  begin(signal: AbortSignal): void {
    for (const pass of passes) this.members(pass, 0, signal).begin();
    this.teams(0, signal).begin();
  }

  /** The walk of one pass; with another `sweep` than before, because the list moved, it begins anew. */
  members(pass: Pass, sweep: number, signal: AbortSignal): PageWalk<Member> {
    const begin = (): PageWalk<Member> =>
      this.client.walkMembers(this.organization.slug, { active: pass === "active", signal });
    return this.#memberWalks.get(pass, sweep, begin);
  }

  /** The walk over the teams; `sweep` as for members. */
  teams(sweep: number, signal: AbortSignal): PageWalk<Team> {
    return this.#teamWalks.get("teams", sweep, () => this.client.walkTeams(this.organization.slug, { signal }));
  }

  /** Finds single members, for targeted syncs. */
  search(signal: AbortSignal): MemberSearch {
    this.#search ??= new MemberSearch(this.client, this.organization.slug, signal);
    return this.#search;
  }

  /** True when `id` is this organization, or when no parent is named. */
  isWithin(id: ResourceId | undefined): boolean {
    const own = organizationId(this.organization);
    return id === undefined || (id.resourceType === own.resourceType && id.resource === own.resource);
  }

  /** Who was read so far. */
  roster(session: SessionStore): Roster {
    this.#roster ??= new Roster(session);
    return this.#roster;
  }

  /** Which team has which slug. */
  directory(session: SessionStore): TeamDirectory {
    this.#directory ??= new TeamDirectory(session);
    return this.#directory;
  }

  /** In which teams whom is, by id. */
  places(session: SessionStore): TeamPlaces {
    this.#places ??= new TeamPlaces(this, this.directory(session));
    return this.#places;
  }

  /** Stops what is still on its way. */
  stop(): void {
    this.#memberWalks.stop();
    this.#teamWalks.stop();
    this.#search?.stop();
  }
}

/** The walks of the current sweep; those of the sweeps before are stopped. */
class Walks<T> {
  readonly #walks = new Map<string, PageWalk<T>>();
  #sweep = 0;

  get(list: string, sweep: number, begin: () => PageWalk<T>): PageWalk<T> {
    if (sweep !== this.#sweep) {
      this.stop();
      this.#walks.clear();
      this.#sweep = sweep;
    }
    const walk = this.#walks.get(list) ?? begin();
    this.#walks.set(list, walk);
    return walk;
  }

  stop(): void {
    for (const walk of this.#walks.values()) walk.stop();
  }
}
