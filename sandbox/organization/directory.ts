/**
 * Finds and sorts what is in an organization, at one revision of it. A change of the organization makes a new
 * directory; knows nothing of callers and of HTTP.
 */

import type { RowList } from "../endpoints/row-list.ts";
import type { Member, Organization, Service, Team, TeamRole } from "./model.ts";

/** A person or service in a team. */
export interface TeamPlace<T> {
  readonly holder: T;
  readonly role: TeamRole;
}

/** Indexes and sorted lists, each built when first asked for. */
export class Directory {
  readonly organization: Organization;
  readonly revision: number;
  readonly #members = new Map<string, Member>();
  readonly #emails = new Map<string, Member>();
  readonly #teams = new Map<string, Team>();
  readonly #services = new Map<string, Service>();
  readonly #present: ReadonlySet<Member | Service>;
  #teamMembers: ReadonlyMap<Team, TeamPlace<Member>[]> | undefined;
  #teamServices: ReadonlyMap<Team, TeamPlace<Service>[]> | undefined;
  readonly #sortedMembers = new Map<string, readonly Member[]>();
  readonly #sortedTeams = new Map<string, readonly Team[]>();
  readonly #prepared = new Map<string, RowList>();

  constructor(organization: Organization) {
    this.organization = organization;
    this.revision = organization.revision;
    for (const member of organization.members) {
      this.#members.set(member.user, member);
      this.#emails.set(member.email, member);
    }
    for (const team of organization.teams) this.#teams.set(team.slugPerm, team);
    for (const team of organization.teams) this.#teams.set(team.slug, team);
    for (const service of organization.services) this.#services.set(service.slug, service);
    this.#present = new Set([...organization.members, ...organization.services]);
  }

  /** Whether the person or service is in the organization now. */
  has(holder: Member | Service): boolean {
    return this.#present.has(holder);
  }

  /** By user slug or e-mail address. */
  member(id: string): Member | undefined {
    return this.#members.get(id) ?? this.#emails.get(id);
  }

  /** By slug or immutable id. */
  team(id: string): Team | undefined {
    return this.#teams.get(id);
  }

  service(slug: string): Service | undefined {
    return this.#services.get(slug);
  }

  /** The people in a team, in the organization's order. */
  teamMembers(team: Team): readonly TeamPlace<Member>[] {
    this.#teamMembers ??= byTeam(this.organization.members);
    return this.#teamMembers.get(team) ?? [];
  }

  /** The service accounts in a team. */
  teamServices(team: Team): readonly TeamPlace<Service>[] {
    this.#teamServices ??= byTeam(this.organization.services);
    return this.#teamServices.get(team) ?? [];
  }

  /** All members by `user_name` or `role`. Names compare by UTF-16 unit; ties go by user slug. */
  membersBy(field: "user_name" | "role"): readonly Member[] {
    return cached(this.#sortedMembers, field, () =>
      this.organization.members.toSorted(
        (a, b) =>
          (field === "role" ? compare(a.role, b.role) : 0) ||
          compare(a.userName, b.userName) ||
          compare(a.user, b.user),
      ),
    );
  }

  /** All teams by name or by number of members. */
  teamsBy(field: "name" | "members"): readonly Team[] {
    const size = (team: Team): number => this.teamMembers(team).length;
    return cached(this.#sortedTeams, field, () =>
      this.organization.teams.toSorted(
        (a, b) => (field === "members" ? size(a) - size(b) : 0) || compare(a.name, b.name) || compare(a.slug, b.slug),
      ),
    );
  }

  /** A list that was rendered before under the same key, else the one that `make` renders now. */
  prepared(key: string, make: () => RowList): RowList {
    return cached(this.#prepared, key, make);
  }
}

/** Orders strings by UTF-16 unit, independent of any locale. */
export function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

function cached<T>(cache: Map<string, T>, key: string, make: () => T): T {
  const found = cache.get(key);
  if (found !== undefined) return found;
  const made = make();
  cache.set(key, made);
  return made;
}

function byTeam<T extends Member | Service>(holders: readonly T[]): ReadonlyMap<Team, TeamPlace<T>[]> {
  const places = new Map<Team, TeamPlace<T>[]>();
  for (const holder of holders) {
    for (const { team, role } of holder.memberships) {
      const list = places.get(team);
      if (list) list.push({ holder, role });
      else places.set(team, [{ holder, role }]);
    }
  }
  return places;
}
