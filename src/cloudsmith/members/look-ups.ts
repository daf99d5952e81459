/**
 * Questions about single members, teams and services. They are bounded, because a server decides how many there could
 * be; and what is missing is asked about before it is believed gone.
 */
import type { Clock } from "../../sdk/clock.ts";
import type { SyncWarning } from "../../sdk/contracts/connector.ts";
import { Status, toBatonError } from "../../sdk/errors.ts";
import type { CloudsmithClient } from "../client.ts";
import { unlessUnseen } from "../errors.ts";
import type { Member, Service, Team, TeamMember } from "../schemas.ts";

/** The part of the client that is asked; a test has one of its own. */
export type Api = Pick<CloudsmithClient, keyof CloudsmithClient>;

/** What every look-up gets. */
export interface LookUpOptions {
  readonly signal: AbortSignal;
  warn(warning: SyncWarning): void;
}

/** Look-ups that a sync may make, and how many more for each page that it reads. */
const allowed = 500;
const allowedPerPage = 2;
/** A team's member list answers 404 for up to a minute after the team was made (Cloudsmith API: consistency). */
const patienceMs = 60_000;
const firstWaitMs = 2_000;

/** The look-ups of one sync. */
export class LookUps {
  readonly #client: Api;
  readonly #orgSlug: string;
  readonly #clock: Clock;
  #left = allowed;
  #services: Promise<ReadonlySet<string> | undefined> | undefined;

  constructor(client: Api, orgSlug: string, clock: Clock) {
    this.#client = client;
    this.#orgSlug = orgSlug;
    this.#clock = clock;
  }

  /** A page of a list was read. */
  pageRead(): void {
    this.#left += allowedPerPage;
  }

  /** True when so many may be made yet. */
  mayMake(count: number): boolean {
    return count <= this.#left;
  }

  /** One member by login; undefined when there is none, or this key may not see it. */
  member(login: string, options: LookUpOptions): Promise<Member | undefined> {
    this.#take(options);
    return unlessUnseen(this.#client.member(this.#orgSlug, login, options));
  }

  /** One team by slug or id; undefined when there is none, or this key may not see it. */
  team(id: string, options: LookUpOptions): Promise<Team | undefined> {
    this.#take(options);
    return unlessUnseen(this.#client.team(this.#orgSlug, id, options));
  }

  /** One service account; undefined when there is none, or this key may not see it. */
  service(slug: string, options: LookUpOptions): Promise<Service | undefined> {
    this.#take(options);
    return unlessUnseen(this.#client.service(this.#orgSlug, slug, options));
  }

  /** Slugs of all service accounts, asked for once; undefined when this key may not see them. */
  services({ signal }: LookUpOptions): Promise<ReadonlySet<string> | undefined> {
    this.#services ??= unlessUnseen(this.#client.services(this.#orgSlug, { signal })).then(
      (services) => services && new Set(services.map(({ slug }) => slug)),
    );
    return this.#services;
  }

  /**
   * The members of a team. A 404 asks whether the team is there; while it is, its members are asked for again.
   * @returns undefined when the team is gone; it warns of an incomplete roster when it is there and its members are not.
   */
  async teamMembers(
    slug: string,
    kind: "user" | "service",
    options: LookUpOptions,
  ): Promise<readonly TeamMember[] | undefined> {
    const startedAt = this.#clock.monotonicMs();
    for (let waitMs = firstWaitMs; ; waitMs *= 2) {
      try {
        return await this.#client.teamMembers(this.#orgSlug, slug, kind, options);
      } catch (caught) {
        if (toBatonError(caught).status !== Status.notFound) throw caught;
      }
      if ((await this.team(slug, options)) === undefined) return undefined;
      if (this.#clock.monotonicMs() - startedAt + waitMs > patienceMs) {
        options.warn({
          code: "CS-ROSTER-INCOMPLETE",
          signal: "R5",
          severity: "incomplete",
          message: `the team '${slug}' is there, but for a minute Cloudsmith has answered that it has no list of members`,
        });
        return undefined;
      }
      await this.#clock.sleep(waitMs, options.signal);
    }
  }

  #take({ warn }: LookUpOptions): void {
    if (--this.#left >= 0) return;
    warn({
      code: "CS-TOO-MANY-LOOK-UPS",
      signal: "R5",
      severity: "incomplete",
      message:
        "lists and memberships contradict each other in so many places that asking for each would take more requests than reading the organization",
    });
  }
}
