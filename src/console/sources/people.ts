/** Pages of people and of teams, and one person with everything that is held. */
import { keysInColumns } from "../../cloudsmith/profile-keys.ts";
import { folded, hasAllWords, searchWords } from "../../reports/folded-text.ts";
import { howHeld, inheritedPaths } from "../../reports/grant-paths.ts";
import { labelOf } from "../../reports/questions/access.ts";
import type { Grant, Profile, ProfileValue } from "../../sdk/contracts/model.ts";
import type {
  Holding,
  PeoplePage,
  PersonDetail,
  PersonRow,
  TeamOrder,
  TeamRow,
  TeamsPage,
} from "../contract/sources.ts";
import type { OpenSource } from "./open-source.ts";
import { type PeopleQuery, rosterKey } from "./roster.ts";
import { notInSource } from "./source-error.ts";

/** Which rows of a list. */
export interface Window {
  readonly offset: number;
  readonly limit: number;
}

/** People who fit. */
export async function peoplePage(open: OpenSource, query: PeopleQuery, window: Window): Promise<PeoplePage> {
  return pageOf((await open.roster()).select(query), window);
}

/** What teams are asked for. */
export interface TeamsQuery {
  readonly q?: string | undefined;
  readonly order?: TeamOrder | undefined;
  readonly descending?: boolean | undefined;
}

const teamKeys: Readonly<Record<Exclude<TeamOrder, "name">, (row: TeamRow) => string | number>> = {
  members: ({ memberCount }) => memberCount,
  managers: ({ managerCount }) => managerCount,
  disabled: ({ disabledCount }) => disabledCount,
  visibility: ({ visibility }) => visibility ?? "",
};

/** Teams that fit, by name where nothing else tells them apart. */
export async function teamsPage(open: OpenSource, query: TeamsQuery, window: Window): Promise<TeamsPage> {
  const words = searchWords(query.q ?? "");
  const { teams } = await open.roster();
  const rows = teams
    .map(({ row }) => row)
    .filter((row) => hasAllWords(folded(`${row.name}\n${row.slug}\n${row.id}`), words));
  const { order = "name" } = query;
  if (order !== "name") {
    const key = teamKeys[order];
    rows.sort((a, b) => (key(a) === key(b) ? 0 : key(a) < key(b) ? -1 : 1));
  }
  return pageOf(query.descending === true ? rows.reverse() : rows, window);
}

/** One team. @throws BatonError `CONSOLE-NOT-IN-FILE` */
export async function teamOf(open: OpenSource, type: string, id: string): Promise<TeamRow> {
  const team = (await open.roster()).team(rosterKey({ type, id }));
  if (!team) throw notInSource("team");
  return team.row;
}

/** One person. @throws BatonError `CONSOLE-NOT-IN-FILE` */
export async function personOf(open: OpenSource, type: string, id: string): Promise<PersonDetail> {
  const row = (await open.roster()).person(type, id);
  if (!row) throw notInSource("person");
  const principal = { resourceType: type, resource: id };
  const grants = new Map<string, Grant>();
  for (const grant of open.view.grants({ principal })) grants.set(grant.entitlement.id, grant);
  const holdings = [...grants.values()].map((grant) => holdingOf(open, grant, grants));
  const resource = open.holdings.view.getResource(principal);
  return { ...row, holdings: holdings.toSorted(byKind), profile: profileTexts(resource?.profile ?? {}, keysInColumns) };
}

function holdingOf({ holdings }: OpenSource, grant: Grant, grants: ReadonlyMap<string, Grant>): Holding {
  const { id, resource } = grant.entitlement;
  const { slug, resourceName } = holdings.nameOf({ entitlementId: id, resource });
  const { organizationTypes, teamTypes } = holdings.shape;
  const isRole = organizationTypes.includes(resource.resourceType);
  const isTeam = teamTypes.includes(resource.resourceType);
  return {
    resourceType: resource.resourceType,
    resourceId: resource.resource,
    resourceName,
    slug,
    entitlementId: id,
    kind: isRole ? "role" : isTeam ? "team" : "other",
    // Of what is held both ways, the paths are the ways besides the direct one.
    how: howHeld(grant) === "inherited" ? "inherited" : "direct",
    paths: inheritedPaths(grant, grants).map((path) => path.map((one) => labelOf(one, holdings))),
  };
}

const kinds: readonly Holding["kind"][] = ["role", "team", "other"];

function byKind(a: Holding, b: Holding): number {
  const byName =
    a.resourceName === b.resourceName ? a.entitlementId < b.entitlementId : a.resourceName < b.resourceName;
  return kinds.indexOf(a.kind) - kinds.indexOf(b.kind) || (byName ? -1 : 1);
}

/** Profile values as texts, sorted by key. */
export function profileTexts(profile: Profile, leftOut: ReadonlySet<string> = new Set()): PersonDetail["profile"] {
  return Object.entries(profile)
    .filter(([key]) => !leftOut.has(key))
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => [key, textOf(value)] as const);
}

function textOf(value: ProfileValue): string {
  if (typeof value !== "object") return String(value);
  return isTexts(value) ? value.join(", ") : JSON.stringify(value);
}

function isTexts(value: object): value is readonly string[] {
  return Array.isArray(value) && value.every((one) => typeof one === "string");
}

function pageOf<T extends PersonRow | TeamRow>(rows: readonly T[], { offset, limit }: Window) {
  return { total: rows.length, offset, rows: rows.slice(offset, offset + limit) };
}
