/**
 * In which teams a member is, by id. Memberships name teams by slug; a slug that no listed team has is looked into:
 * the team is hidden from this key, or it was renamed or deleted while the sync went on, and then the membership as it
 * is now counts.
 */
import type { ListOptions } from "../../sdk/contracts/connector.ts";
import { Status, toBatonError } from "../../sdk/errors.ts";
import type { Member, Team } from "../schemas.ts";
import { type MemberRecord, memberRecord } from "./member-pages.ts";
import type { OrganizationReading } from "./reading.ts";
import type { TeamDirectory } from "./team-directory.ts";

/** A place in a team that is in the file. */
export interface TeamPlace {
  readonly teamId: string;
  readonly manages: boolean;
}

/** Members looked up one by one; a sync during which more moves should be made again. */
const mostLookups = 200;

/** Finds the places of members, one member at a time. */
export class TeamPlaces {
  readonly #reading: OrganizationReading;
  readonly #directory: TeamDirectory;
  /** By slug: the id of a team asked for by name; undefined: this key cannot see such a team. */
  readonly #asked = new Map<string, string | undefined>();
  /** Slugs that memberships name, also when asked again, and that this key cannot see. */
  readonly #hidden = new Set<string>();
  #lookups = 0;

  constructor(reading: OrganizationReading, directory: TeamDirectory) {
    this.#reading = reading;
    this.#directory = directory;
  }

  /** The places of the member; an array when nothing has to be asked. */
  of(record: MemberRecord, options: ListOptions): readonly TeamPlace[] | Promise<readonly TeamPlace[]> {
    if (!this.#directory.isRead) return [];
    const places = this.#listed(record);
    return places.length === record.teams.length ? places : this.#lookInto(record, options);
  }

  /**
   * Teams that memberships name and the list did not show. One that is not found by its slug is looked for under those
   * that the membership names by now, because it may have been renamed.
   *
   * @param unlisted slugs, each with the user slug of a member whose membership names it.
   */
  async findUnlisted(unlisted: readonly (readonly [string, string])[], options: ListOptions): Promise<readonly Team[]> {
    const found = new Map<string, Team>();
    const find = async (slug: string): Promise<boolean> => {
      const team = await findTeam(this.#reading, slug, options.signal);
      if (team && !this.#directory.has(team.slug_perm)) found.set(team.slug_perm, team);
      return team !== undefined;
    };
    for (const [slug, userSlug] of unlisted) {
      if ((await find(slug)) || userSlug === "") continue;
      const member = await findMember(this.#reading, userSlug, options.signal);
      const named = member?.teams?.map((team) => team.slug) ?? [];
      if (named.includes(slug)) this.#hidden.add(slug);
      else for (const other of named) if (this.#directory.find(other) === undefined) await find(other);
    }
    if (found.size > 0) {
      options.warn({
        code: "CS-TEAM-BY-NAME",
        signal: "R3",
        count: found.size,
        message: "memberships name teams that the list did not show; they were found by name and are in the file",
      });
    }
    return [...found.values()];
  }

  #listed({ teams, managedTeams }: MemberRecord): TeamPlace[] {
    const places: TeamPlace[] = [];
    for (const slug of teams) {
      const teamId = this.#directory.find(slug) ?? this.#asked.get(slug);
      if (teamId !== undefined) places.push({ teamId, manages: managedTeams.includes(slug) });
    }
    return places;
  }

  async #lookInto(record: MemberRecord, options: ListOptions): Promise<readonly TeamPlace[]> {
    const missing = await this.#missing(record, options);
    if (missing.every((slug) => this.#hidden.has(slug))) {
      for (const slug of missing) warnOfHidden(slug, options);
      return this.#listed(record);
    }
    const current = await this.#lookUp(record, options);
    if (current === undefined) {
      options.warn(movedWarning(record));
      return this.#listed(record);
    }
    for (const slug of missing) if (!current.hasTeams || current.teams.includes(slug)) this.#hidden.add(slug);
    if (missing.some((slug) => !this.#hidden.has(slug))) options.warn(movedWarning(record));
    for (const slug of await this.#missing(current, options)) {
      if (this.#hidden.has(slug)) warnOfHidden(slug, options);
    }
    return this.#listed(current);
  }

  /** Slugs without a team in the file, each asked for by name once. */
  async #missing({ teams }: MemberRecord, options: ListOptions): Promise<readonly string[]> {
    const missing: string[] = [];
    for (const slug of teams) {
      if (this.#directory.find(slug) !== undefined) continue;
      if (!this.#asked.has(slug) && !this.#hidden.has(slug)) this.#asked.set(slug, await this.#ask(slug, options));
      if (this.#asked.get(slug) === undefined) missing.push(slug);
    }
    return missing;
  }

  async #ask(slug: string, { signal, warn }: ListOptions): Promise<string | undefined> {
    const team = await findTeam(this.#reading, slug, signal);
    if (team === undefined || this.#directory.has(team.slug_perm)) return team?.slug_perm;
    warn({
      code: "CS-ROSTER-INCOMPLETE",
      signal: "R5",
      severity: "incomplete",
      message: `the team '${slug}' turned up after the teams were read`,
    });
    return undefined;
  }

  /** The membership as it is now; undefined when it is over or cannot be asked for. */
  async #lookUp(record: MemberRecord, { signal, warn }: ListOptions): Promise<MemberRecord | undefined> {
    if (record.userSlug === "") return record;
    if (++this.#lookups > mostLookups) {
      warn({
        code: "CS-ROSTER-INCOMPLETE",
        signal: "R5",
        severity: "incomplete",
        message: `the teams of more than ${mostLookups} members changed while they were read`,
      });
    }
    const member = await findMember(this.#reading, record.userSlug, signal);
    return member?.user_id === record.userId ? memberRecord(member, record.active) : undefined;
  }
}

function movedWarning({ userId }: MemberRecord): Parameters<ListOptions["warn"]>[0] {
  return { code: "CS-MEMBERSHIP-MOVED", message: `the teams of member ${userId} changed while they were read` };
}

function warnOfHidden(slug: string, { warn }: ListOptions): void {
  warn({
    code: "CS-TEAM-UNLISTED",
    signal: "R3",
    severity: "partial",
    message: `memberships name the team '${slug}', which this key cannot see: its grants are missing, the roster is partial`,
  });
}

/** One team by slug; undefined when it does not exist or this key may not see it. */
export async function findTeam(
  { client, organization }: OrganizationReading,
  slug: string,
  signal: AbortSignal,
): Promise<Team | undefined> {
  try {
    return await client.team(organization.slug, slug, { signal });
  } catch (caught) {
    const { status } = toBatonError(caught);
    if (status === Status.notFound || status === Status.permissionDenied) return undefined;
    throw caught;
  }
}

/** One member by user slug; undefined when there is none. */
export async function findMember(
  { client, organization }: OrganizationReading,
  slug: string,
  signal: AbortSignal,
): Promise<Member | undefined> {
  try {
    return await client.member(organization.slug, slug, { signal });
  } catch (caught) {
    const { status, fatal } = toBatonError(caught);
    if (status === Status.notFound && !fatal) return undefined;
    throw caught;
  }
}
