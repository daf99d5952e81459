/**
 * What members hold in teams. Memberships name teams by slug; a slug that no listed team has is looked into: the team is
 * hidden from this key, or it was renamed or deleted while the sync went on, and then the membership as it is now counts.
 */
import type { ListMemory } from "../../sdk/api/list-memory.ts";
import type { ListOptions } from "../../sdk/contracts/connector.ts";
import type { EntitlementRef } from "../../sdk/contracts/model.ts";
import { entitlementId } from "../../sdk/resources/ids.ts";
import { teamId } from "../converters.ts";
import type { Team } from "../schemas.ts";
import { teamManagerSlug, teamMemberSlug } from "../types.ts";
import type { LookUps } from "./look-ups.ts";
import { type MemberNote, type MemberNotes, type TeamNote, teamNote } from "./notes.ts";
import { meant, sign } from "./signs.ts";

/** The two entitlements of a team: its grants share them. */
interface TeamRefs {
  readonly member: EntitlementRef;
  readonly manager: EntitlementRef;
}

/** Where they are found. */
export interface TeamPlacesOptions {
  readonly teams: ListMemory<TeamNote>;
  readonly notes: MemberNotes;
  readonly lookUps: LookUps;
}

/** Finds what members hold, one member at a time, when members and teams are read. */
export class TeamPlaces {
  readonly #teams: ListMemory<TeamNote>;
  readonly #notes: MemberNotes;
  readonly #lookUps: LookUps;
  /** By id, and by number of the slug. */
  readonly #refs = new Map<string, TeamRefs>();
  readonly #refsBySlug: TeamRefs[] = [];
  /** By slug: the id of a team asked for by name; undefined: this key cannot see such a team. */
  readonly #asked = new Map<string, string | undefined>();
  /** Slugs that memberships name, also when asked again, and that this key cannot see. */
  readonly #hidden = new Set<string>();
  #isRead: boolean | undefined;

  constructor({ teams, notes, lookUps }: TeamPlacesOptions) {
    this.#teams = teams;
    this.#notes = notes;
    this.#lookUps = lookUps;
  }

  /** The entitlements of teams in the file that the member holds; an array when nothing has to be asked. */
  of(note: MemberNote, options: ListOptions): readonly EntitlementRef[] | Promise<readonly EntitlementRef[]> {
    // Teams may be no part of the sync.
    this.#isRead ??= this.#teams.endedAtMs !== undefined;
    if (!note.teams || !this.#isRead) return [];
    const isKnown = note.teams.every((team) => this.#refsOf(team) !== undefined);
    return isKnown ? this.#held(note) : this.#lookInto(note, options);
  }

  /**
   * Teams that memberships name and the list did not show, as far as they are found. One that is not found by its slug
   * is looked for under those that the membership names by now, because it may have been renamed.
   */
  async findUnlisted(unlisted: readonly (readonly [string, string])[], options: ListOptions): Promise<readonly Team[]> {
    const found = new Map<string, Team>();
    const isThere = new Map<string, boolean>();
    const find = async (slug: string): Promise<boolean> => {
      const known = isThere.get(slug);
      if (known !== undefined) return known;
      const team = await this.#lookUps.team(slug, options);
      if (team && team.slug_perm !== "" && !this.#teams.has(team.slug_perm)) found.set(team.slug_perm, team);
      isThere.set(slug, team !== undefined);
      return team !== undefined;
    };
    const namedBy = new Map<string, ReadonlySet<string>>();
    this.#lookUps.expect(unlisted.length, options);
    for (const [slug, login] of unlisted) {
      if ((await find(slug)) || login === "") continue;
      const named = namedBy.get(login) ?? (await this.#slugsNow(login, options));
      namedBy.set(login, named);
      if (named.has(slug)) this.#hidden.add(slug);
      else for (const other of named) if (this.#teams.idOf(other) === undefined) await find(other);
    }
    if (found.size > 0) {
      options.warn({ ...sign("CS-TEAM-BY-NAME"), count: found.size });
      this.#teams.correct([...found.values()].map(teamNote));
    }
    return [...found.values()];
  }

  /** Slugs of the teams on a membership as it is now. */
  async #slugsNow(login: string, options: ListOptions): Promise<ReadonlySet<string>> {
    const member = await this.#lookUps.member(login, options);
    return new Set(member?.teams?.map(({ slug }) => slug));
  }

  /** What the member holds of the teams that are known. */
  #held({ teams, manages }: MemberNote): readonly EntitlementRef[] {
    const held: EntitlementRef[] = [];
    for (const team of teams ?? []) {
      const refs = this.#refsOf(team);
      if (!refs) continue;
      held.push(refs.member);
      if (manages.includes(team)) held.push(refs.manager);
    }
    // Two slugs may lead to one team, in another case or after a rename.
    return this.#asked.size === 0 ? held : [...new Set(held)];
  }

  #refsOf(team: number): TeamRefs | undefined {
    const known = this.#refsBySlug[team];
    if (known) return known;
    const slug = this.#notes.slugs.at(team);
    const id = this.#teams.idOf(slug) ?? this.#asked.get(slug);
    if (id === undefined) return undefined;
    const resource = teamId(id);
    const refOf = (entitlement: string): EntitlementRef => ({ id: entitlementId(resource, entitlement), resource });
    const refs = this.#refs.get(id) ?? { member: refOf(teamMemberSlug), manager: refOf(teamManagerSlug) };
    this.#refs.set(id, refs);
    this.#refsBySlug[team] = refs;
    return refs;
  }

  async #lookInto(note: MemberNote, options: ListOptions): Promise<readonly EntitlementRef[]> {
    const missing = await this.#missing(note, options);
    if (missing.every((slug) => this.#hidden.has(slug))) {
      for (const slug of missing) options.warn(sign("CS-TEAM-UNLISTED", { team: slug }));
      return this.#held(note);
    }
    const current = await this.#lookUp(note, options);
    if (current === undefined) {
      options.warn(sign("CS-MEMBERSHIP-MOVED", { member: note.id }));
      return this.#held(note);
    }
    const named = current.teams && new Set(current.teams.map((team) => this.#notes.slugs.at(team)));
    for (const slug of missing) if (!named || named.has(slug)) this.#hidden.add(slug);
    if (missing.some((slug) => !this.#hidden.has(slug))) options.warn(sign("CS-MEMBERSHIP-MOVED", { member: note.id }));
    for (const slug of await this.#missing(current, options)) {
      if (this.#hidden.has(slug)) options.warn(sign("CS-TEAM-UNLISTED", { team: slug }));
    }
    return this.#held(current);
  }

  /** Slugs without a team in the file, each asked for by name once. */
  async #missing({ teams }: MemberNote, options: ListOptions): Promise<readonly string[]> {
    const missing: string[] = [];
    for (const team of teams ?? []) {
      if (this.#refsOf(team)) continue;
      const slug = this.#notes.slugs.at(team);
      if (!this.#asked.has(slug) && !this.#hidden.has(slug)) this.#asked.set(slug, await this.#ask(slug, options));
      if (this.#asked.get(slug) === undefined) missing.push(slug);
    }
    return missing;
  }

  async #ask(slug: string, options: ListOptions): Promise<string | undefined> {
    const team = await this.#lookUps.team(slug, options);
    if (team === undefined || this.#teams.has(team.slug_perm)) return team?.slug_perm;
    options.warn(meant("CS-ROSTER-INCOMPLETE", `the team '${slug}' turned up after the teams were read`));
    return undefined;
  }

  /** The membership as it is now; undefined when it is over or cannot be asked for. */
  async #lookUp(note: MemberNote, options: ListOptions): Promise<MemberNote | undefined> {
    if (note.name === "") return note;
    const member = await this.#lookUps.member(note.name, options);
    return member?.user_id === note.id ? this.#notes.of(member, "active") : undefined;
  }
}
