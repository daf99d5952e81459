/** The lists of one organization as they are walked, fetched ahead and shared by the syncers. Keeps nothing of what they hold. */
import type { CloudsmithClient, PageWalk } from "../client.ts";
import type { Member, Team } from "../schemas.ts";
import { type Pass, passes } from "./passes.ts";

/** The walks over members and teams. Asks for nothing before it is told to. */
export class OrganizationLists {
  readonly #client: CloudsmithClient;
  readonly #slug: string;
  readonly #memberWalks = new Walks<Member>();
  readonly #teamWalks = new Walks<Team>();

  constructor(client: CloudsmithClient, slug: string) {
    this.#client = client;
    this.#slug = slug;
  }

  /** Asks for the first pages of every list at once: they will all be needed, and waiting costs most of a sync's time. */
  begin(signal: AbortSignal): void {
    for (const pass of passes) this.members(pass, 0, signal).begin();
    this.teams(0, signal).begin();
  }

  /** The walk of one pass; with another `sweep` than before, because the list moved, it begins anew. */
  members(pass: Pass, sweep: number, signal: AbortSignal): PageWalk<Member> {
    const begin = (): PageWalk<Member> => this.#client.walkMembers(this.#slug, { active: pass === "active", signal });
    return this.#memberWalks.get(pass, sweep, begin);
  }

  /** The walk over the teams; `sweep` as for members. */
  teams(sweep: number, signal: AbortSignal): PageWalk<Team> {
    return this.#teamWalks.get("teams", sweep, () => this.#client.walkTeams(this.#slug, { signal }));
  }

  /** Stops what is still on its way. */
  stop(): void {
    this.#memberWalks.stop();
    this.#teamWalks.stop();
  }
}

/** The walks of the current sweep; those of the sweeps before are stopped. */
class Walks<T> {
  readonly #walks = new Map<string, PageWalk<T>>();
  #sweep = 0;

  get(list: string, sweep: number, begin: () => PageWalk<T>): PageWalk<T> {
    if (sweep !== this.#sweep) {
      this.stop();
      this.#walks.clear();
      this.#sweep = sweep;
    }
    const walk = this.#walks.get(list) ?? begin();
    this.#walks.set(list, walk);
    return walk;
  }

  stop(): void {
    for (const walk of this.#walks.values()) walk.stop();
  }
}
