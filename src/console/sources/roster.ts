/** Everybody of one file and all teams, in memory. Knows nothing of files and pages. */
import { folded } from "../../reports/folded-text.ts";
import { compareTexts } from "../../reports/report.ts";
import type { PersonRow, TeamRow } from "../contract/sources.ts";

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

/** What a roster is made of, as plain data. */
export interface RosterContent {
  /** By type and id. */
  readonly people: readonly PersonRow[];
  readonly teams: readonly RosterTeam[];
}

/** What is searched of a person. */
export const searchedKeys = ["name", "login", "email", "id"] as const;

/** People and teams of one sync. */
export class Roster {
  /** By type and id. */
  readonly people: readonly PersonRow[];
  /** By name. */
  readonly teams: readonly RosterTeam[];
  /** By type, then by id. */
  readonly #places = new Map<string, Map<string, number>>();
  readonly #texts = new Map<PersonRow, string>();
  readonly #teamsByKey: ReadonlyMap<string, RosterTeam>;

  constructor({ people, teams }: RosterContent) {
    this.people = people;
    for (const [place, { type, id }] of people.entries()) {
      const ofType = this.#places.get(type) ?? new Map<string, number>();
      this.#places.set(type, ofType.set(id, place));
    }
    this.teams = teams.toSorted(
      (a, b) => compareTexts(folded(a.row.name), folded(b.row.name)) || compareTexts(a.row.id, b.row.id),
    );
    this.#teamsByKey = new Map(teams.map((team) => [rosterKey(team.row), team]));
  }

  person(type: string, id: string): PersonRow | undefined {
    const place = this.placeOf(type, id);
    return place === undefined ? undefined : this.people[place];
  }

  /** Index into the people. */
  placeOf(type: string, id: string): number | undefined {
    return this.#places.get(type)?.get(id);
  }

  /** What is searched of a person, folded, a line each: made once for all tables in which the person stands. */
  textOf(person: PersonRow): string {
    const known = this.#texts.get(person);
    if (known !== undefined) return known;
    const text = searchedKeys.map((key) => folded(person[key] ?? "")).join("\n");
    this.#texts.set(person, text);
    return text;
  }

  team(key: string): RosterTeam | undefined {
    return this.#teamsByKey.get(key);
  }

  /** The people of a team, nobody for one that is not there. */
  peopleOf(teamKey: string): ReadonlySet<PersonRow> {
    const places = this.team(teamKey)?.places ?? [];
    return new Set(places.map(({ person }) => this.people[person]).filter((person) => person !== undefined));
  }
}

/** Key of a person or team. */
export function rosterKey({ type, id }: { readonly type: string; readonly id: string }): string {
  return `${type}/${id}`;
}
