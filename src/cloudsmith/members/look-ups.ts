/**
 * Questions about single members, teams and services. They are bounded, because a server decides how many there could
 * be; and what is missing is asked about before it is believed gone.
 */
import { AskingBudget, askWhileThere } from "../../sdk/api/asking.ts";
import type { Clock } from "../../sdk/clock.ts";
import type { ListOptions } from "../../sdk/contracts/connector.ts";
import { type Api, type Endpoint, endpoints } from "../client.ts";
import { unlessUnseen } from "../errors.ts";
import { serviceRows } from "../on-request/records.ts";
import type { Member, Team, TeamMember } from "../schemas.ts";
import { meant, sign } from "./signs.ts";

/** A team as it was listed. */
export interface NamedTeam {
  readonly id: string;
  readonly slug: string;
}

/** What every look-up gets. */
export type LookUpOptions = Pick<ListOptions, "signal" | "warn">;

/** The look-ups of one sync. Each gives undefined when there is no such thing, or this key may not see it. */
export class LookUps extends AskingBudget {
  readonly #client: Api;
  readonly #orgSlug: string;
  readonly #clock: Clock;
  #services: Promise<ReadonlySet<string>> | undefined;

  constructor(client: Api, orgSlug: string, clock: Clock) {
    super();
    this.#client = client;
    this.#orgSlug = orgSlug;
    this.#clock = clock;
  }

  /** Says that there are too many, before the first of so many is made. */
  expect(count: number, { warn }: LookUpOptions): void {
    if (!this.mayAsk(count)) warn(sign("CS-TOO-MANY-LOOK-UPS"));
  }

  /** One member by login. */
  member(login: string, options: LookUpOptions): Promise<Member | undefined> {
    return this.#ask(endpoints.member, login, options);
  }

  /** One team by slug or id. */
  team(id: string, options: LookUpOptions): Promise<Team | undefined> {
    return this.#ask(endpoints.team, id, options);
  }

  /** Whether there is a service account of a login, in whatever case; all of them are asked for once. */
  async isService(login: string, { signal }: Pick<LookUpOptions, "signal">): Promise<boolean> {
    this.#services ??= unlessUnseen(this.#client.records(serviceRows, this.#orgSlug, { signal })).then(
      (services) => new Set(services?.rows.map(({ slug }) => slug.toLowerCase())),
    );
    return (await this.#services).has(login.toLowerCase());
  }

  /**
   * The members of a team that are persons, or those that are service accounts; not every server tells them apart. The
   * list answers 404 for up to a minute after the team was made (Cloudsmith API: consistency), and for good after it got
   * another slug, which its id leads to.
   * @returns undefined when the team is gone; it warns of an incomplete roster when it is there and its members are not.
   */
  async teamMembers(
    { id, slug }: NamedTeam,
    kind: "user" | "service",
    options: LookUpOptions,
  ): Promise<readonly TeamMember[] | undefined> {
    const endpoint = { ...endpoints.teamMembers, query: { user_kind: kind } };
    let current = slug;
    const found = await askWhileThere(
      () => this.#client.record(endpoint, this.#orgSlug, current, options),
      async () => {
        // Whether every server finds a team by its id is not documented.
        const team = (await this.team(current, options)) ?? (await this.team(id, options));
        current = team?.slug ?? current;
        return team !== undefined;
      },
      { clock: this.#clock, signal: options.signal },
    );
    if (found === "withheld") {
      const problem = "is there, but for a minute Cloudsmith has answered that it has no list of members";
      options.warn(meant("CS-ROSTER-INCOMPLETE", `the team '${slug}' ${problem}`));
    }
    return typeof found === "string" ? undefined : found.members;
  }

  #ask<T>(endpoint: Endpoint<T>, id: string, options: LookUpOptions): Promise<T | undefined> {
    this.expect(1, options);
    this.spend();
    return unlessUnseen(this.#client.record(endpoint, this.#orgSlug, id, options));
  }
}
