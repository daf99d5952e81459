/**
 * One reading of the organization: the walks over its lists, fetched ahead and shared by the syncers, and what was
 * found so far. Begins anew with every sync and holds nothing that a resumed run could not find again.
 */
import type { SessionStore } from "../sdk/contracts/connector.ts";
import type { CloudsmithClient, PageWalk } from "./client/cloudsmith-client.ts";
import type { Member, Organization, Team } from "./client/schemas.ts";
import { Roster } from "./roster.ts";
import { TeamDirectory } from "./team-directory.ts";

/** The two passes over the member list, in order; together they are everybody, whatever `is_active` absent means. */
export const passes = ["active", "inactive"] as const;
/** One of the two passes. */
export type Pass = (typeof passes)[number];

/** State of one sync. */
export class OrganizationReading {
  readonly client: CloudsmithClient;
  readonly organization: Organization;
  readonly #walks = new Map<string, PageWalk<Member>>();
  #teams: PageWalk<Team> | undefined;
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
  }
}
