/** What the rows of one sweep over the members add up to: what signs of a partial read are told from. */
import type { ListObserver } from "../../sdk/api/list-memory.ts";
import { type MemberNote, statusMark, type TeamSlugs } from "./notes.ts";

/** Counts of the sweep that is read. */
export class RosterFacts implements ListObserver<MemberNote> {
  people = 0;
  owners = 0;
  withoutRole = 0;
  /** Rows that say their status. */
  tellStatus = 0;
  /** Memberships without a list of teams, and those with an empty one. */
  lackTeams = 0;
  inNoTeam = 0;
  /** In the list of inactive members, and said to be active; those of them that the list of active ones has, too. */
  #activeAmongInactive = 0;
  #activeAgain = 0;
  #inactiveAmongActive = 0;
  readonly #slugs: TeamSlugs;
  /** By number of the slug: the login of somebody who was last seen in the team. */
  #lastSeen: string[] = [];

  constructor(slugs: TeamSlugs) {
    this.#slugs = slugs;
  }

  begins(): void {
    Object.assign(this, { people: 0, owners: 0, withoutRole: 0, tellStatus: 0, lackTeams: 0, inNoTeam: 0 });
    this.#activeAmongInactive = 0;
    this.#activeAgain = 0;
    this.#inactiveAmongActive = 0;
    this.#lastSeen = [];
  }

  note({ name, role, says, teams }: MemberNote, pass: string): void {
    this.people++;
    if (role === "owner") this.owners++;
    if (role === "") this.withoutRole++;
    if (says !== null) this.tellStatus++;
    if (teams === null) this.lackTeams++;
    else if (teams.length === 0) this.inNoTeam++;
    if (pass === "inactive" && says === true) this.#activeAmongInactive++;
    if (pass === "active" && says === false) this.#inactiveAmongActive++;
    for (const team of teams ?? []) this.#lastSeen[team] = name;
  }

  again(mark: number, pass: string): void {
    if (pass !== "active") return;
    if (mark === statusMark.active) this.#activeAgain++;
    if (mark === statusMark.inactive) this.#inactiveAmongActive++;
  }

  /** How many people the list in which they stand contradicts. */
  get contradicted(): number {
    return Math.max(0, this.#activeAmongInactive - this.#activeAgain) + this.#inactiveAmongActive;
  }

  /** True when a membership came without its teams, or nobody is in one: then the teams have to be asked. */
  get mustAskTeams(): boolean {
    return this.lackTeams > 0 || (this.people > 0 && this.inNoTeam === this.people);
  }

  /** Slugs of all teams on the memberships, each with the login of somebody who was last seen in it. */
  teams(): readonly (readonly [teamSlug: string, login: string])[] {
    return this.#lastSeen.flatMap((login, team) => [[this.#slugs.at(team), login] as const]);
  }
}
