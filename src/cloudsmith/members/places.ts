/**
 * In which teams a member is, by id. Memberships name teams by slug; a slug that no listed team has is looked into:
 * the team is hidden from this key, or it was renamed or deleted while the sync went on, and then the membership as it
 * is now counts.
 */
import type { ListOptions, SessionStore } from "../../sdk/contracts/connector.ts";
import type { Team } from "../schemas.ts";
import { type MemberNote, memberNote, teamNote } from "./notes.ts";
import type { OrganizationReading } from "./reading.ts";

/** A place in a team that is in the file. */
export interface TeamPlace {
  readonly teamId: string;
  readonly manages: boolean;
}

type TeamIndex = ReturnType<OrganizationReading["teams"]>["memory"];

/** Finds the places of members, one member at a time; made anew for each page of them. */
export class TeamPlaces {
  readonly #reading: OrganizationReading;
  readonly #teams: TeamIndex;
  readonly #asked: Map<string, string | undefined>;
  readonly #hidden: Set<string>;
  /** False when teams are no part of the sync. */
  readonly #isRead: boolean;

  constructor(reading: OrganizationReading, session: SessionStore) {
    this.#reading = reading;
    this.#teams = reading.teams(session).memory;
    this.#asked = reading.askedTeams;
    this.#hidden = reading.hiddenTeams;
    this.#isRead = this.#teams.endedAtMs !== undefined;
  }

  /** The places of the member; an array when nothing has to be asked. */
  of(note: MemberNote, options: ListOptions): readonly TeamPlace[] | Promise<readonly TeamPlace[]> {
    if (!note.teams || !this.#isRead) return [];
    const places = this.#listed(note);
    return places.length === note.teams.length ? places : this.#lookInto(note, options);
  }

  /**
   * Teams that memberships name and the list did not show, as far as they are found. One that is not found by its slug
   * is looked for under those that the membership names by now, because it may have been renamed.
   */
  async findUnlisted(unlisted: readonly (readonly [string, string])[], options: ListOptions): Promise<readonly Team[]> {
    const { lookUps } = this.#reading;
    const found = new Map<string, Team>();
    const find = async (slug: string): Promise<boolean> => {
      const team = await lookUps.team(slug, options);
      if (team && team.slug_perm !== "" && !this.#teams.has(team.slug_perm)) found.set(team.slug_perm, team);
      return team !== undefined;
    };
    for (const [slug, login] of unlisted) {
      if ((await find(slug)) || login === "") continue;
      const member = await lookUps.member(login, options);
      const named = member?.teams?.map((team) => team.slug) ?? [];
      if (named.includes(slug)) this.#hidden.add(slug);
      else for (const other of named) if (this.#teams.idOf(other) === undefined) await find(other);
    }
    if (found.size > 0) {
      options.warn({
        code: "CS-TEAM-BY-NAME",
        signal: "R3",
        count: found.size,
        message: "memberships name teams that the list did not show; they were found by name and are in the file",
      });
      this.#teams.correct([...found.values()].map(teamNote));
    }
    return [...found.values()];
  }

  #listed({ teams, manages }: MemberNote): TeamPlace[] {
    const places: TeamPlace[] = [];
    for (const slug of teams ?? []) {
      const teamId = this.#teams.idOf(slug) ?? this.#asked.get(slug);
      if (teamId !== undefined) places.push({ teamId, manages: manages.includes(slug) });
    }
    return places;
  }

  async #lookInto(note: MemberNote, options: ListOptions): Promise<readonly TeamPlace[]> {
    const missing = await this.#missing(note, options);
    if (missing.every((slug) => this.#hidden.has(slug))) {
      for (const slug of missing) warnOfHidden(slug, options);
      return distinct(this.#listed(note));
    }
    const current = await this.#lookUp(note, options);
    if (current === undefined) {
      options.warn(movedWarning(note));
      return distinct(this.#listed(note));
    }
    for (const slug of missing) if (!current.teams || current.teams.includes(slug)) this.#hidden.add(slug);
    if (missing.some((slug) => !this.#hidden.has(slug))) options.warn(movedWarning(note));
    for (const slug of await this.#missing(current, options)) {
      if (this.#hidden.has(slug)) warnOfHidden(slug, options);
    }
    return distinct(this.#listed(current));
  }

  /** Slugs without a team in the file, each asked for by name once. */
  async #missing({ teams }: MemberNote, options: ListOptions): Promise<readonly string[]> {
    const missing: string[] = [];
    for (const slug of teams ?? []) {
      if (this.#teams.idOf(slug) !== undefined) continue;
      if (!this.#asked.has(slug) && !this.#hidden.has(slug)) this.#asked.set(slug, await this.#ask(slug, options));
      if (this.#asked.get(slug) === undefined) missing.push(slug);
    }
    return missing;
  }

  async #ask(slug: string, options: ListOptions): Promise<string | undefined> {
    const team = await this.#reading.lookUps.team(slug, options);
    if (team === undefined || this.#teams.has(team.slug_perm)) return team?.slug_perm;
    options.warn({
      code: "CS-ROSTER-INCOMPLETE",
      signal: "R5",
      severity: "incomplete",
      message: `the team '${slug}' turned up after the teams were read`,
    });
    return undefined;
  }

  /** The membership as it is now; undefined when it is over or cannot be asked for. */
  async #lookUp(note: MemberNote, options: ListOptions): Promise<MemberNote | undefined> {
    if (note.name === "") return note;
    const member = await this.#reading.lookUps.member(note.name, options);
    return member?.user_id === note.id ? memberNote(member, "active") : undefined;
  }
}

/** Two slugs may lead to one team, in another case or after a rename: who is in it is in it once. */
function distinct(places: readonly TeamPlace[]): readonly TeamPlace[] {
  const byId = new Map<string, TeamPlace>();
  for (const { teamId, manages } of places) {
    byId.set(teamId, { teamId, manages: manages || (byId.get(teamId)?.manages ?? false) });
  }
  return [...byId.values()];
}

function movedWarning({ id }: MemberNote): Parameters<ListOptions["warn"]>[0] {
  return { code: "CS-MEMBERSHIP-MOVED", message: `the teams of member ${id} changed while they were read` };
}

function warnOfHidden(slug: string, { warn }: ListOptions): void {
  warn({
    code: "CS-TEAM-UNLISTED",
    signal: "R3",
    severity: "partial",
    message: `memberships name the team '${slug}', which this key cannot see: its grants are missing, the roster is partial`,
  });
}
