/**
 * A Cloudsmith client over an organization in memory that somebody changes between any two requests: fast enough for
 * ten thousand schedules. Pages are cut, counted and walked by the real code; only the network is missing.
 */

import {
  type Api,
  type Endpoint,
  endpoints,
  type List,
  organizationList,
  teamList,
} from "../../src/cloudsmith/client.ts";
import type { Member, Organization, Team } from "../../src/cloudsmith/schemas.ts";
import type { ListAsked } from "../../src/sdk/api/api-client.ts";
import { createPageWalk, type FetchedPage } from "../../src/sdk/api/page-walk.ts";
import { BatonError, Status } from "../../src/sdk/errors.ts";

/** Somebody in the organization. */
export interface Person {
  readonly id: string;
  slug: string;
  name: string;
  role: string;
  active: boolean;
  /** By team id: `Manager` or `Member`. */
  teams: Map<string, string>;
}

/** A team; a hidden one is neither listed nor found, and still named by memberships. */
export interface MovingTeam {
  readonly id: string;
  slug: string;
  name: string;
  hidden: boolean;
}

/** What changes while it is read. */
export interface MovingOrganization {
  readonly people: Map<string, Person>;
  readonly teams: Map<string, MovingTeam>;
}

/** How the server behaves. */
export interface MovingOptions {
  readonly pageSize: number;
  /** Meaning of `is_active=false`: everybody (H1), or inactive members only. */
  readonly falseMeansEverybody: boolean;
  /** Without it lists announce nothing. */
  readonly announces: boolean;
  /** Serves pages of eight, whatever is asked for. */
  readonly cutsPagesItself: boolean;
  readonly ahead: number;
  /** Runs before each request, counted from 1. */
  readonly beforeRequest: (request: number) => void;
}

/** The slug of the one organization. */
export const orgSlug = "moving";

const organization: Organization = { slug: orgSlug, slug_perm: "org-id", name: "Moving" };

/** Makes the client. */
export function movingClient(world: MovingOrganization, options: MovingOptions): Api {
  let requests = 0;
  const tick = (): void => options.beforeRequest(++requests);
  const pageOf = <T>(rows: readonly T[], page: number, asked: number): FetchedPage<T> | undefined => {
    const pageSize = options.cutsPagesItself ? 8 : asked;
    const pageTotal = Math.max(1, Math.ceil(rows.length / pageSize));
    if (page > pageTotal) return undefined;
    const items = rows.slice((page - 1) * pageSize, page * pageSize);
    if (!options.announces) {
      const silent = { pageTotal: undefined, totalCount: undefined, servedSize: undefined };
      return { items, paging: { ...silent, hasNext: items.length === 0 ? "no" : "maybe" } };
    }
    const hasNext = page < pageTotal ? "yes" : "no";
    return { items, paging: { pageTotal, totalCount: rows.length, servedSize: pageSize, hasNext } };
  };
  /** By name, backwards, or by something else: ids stand for it. */
  const inOrder = <T extends { id: string; name: string; slug: string }>(
    rows: T[],
    { question }: Pick<ListAsked, "question">,
  ): T[] => {
    if (question?.order === 2) return rows.sort((a, b) => (a.id < b.id ? -1 : 1));
    const sorted = rows.sort(byName);
    return question?.order === 1 ? sorted.reverse() : sorted;
  };
  const members = (active: boolean, asking: Pick<ListAsked, "question">): Member[] => {
    const shown = [...world.people.values()].filter(
      (person) => person.active === active || (!active && options.falseMeansEverybody),
    );
    return inOrder(shown, asking).map((person) => memberOf(person, world));
  };
  const teams = (asking: Pick<ListAsked, "question">): Team[] =>
    inOrder(
      [...world.teams.values()].filter(({ hidden }) => !hidden),
      asking,
    ).map(teamOf);
  const ask = async <T>(answer: () => T | undefined): Promise<T> => {
    tick();
    const found = answer();
    if (found !== undefined) return found;
    throw new BatonError({ code: "CS-NONE-404", status: Status.notFound, message: "not found" });
  };
  /** What a record of an address is now. */
  const recordOf = (endpoint: Endpoint<unknown>, id: string): unknown => {
    if (endpoint === endpoints.organization) return organization;
    if (endpoint === endpoints.service) return { slug: "robot", role: "Manager" };
    if (endpoint === endpoints.member) {
      const person = [...world.people.values()].find((one) => one.slug === id);
      return person && memberOf(person, world);
    }
    if (endpoint === endpoints.team) {
      const team = [...world.teams.values()].find((one) => (one.slug === id || one.id === id) && !one.hidden);
      return team && teamOf(team);
    }
    return { members: [] };
  };
  const rowsOf = (list: List<unknown>, asking: Pick<ListAsked, "question">): readonly unknown[] => {
    const { is_active: active } = list.query ?? {};
    if (typeof active === "boolean") return members(active, asking);
    if (list.path(orgSlug) === teamList.path(orgSlug)) return teams(asking);
    return list.path(orgSlug) === organizationList.path(orgSlug) ? [organization] : [];
  };
  return {
    self: () => ask(() => ({ authenticated: true, slug: "robot" })),
    // What is asked for decides what comes.
    record: <T>(endpoint: Endpoint<T>, _org: string, id: string) => ask(() => recordOf(endpoint, id) as T | undefined),
    records: <T>(list: List<T>) =>
      ask(() => ({ rows: rowsOf(list as List<unknown>, {}) as readonly T[], announced: undefined })),
    pageSize: options.pageSize,
    smallerPages: () => undefined,
    refusal: () => undefined,
    page: async <T>(list: List<T>, _org: string, { page, ...asking }: ListAsked & { readonly page: number }) => {
      tick();
      const rows = rowsOf(list as List<unknown>, asking) as readonly T[];
      const fetched = pageOf(rows, page, asking.question?.pageSize ?? options.pageSize);
      const { totalCount, pageTotal, hasNext } = fetched?.paging ?? { hasNext: "no" };
      const isLast = hasNext === "no";
      return { items: fetched?.items ?? [], repeated: [], overlap: 0, page, isLast, totalCount, pageTotal };
    },
    walk: <T>(list: List<T>, _org: string, asking: ListAsked) =>
      createPageWalk({
        fetch: async ({ page, pageSize }) => {
          tick();
          return pageOf(rowsOf(list as List<unknown>, asking) as readonly T[], page, pageSize);
        },
        idOf: list.idOf,
        ahead: options.ahead,
        pageSize: asking.question?.pageSize ?? options.pageSize,
        overlaps: asking.question?.overlaps ?? true,
        signal: asking.signal,
        endless: (page) =>
          new BatonError({ code: "ENDLESS", status: Status.unknown, message: `page ${page}`, fatal: true }),
      }),
    stats: () => ({ requests, retries: 0 }),
    close: () => undefined,
  };
}

function byName(a: { name: string; slug: string }, b: { name: string; slug: string }): number {
  return a.name < b.name ? -1 : a.name > b.name ? 1 : a.slug < b.slug ? -1 : 1;
}

function memberOf(person: Person, { teams }: MovingOrganization): Member {
  const places = [...person.teams].flatMap(([id, role]) => {
    const team = teams.get(id);
    return team ? [{ slug: team.slug, name: team.name, role }] : [];
  });
  return {
    user_id: person.id,
    user: person.slug,
    user_name: person.name,
    email: `${person.id}@example.com`,
    role: person.role,
    is_active: person.active,
    has_two_factor: true,
    teams: places,
  };
}

function teamOf({ id, slug, name }: MovingTeam): Team {
  return { slug_perm: id, slug, name, visibility: "Visible" };
}
