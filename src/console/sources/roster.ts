/**
 * Everybody of one file, in memory: who can be searched, filtered and sorted while somebody types. Knows nothing of
 * files and pages.
 */
import { roleRank } from "../../reports/file-shape.ts";
import { folded, hasAllWords, searchWords } from "../../reports/folded-text.ts";
import type { PersonOrder, PersonRow, TeamRow } from "../contract/sources.ts";

/** A place in a team: who, and the most privileged slug held there. */
export interface TeamPlace {
  /** Index into the people. */
  readonly person: number;
  readonly role: string;
}

/** A team with its people. */
export interface RosterTeam {
  readonly row: TeamRow;
  readonly places: readonly TeamPlace[];
}

/** What people are asked for; absent conditions do not count. */
export interface PeopleQuery {
  readonly q?: string | undefined;
  readonly status?: PersonRow["status"] | undefined;
  readonly role?: string | undefined;
  readonly twoFactor?: PersonRow["twoFactor"] | undefined;
  /** Key of a team: type and id with a slash between them. */
  readonly team?: string | undefined;
  /** Counts with a team only. */
  readonly teamRole?: string | undefined;
  readonly order?: PersonOrder | undefined;
  readonly descending?: boolean | undefined;
}

/** What a roster is made of. */
export interface RosterContent {
  /** By type and id. */
  readonly people: readonly PersonRow[];
  /** Index of each person by {@link rosterKey}. */
  readonly byKey: ReadonlyMap<string, number>;
  /** {@link searchText} of each person. */
  readonly texts: readonly string[];
  readonly teams: readonly RosterTeam[];
}

/** People and teams of one sync. */
export class Roster {
  /** By type and id. */
  readonly people: readonly PersonRow[];
  /** By name. */
  readonly teams: readonly RosterTeam[];
  readonly #texts: readonly string[];
  readonly #byKey: ReadonlyMap<string, number>;
  readonly #teamsByKey: ReadonlyMap<string, RosterTeam>;
  readonly #orders = new Map<PersonOrder, Uint32Array>();

  constructor({ people, byKey, texts, teams }: RosterContent) {
    this.people = people;
    this.#byKey = byKey;
    this.#texts = texts;
    this.teams = teams.toSorted(
      (a, b) => compare(folded(a.row.name), folded(b.row.name)) || compare(a.row.id, b.row.id),
    );
    this.#teamsByKey = new Map(teams.map((team) => [rosterKey(team.row), team]));
  }

  person(type: string, id: string): PersonRow | undefined {
    const index = this.#byKey.get(rosterKey({ type, id }));
    return index === undefined ? undefined : this.people[index];
  }

  team(key: string): RosterTeam | undefined {
    return this.#teamsByKey.get(key);
  }

  /** Everybody who fits, in the order asked for; with the place in the team when one was asked for. */
  select(query: PeopleQuery): readonly PersonRow[] {
    const places = query.team === undefined ? undefined : this.#rolesIn(query.team);
    const fits = this.#condition(query, places);
    const found: PersonRow[] = [];
    const order = this.#order(query.order ?? "name");
    for (let at = 0; at < order.length; at++) {
      const index = order[query.descending === true ? order.length - 1 - at : at] ?? 0;
      const row = this.people[index];
      if (!row || !fits(index, row)) continue;
      const teamRole = places?.get(index);
      found.push(teamRole === undefined ? row : { ...row, teamRole });
    }
    return found;
  }

  #rolesIn(teamKey: string): ReadonlyMap<number, string> {
    const places = this.#teamsByKey.get(teamKey)?.places ?? [];
    return new Map(places.map(({ person, role }) => [person, role]));
  }

  #condition(
    { q = "", status, role, twoFactor, teamRole }: PeopleQuery,
    places: ReadonlyMap<number, string> | undefined,
  ): (index: number, row: PersonRow) => boolean {
    const words = searchWords(q);
    return (index, row) => {
      if (places && !places.has(index)) return false;
      if (places && teamRole !== undefined && places.get(index) !== teamRole) return false;
      if (status !== undefined && row.status !== status) return false;
      if (role !== undefined && !row.roles.includes(role)) return false;
      if (twoFactor !== undefined && row.twoFactor !== twoFactor) return false;
      return hasAllWords(this.#texts[index] ?? "", words);
    };
  }

  /** Indexes of all people in one order; made when it is first asked for. */
  #order(order: PersonOrder): Uint32Array {
    const known = this.#orders.get(order);
    if (known) return known;
    const keys = this.people.map(sortKeys[order]);
    const sorted = Uint32Array.from(keys.keys()).sort((a, b) => compare(keys[a] ?? "", keys[b] ?? "") || a - b);
    this.#orders.set(order, sorted);
    return sorted;
  }
}

/** Key of a person or team. */
export function rosterKey({ type, id }: { readonly type: string; readonly id: string }): string {
  return `${type}/${id}`;
}

/** What of a person is searched. */
export function searchText({ name, email, login, id }: PersonRow): string {
  return folded([name, email, login, id].join("\n"));
}

const statuses: readonly PersonRow["status"][] = ["enabled", "disabled", "deleted", "unknown"];
const factors: readonly PersonRow["twoFactor"][] = ["no", "unknown", "yes"];
/** Behind every text that people have. */
const last = "\uffff";

const sortKeys: Readonly<Record<PersonOrder, (row: PersonRow) => string | number>> = {
  name: ({ name, login, email, id }) => folded(name || login || email || id),
  email: ({ email }) => (email === null ? last : folded(email)),
  status: ({ status }) => statuses.indexOf(status),
  role: ({ roles: [first] }) => roleRank(first),
  teams: ({ teamCount }) => teamCount,
  "two-factor": ({ twoFactor }) => factors.indexOf(twoFactor),
  // Who never logged in comes before who did so long ago.
  "last-login": ({ lastLoginMs }) => lastLoginMs ?? Number.NEGATIVE_INFINITY,
  joined: ({ joinedMs }) => joinedMs ?? Number.POSITIVE_INFINITY,
};

function compare(a: string | number, b: string | number): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
