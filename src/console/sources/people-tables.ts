/** Tables of people, of the people of a team, and of teams: as pages, and as downloads of what is shown. */
import { folded } from "../../reports/folded-text.ts";
import { type Answer, compareTexts, counted, type Rows } from "../../reports/report.ts";
import { readRunRecord, runOf } from "../../reports/run-result.ts";
import { riskRank } from "../../reports/screen/risk.ts";
import type { PersonRow, TablePage, TeamRow, TeamsPage } from "../contract/sources.ts";
import { mapInSlices } from "./in-slices.ts";
import type { OpenSource } from "./open-source.ts";
import { rosterKey } from "./roster.ts";
import { memberColumns, memberScreen, personColumns, personScreen, type TeamMember } from "./rows/person-columns.ts";
import { type Condition, RowTable, type TableQuery } from "./rows/row-table.ts";
import { checkQuery, tablePage, type Window } from "./rows/table-page.ts";
import { roleColumns, teamColumns, teamScreen } from "./rows/team-columns.ts";
import { notInSource } from "./source-error.ts";

/** Everybody, or those of these keys, `TYPE/ID`; the people of one team; or teams. */
export type TableOf =
  | { readonly kind: "people"; readonly among?: readonly string[] | undefined }
  | { readonly kind: "members"; readonly type: string; readonly id: string }
  | { readonly kind: "teams" };

/** Which rows of a table. */
export interface RowsAsked {
  readonly query: TableQuery;
  /** Key of the team that people must be in. */
  readonly team?: string | undefined;
}

/** Whether all rows are asked for, as they stand. */
export function isWhole({ query: { q, where = {}, order }, team }: RowsAsked): boolean {
  return [q, order, team].every((one) => one === undefined) && Object.keys(where).length === 0;
}

/** A table, and what is shown of it. */
interface ShownTable<Item> {
  readonly table: RowTable<Item>;
  /** Keys of the columns that are shown from the first, in their order. */
  readonly screen: readonly string[];
  /** A further condition. */
  readonly only?: Condition<Item> | undefined;
  /** What a page says besides its rows. */
  readonly besides?: Omit<TeamsPage, keyof TablePage>;
}

/** A page of what fits. @throws BatonError `CONSOLE-NOT-IN-FILE`, `CONSOLE-BAD-REQUEST` */
export async function rowsPage(open: OpenSource, of: TableOf, asked: RowsAsked, window: Window): Promise<TablePage> {
  const { query, team } = asked;
  return await withTable(open, of, team, async ({ table, screen, only, besides }) => ({
    ...(await tablePage(open, table, { query, only, window, screen })),
    ...besides,
  }));
}

/** All that fits, to be exported. @throws BatonError as `rowsPage` */
export async function rowsAnswer(open: OpenSource, of: TableOf, { query, team }: RowsAsked): Promise<Answer> {
  const name = of.kind === "teams" ? "teams" : "people";
  return await withTable(open, of, team, async ({ table, only }) => {
    checkQuery(table, query);
    const found = (await table.select(query, only)).slice();
    return {
      report: { ...reports[name], name, columns: table.columns, rows: askedOfRoster },
      sync: open.view.sync,
      since: undefined,
      run: runOf(readRunRecord(open.identity.path), open.view.sync),
      asOfSeconds: undefined,
      about: undefined,
      rows: rowsOf(table, found, name),
    };
  });
}

const reports = {
  people: { title: "People", summary: "People who fit what was asked for" },
  teams: { title: "Teams", summary: "Teams that fit what was asked for" },
} as const;

function askedOfRoster(): never {
  throw new TypeError("people and teams are asked of a roster");
}

function* rowsOf<Item>({ columns }: RowTable<Item>, items: readonly Item[], name: keyof typeof reports): Rows {
  for (const item of items) yield columns.map(({ value }) => value(item));
  return { counts: [counted(name, items.length)], notices: [] };
}

async function withTable<R>(
  open: OpenSource,
  of: TableOf,
  team: string | undefined,
  use: <Item>(shown: ShownTable<Item>) => Promise<R>,
): Promise<R> {
  if (of.kind === "teams") return await use(await teamsTable(open));
  if (of.kind === "members") return await use({ table: await membersTable(open, rosterKey(of)), screen: memberScreen });
  const everybody = await peopleTable(open);
  const table = of.among ? await amongThem(open, everybody, of.among) : everybody;
  return await use({ table, screen: personScreen, only: await inTeam(open, team) });
}

/** Whether a person is in a team; undefined when none is asked for. */
export async function inTeam(open: OpenSource, team: string | undefined): Promise<Condition<PersonRow> | undefined> {
  if (team === undefined) return undefined;
  const people = (await open.roster()).peopleOf(team);
  return { key: team, fits: (person) => people.has(person) };
}

/** Everybody, those whom a reviewer should see first before the others. */
async function peopleTable(open: OpenSource): Promise<RowTable<PersonRow>> {
  return await open.remembered("people", async () => {
    const roster = await open.roster();
    const ranked = await mapInSlices(roster.people, (person) => ({
      person,
      rank: riskRank(person),
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

/** What there is to choose and how many there are is counted among those who are meant. */
async function amongThem(
  open: OpenSource,
  { columns, items }: RowTable<PersonRow>,
  among: readonly string[],
): Promise<RowTable<PersonRow>> {
  const keys = new Set(among);
  const roster = await open.roster();
  const meant = items.filter((person) => keys.has(rosterKey(person)));
  return new RowTable(columns, meant, (person) => roster.textOf(person));
}

/** The same of one team. @throws BatonError `CONSOLE-NOT-IN-FILE` */
async function membersTable(open: OpenSource, teamKey: string): Promise<RowTable<TeamMember>> {
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

/** Teams, the largest first. */
async function teamsTable(open: OpenSource): Promise<ShownTable<TeamRow>> {
  return await open.remembered("teams", async () => {
    const { teams, people } = await open.roster();
    const rows = teams.map(({ row }) => row).toSorted((a, b) => b.memberCount - a.memberCount);
    const byRole = roleColumns(rows);
    return {
      table: new RowTable(teamColumns(byRole), rows, textOfTeam),
      screen: teamScreen,
      besides: {
        alone: people.filter(({ teamCount }) => teamCount === 0).length,
        roleColumns: byRole.map(({ key, role }) => ({ key, role })),
      },
    };
  });
}

function textOfTeam({ name, slug, id }: TeamRow): string {
  return folded(`${name}\n${slug ?? ""}\n${id}`);
}
