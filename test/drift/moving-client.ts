/**
 * A Cloudsmith client over an organization in memory that somebody changes between any two requests: fast enough for
 * ten thousand schedules. Pages are cut, counted and walked by the real code; only the network is missing.
 */

import type { CloudsmithClient } from "../../src/cloudsmith/client.ts";
import type { Member, Organization, Team } from "../../src/cloudsmith/schemas.ts";
import { createPageWalk, type FetchedPage, type PageWalk } from "../../src/sdk/api/page-walk.ts";
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
export function movingClient(world: MovingOrganization, options: MovingOptions): CloudsmithClient {
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
  const walk = <T>(rows: () => readonly T[], idOf: (row: T) => string, signal: AbortSignal): PageWalk<T> =>
    createPageWalk({
      fetch: async ({ page, pageSize }) => {
        tick();
        return pageOf(rows(), page, pageSize);
      },
      idOf,
      ahead: options.ahead,
      pageSize: options.pageSize,
      signal,
      endless: (page) =>
        new BatonError({ code: "ENDLESS", status: Status.unknown, message: `page ${page}`, fatal: true }),
    });
  const members = (active: boolean): Member[] =>
    [...world.people.values()]
      .filter((person) => person.active === active || (!active && options.falseMeansEverybody))
      .sort(byName)
      .map((person) => memberOf(person, world));
  const teams = (): Team[] =>
    [...world.teams.values()]
      .filter(({ hidden }) => !hidden)
      .sort(byName)
      .map(teamOf);
  const ask = async <T>(answer: () => T | undefined): Promise<T> => {
    tick();
    const found = answer();
    if (found !== undefined) return found;
    throw new BatonError({ code: "CS-NONE-404", status: Status.notFound, message: "not found" });
  };
  return {
    self: () => ask(() => ({ authenticated: true, slug: "robot" })),
    organizations: () => ask(() => [organization]),
    organization: () => ask(() => organization),
    service: () => ask(() => ({ slug: "robot", role: "Manager" })),
    member: (_org, slug) => {
      const find = (): Person | undefined => [...world.people.values()].find((one) => one.slug === slug);
      return ask(() => {
        const person = find();
        return person && memberOf(person, world);
      });
    },
    team: (_org, slug) =>
      ask(() => {
        const team = [...world.teams.values()].find((one) => one.slug === slug && !one.hidden);
        return team && teamOf(team);
      }),
    teamMembers: () => ask(() => []),
    membersPage: async (_org, { active, page }) => {
      tick();
      const fetched = pageOf(members(active), page, options.pageSize);
      const { totalCount, pageTotal, hasNext } = fetched?.paging ?? { hasNext: "no" };
      const isLast = hasNext === "no";
      return { items: fetched?.items ?? [], repeated: [], overlap: 0, page, isLast, totalCount, pageTotal };
    },
    teamsPage: () => Promise.reject(new Error("no sync asks for it")),
    walkMembers: (_org, { active, signal }) =>
      walk(
        () => members(active),
        (row) => row.user_id,
        signal,
      ),
    walkTeams: (_org, { signal }) => walk(teams, (row) => row.slug_perm, signal),
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
