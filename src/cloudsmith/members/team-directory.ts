/** From the slug by which memberships name a team to the id under which the team is in the file. */
import type { SessionStore } from "../../sdk/contracts/connector.ts";
import type { Team } from "../schemas.ts";
import { roundOf } from "./list-position.ts";

const prefix = "teams/";

/** The teams of one sync; loads itself from the session. */
export class TeamDirectory {
  readonly #session: SessionStore;
  readonly #idBySlug = new Map<string, string>();
  /** By id: the round in which the team was last listed. */
  readonly #rounds = new Map<string, string>();
  #isRead = false;

  constructor(session: SessionStore) {
    this.#session = session;
    for (const key of session.keys(prefix)) {
      // Only `add` writes under this prefix.
      const pairs = JSON.parse(Buffer.from(session.get(key) ?? []).toString("utf8")) as readonly [string, string][];
      this.#remember(pairs, roundOf(key.slice(prefix.length)));
    }
  }

  /** Remembers the teams of one page; `key` names it and sorts in the order of reading. */
  add(key: string, teams: readonly Team[]): void {
    const pairs = teams.map((team) => [team.slug, team.slug_perm] as const);
    this.#session.set(prefix + key, Buffer.from(JSON.stringify(pairs), "utf8"));
    this.#remember(pairs, roundOf(key));
  }

  #remember(pairs: readonly (readonly [string, string])[], round: string): void {
    this.#isRead = true;
    for (const [slug, id] of pairs) {
      this.#idBySlug.set(slug, id);
      this.#rounds.set(id, round);
    }
  }

  /** False when teams are no part of the sync. */
  get isRead(): boolean {
    return this.#isRead;
  }

  /** The id of a team in the file. */
  find(slug: string): string | undefined {
    return this.#idBySlug.get(slug);
  }

  /** True when a team of this id is in the file. */
  has(id: string): boolean {
    return this.#rounds.has(id);
  }

  /** True when the round has shown the team already. */
  sawIn(round: string, id: string): boolean {
    return this.#rounds.get(id) === round;
  }
}
