/** Pages of people and of teams, and one person with everything that is held. */
import { keysInColumns } from "../../cloudsmith/config.ts";
import { folded, hasAllWords, searchWords } from "../../reports/folded-text.ts";
import { howHeld, inheritedPaths } from "../../reports/grant-paths.ts";
import { labelOf } from "../../reports/questions/access.ts";
import { compareTexts } from "../../reports/report.ts";
import { riskRank } from "../../reports/screen/risk.ts";
import type { Grant, Profile, ProfileValue } from "../../sdk/contracts/model.ts";
import type {
  Holding,
  PersonDetail,
  PersonRow,
  TablePage,
  TeamOrder,
  TeamRow,
  TeamsPage,
} from "../contract/sources.ts";
import { mapInSlices } from "./in-slices.ts";
import type { OpenSource } from "./open-source.ts";
import { rosterKey } from "./roster.ts";
import { memberColumns, memberScreen, personColumns, personScreen, type TeamMember } from "./rows/person-columns.ts";
import { type Condition, RowTable, type TableQuery } from "./rows/row-table.ts";
import { tablePage, type Window } from "./rows/table-page.ts";
import { notInSource } from "./source-error.ts";

/** Which rows of a table. */
export interface RowsAsked {
  readonly query: TableQuery;
  /** Key of the team that they must be in. */
  readonly team?: string | undefined;
  /** Keys of those who are meant, `TYPE/ID`; undefined: everybody. */
  readonly among?: readonly string[] | undefined;
}

/** Whether all rows are asked for, as they stand. */
export function isWhole({ query: { q, where = {}, order }, team }: RowsAsked): boolean {
  return [q, order, team].every((one) => one === undefined) && Object.keys(where).length === 0;
}

/** Everybody, those whom a reviewer should see first before the others. */
export async function peopleTable(open: OpenSource): Promise<RowTable<PersonRow>> {
  return await open.remembered("people", async () => {
    const roster = await open.roster();
    const ranked = await mapInSlices(roster.people, (person) => ({
      ...{ person, rank: riskRank(person) },
      // Begins with the name.
      text: roster.textOf(person),
    }));
    ranked.sort((a, b) => a.rank - b.rank || compareTexts(a.text, b.text));
    return new RowTable(
      personColumns(open.asOfSeconds),
      ranked.map(({ person }) => person),
      (person) => roster.textOf(person),
    );
  });
}

/** The same of one team. @throws BatonError `CONSOLE-NOT-IN-FILE` */
export async function membersTable(open: OpenSource, teamKey: string): Promise<RowTable<TeamMember>> {
  const roster = await open.roster();
  const team = roster.team(teamKey);
  if (!team) throw notInSource("team");
  const members = team.places.flatMap(({ person: index, role }) => {
    const person = roster.people[index];
    return person ? [{ person, role, rank: riskRank(person) }] : [];
  });
  return new RowTable(
    memberColumns(open.asOfSeconds),
    members.toSorted((a, b) => a.rank - b.rank),
    ({ person }) => roster.textOf(person),
  );
}

/** People who fit. @throws BatonError `CONSOLE-BAD-REQUEST` */
export async function peoplePage(open: OpenSource, asked: RowsAsked, window: Window): Promise<TablePage> {
  const table = await tableAmong(open, asked);
  const { query } = asked;
  const only = await inTeam(open, asked.team);
  return await tablePage(open, table, { query, only, window, screen: personScreen });
}

/** Members of one team who fit. @throws BatonError `CONSOLE-NOT-IN-FILE`, `CONSOLE-BAD-REQUEST` */
export async function membersPage(
  open: OpenSource,
  teamKey: string,
  query: TableQuery,
  window: Window,
): Promise<TablePage> {
  const table = await membersTable(open, teamKey);
  return await tablePage(open, table, { query, window, screen: memberScreen });
}

/** Everybody, or those who are meant: what there is to choose and how many there are is counted among them. */
export async function tableAmong(open: OpenSource, { among }: RowsAsked): Promise<RowTable<PersonRow>> {
  const table = await peopleTable(open);
  if (!among) return table;
  const keys = new Set(among);
  const roster = await open.roster();
  return new RowTable(
    table.columns,
    table.items.filter((person) => keys.has(rosterKey(person))),
    (person) => roster.textOf(person),
  );
}

/** Whether a person is in a team; undefined when none is asked for. */
export async function inTeam(open: OpenSource, team: string | undefined): Promise<Condition<PersonRow> | undefined> {
  if (team === undefined) return undefined;
  const people = (await open.roster()).peopleOf(team);
  return { key: team, fits: (person) => people.has(person) };
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
  "without-two-factor": ({ withoutTwoFactor }) => withoutTwoFactor,
  visibility: ({ visibility }) => visibility ?? "",
};

/** Teams that fit, by name where nothing else tells them apart. */
export async function teamsPage(open: OpenSource, query: TeamsQuery, window: Window): Promise<TeamsPage> {
  const words = searchWords(query.q ?? "");
  const { teams, people } = await open.roster();
  const alone = people.filter(({ teamCount }) => teamCount === 0).length;
  const rows = teams
    .map(({ row }) => row)
    .filter((row) => hasAllWords(folded(`${row.name}\n${row.slug}\n${row.id}`), words));
  const { order = "name" } = query;
  if (order !== "name") {
    const key = teamKeys[order];
    rows.sort((a, b) => (key(a) === key(b) ? 0 : key(a) < key(b) ? -1 : 1));
  }
  return { ...pageOf(query.descending === true ? rows.reverse() : rows, window), alone };
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
