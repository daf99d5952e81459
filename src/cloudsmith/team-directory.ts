/** From the slug by which memberships name a team to the id under which the team is in the file. */
import type { ListOptions, SessionStore } from "../sdk/contracts/connector.ts";
import { type BatonError, Status, toBatonError } from "../sdk/errors.ts";
import type { Team } from "./client/schemas.ts";
import type { OrganizationReading } from "./reading.ts";

const prefix = "teams/";

/** The teams of one sync; loads itself from the session. */
export class TeamDirectory {
  readonly #session: SessionStore;
  readonly #idBySlug = new Map<string, string>();
  readonly #ids = new Set<string>();
  /** Slugs that were asked for one by one; undefined: this key cannot see such a team. */
  readonly #asked = new Map<string, string | undefined>();

  constructor(session: SessionStore) {
    this.#session = session;
    for (const key of session.keys(prefix)) {
      // Only `add` writes under this prefix.
      const pairs = JSON.parse(Buffer.from(session.get(key) ?? []).toString("utf8")) as readonly [string, string][];
      for (const [slug, id] of pairs) this.#remember(slug, id);
    }
  }

  /** Remembers the teams of one page of the list; `page` is any text that names the page. */
  add(page: string, teams: readonly Team[]): void {
    const pairs = teams.map((team) => [team.slug, team.slug_perm] as const);
    this.#session.set(prefix + page, Buffer.from(JSON.stringify(pairs), "utf8"));
    for (const [slug, id] of pairs) this.#remember(slug, id);
  }

  #remember(slug: string, id: string): void {
    this.#idBySlug.set(slug, id);
    this.#ids.add(id);
  }

  /** The id of a listed team. */
  find(slug: string): string | undefined {
    return this.#idBySlug.get(slug);
  }

  /** True when a listed team has this id. */
  has(id: string): boolean {
    return this.#ids.has(id);
  }

  /**
   * The id of a team that the list did not show under this slug: asked for by name, once. A team that was renamed
   * meanwhile is found; one that is not in the file, or that this key cannot see, gives undefined and a warning for
   * each membership, because its grant is missing.
   */
  async resolve(slug: string, reading: OrganizationReading, options: ListOptions): Promise<string | undefined> {
    if (!this.#asked.has(slug)) {
      const team = await findTeam(reading, slug, options.signal);
      this.#asked.set(slug, team && this.#ids.has(team.slug_perm) ? team.slug_perm : undefined);
    }
    const id = this.#asked.get(slug);
    if (id === undefined) {
      options.warn({
        code: "CS-TEAM-UNLISTED",
        message: `memberships name the team '${slug}', which this key cannot see: its grants are missing, the roster is partial`,
      });
    }
    return id;
  }
}

/** One team by slug; undefined when it does not exist or this key may not see it. */
export async function findTeam(
  { client, organization }: OrganizationReading,
  slug: string,
  signal: AbortSignal,
): Promise<Team | undefined> {
  try {
    return await client.team(organization.slug, slug, { signal });
  } catch (caught) {
    if (isUnseen(toBatonError(caught))) return undefined;
    throw caught;
  }
}

function isUnseen(error: BatonError): boolean {
  return error.status === Status.notFound || error.status === Status.permissionDenied;
}
