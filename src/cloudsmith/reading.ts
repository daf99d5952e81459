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

/** State of one sync. */
export class OrganizationReading {
  readonly client: CloudsmithClient;
  readonly organization: Organization;
  readonly #walks = new Map<string, PageWalk<Member>>();
  #teams: PageWalk<Team> | undefined;
  #search: MemberSearch | undefined;
  #roster: Roster | undefined;
  #directory: TeamDirectory | undefined;

  constructor(client: CloudsmithClient, organization: Organization) {
    this.client = client;
    this.organization = organization;
  }

  /** Asks for the first pages of every list at once: they will all be needed, and waiting costs most of a sync's time. */
  begin(signal: AbortSignal): void {
    for (const pass of passes) this.members(pass, 0, signal).begin();
    this.teams(signal).begin();
  }

  /** The walk of one pass; `round` counts repetitions because the list moved. */
  members(pass: Pass, round: number, signal: AbortSignal): PageWalk<Member> {
    const key = `${pass}/${round}`;
    let walk = this.#walks.get(key);
    if (!walk) {
      walk = this.client.walkMembers(this.organization.slug, { active: pass === "active", signal });
      this.#walks.set(key, walk);
    }
    return walk;
  }

  /** The walk over the teams. */
  teams(signal: AbortSignal): PageWalk<Team> {
    this.#teams ??= this.client.walkTeams(this.organization.slug, { signal });
    return this.#teams;
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

  /** Stops what is still on its way. */
  stop(): void {
    for (const walk of this.#walks.values()) walk.stop();
    this.#teams?.stop();
    this.#search?.stop();
  }
}
