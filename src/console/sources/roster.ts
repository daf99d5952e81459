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

/** People and teams of one sync. */
export class Roster {
  /** By type and id. */
  readonly people: readonly PersonRow[];
  /** By name. */
  readonly teams: readonly RosterTeam[];
  readonly #byKey: ReadonlyMap<string, number>;
  readonly #teamsByKey: ReadonlyMap<string, RosterTeam>;

  constructor({ people, teams }: RosterContent) {
    this.people = people;
    this.#byKey = new Map(people.map((person, index) => [rosterKey(person), index]));
    this.teams = teams.toSorted(
      (a, b) => compareTexts(folded(a.row.name), folded(b.row.name)) || compareTexts(a.row.id, b.row.id),
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
