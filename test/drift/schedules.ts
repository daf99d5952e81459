/** Seeded schedules of changes between requests, by class, and the memory of what was true while it was read. */
import { createRandom, type Random } from "../../sandbox/random.ts";
import type { MovingOrganization, MovingTeam, Person } from "./moving-client.ts";

/** What a schedule changes. */
export const driftClasses = ["removed", "added", "changed", "teams"] as const;
/** One of them. */
export type DriftClass = (typeof driftClasses)[number];

/** One schedule: an organization, and what happens to it before which request. */
export interface Schedule {
  readonly world: MovingOrganization;
  readonly history: History;
  readonly pageSize: number;
  readonly falseMeansEverybody: boolean;
  readonly ahead: number;
  readonly cutsPagesItself: boolean;
  beforeRequest(request: number): void;
}

/** What was true at some time while the organization was read. */
export class History {
  /** By id: everything a member was seen as; only of those that were there all the time. */
  readonly constant = new Map<string, { names: Set<string>; states: Set<string> }>();
  readonly everybody = new Set<string>();
  /** Places, `<team>/<user>`, that were there all the time, in teams that could be seen all the time. */
  constantPlaces: Set<string> | undefined;
  readonly allPlaces = new Set<string>();
  #begun = false;

  /** Notes how things stand. */
  note({ people, teams }: MovingOrganization): void {
    for (const [id, person] of people) {
      const known = this.constant.get(id);
      if (!known && this.#begun) continue;
      const entry = known ?? { names: new Set(), states: new Set() };
      entry.names.add(person.name);
      entry.states.add(stateOf(person.role, person.active));
      this.constant.set(id, entry);
    }
    for (const id of this.constant.keys()) if (!people.has(id)) this.constant.delete(id);
    for (const id of people.keys()) this.everybody.add(id);
    const now = new Set<string>();
    for (const [id, person] of people) {
      for (const team of person.teams.keys()) {
        if (!teams.has(team)) continue;
        this.allPlaces.add(`${team}/${id}`);
        if (teams.get(team)?.hidden === false) now.add(`${team}/${id}`);
      }
    }
    this.constantPlaces = new Set([...(this.constantPlaces ?? now)].filter((place) => now.has(place)));
    this.#begun = true;
  }
}

/** How role and state are compared. */
export function stateOf(role: string, active: boolean): string {
  return `${role}/${active}`;
}

const roles = ["Owner", "Manager", "Member", "Collaborator"] as const;

/** Makes the schedule of a seed; the same seed, the same schedule. */
export function createSchedule(kind: DriftClass, seed: number): Schedule {
  const random = createRandom(seed, `drift/${kind}`);
  const world = createWorld(random);
  const history = new History();
  history.note(world);
  const due = new Map<number, (() => void)[]>();
  const moments = 1 + random.below(3);
  // Where the server cuts pages as it likes, nothing but the count can tell; see `changeOf`.
  const cutsPagesItself = random.chance(0.2);
  for (let moment = 0; moment < moments; moment++) {
    // The first three requests prove the access; after them some fifteen to thirty read.
    const length = random.chance(0.6) ? 1 + random.below(3) : 4 + random.below(8);
    const one = random.chance(0.5) ? changeOf(kind, { world, random, cutsPagesItself }) : undefined;
    const changes = Array.from({ length }, () => one ?? changeOf(kind, { world, random, cutsPagesItself }));
    const at = 3 + random.below(25);
    due.set(at, [...(due.get(at) ?? []), ...changes]);
  }
  return {
    world,
    history,
    // With fewer rows on a page, pages would soon overlap no more: see page-windows.ts.
    pageSize: 20 + random.below(12),
    falseMeansEverybody: random.chance(0.3),
    ahead: 1 + random.below(6),
    cutsPagesItself,
    beforeRequest(request) {
      const changes = due.get(request);
      if (!changes) return;
      // All that happens between two requests happens at once, as far as a reader can tell.
      for (const change of changes) change();
      history.note(world);
    },
  };
}

function createWorld(random: Random): MovingOrganization {
  const teams = new Map<string, MovingTeam>();
  const teamCount = 3 + random.below(30);
  for (let i = 0; i < teamCount; i++) addTeam(teams, random);
  const people = new Map<string, Person>();
  const count = 1 + random.below(160);
  for (let i = 0; i < count; i++) addPerson({ people, teams }, random);
  return { people, teams };
}

function addTeam(teams: Map<string, MovingTeam>, random: Random): void {
  const id = `t${random.below(1e9)}`;
  teams.set(id, { id, slug: `slug-${id}`, name: nameOf(random), hidden: false });
}

function addPerson({ people, teams }: MovingOrganization, random: Random): void {
  const id = `u${random.below(1e9)}`;
  const places = new Map<string, string>();
  for (let i = random.below(4); i > 0 && teams.size > 0; i--) {
    places.set(random.pick([...teams.keys()]), random.chance(0.2) ? "Manager" : "Member");
  }
  // Few enough inactive people for one page, see the reader's documents for what is promised beyond.
  const active = !random.chance(0.08);
  people.set(id, { id, slug: `slug-${id}`, name: nameOf(random), role: random.pick(roles), active, teams: places });
}

/** Names of equal spelling occur. */
function nameOf(random: Random): string {
  return `${"ABCDEFGHIJKLMNOPQRSTUVWXYZ".charAt(random.below(26))}${random.below(50)}`;
}

interface Chance {
  readonly world: MovingOrganization;
  readonly random: Random;
  readonly cutsPagesItself: boolean;
}

function changeOf(kind: DriftClass, { world, random, cutsPagesItself }: Chance): () => void {
  const { people, teams } = world;
  const somebody = (change: (person: Person) => void) => (): void => {
    const person = people.size > 0 ? random.pick([...people.values()]) : undefined;
    if (person) change(person);
  };
  const someTeam = (change: (team: MovingTeam) => void) => (): void => {
    const team = teams.size > 0 ? random.pick([...teams.values()]) : undefined;
    if (team) change(team);
  };
  const remove = somebody(({ id }) => people.delete(id));
  const add = (): void => addPerson(world, random);
  /** Moves everybody behind the middle one place up, and tells neither by the count nor by either end of the list. */
  const slide = (): void => {
    const sorted = [...people.values()].filter(({ active }) => active).sort((a, b) => (a.name < b.name ? -1 : 1));
    const middle = sorted[Math.floor(sorted.length / 3) + random.below(5)];
    if (!middle) return;
    people.delete(middle.id);
    const id = `u${random.below(1e9)}`;
    people.set(id, { id, slug: `slug-${id}`, name: "Zz", role: "Member", active: true, teams: new Map() });
  };
  const swap = (): void => {
    remove();
    add();
  };
  switch (kind) {
    case "removed":
      // In half of the cases somebody else comes at the same moment, so that the count tells nothing.
      if (cutsPagesItself || random.chance(0.4)) return remove;
      return random.chance(0.5) ? swap : slide;
    case "added":
      return add;
    case "changed":
      return random.pick([
        somebody((person) => {
          person.name = nameOf(random);
          person.slug = `renamed-${person.id}-${random.below(99)}`;
        }),
        somebody((person) => {
          person.role = random.pick(roles);
        }),
        somebody((person) => {
          person.active = !person.active;
        }),
        () => {
          // One for the other, so that no count changes.
          const all = cutsPagesItself ? [] : [...people.values()];
          const [off, on] = [all.find(({ active }) => active), all.find(({ active }) => !active)];
          if (!off || !on) return;
          off.active = false;
          on.active = true;
        },
        somebody((person) => {
          const [from] = person.teams.keys();
          if (from !== undefined) person.teams.delete(from);
          if (teams.size > 0) person.teams.set(random.pick([...teams.keys()]), "Member");
        }),
      ]);
    case "teams":
      return random.pick([
        someTeam(({ id }) => {
          teams.delete(id);
          for (const person of people.values()) person.teams.delete(id);
        }),
        someTeam((team) => {
          team.slug = `renamed-${team.id}-${random.below(99)}`;
          team.name = nameOf(random);
        }),
        someTeam((team) => {
          team.hidden = !team.hidden;
        }),
        () => addTeam(teams, random),
      ]);
    default:
      return kind satisfies never;
  }
}
