/** Pages of a table as the screen gets them: cells under their columns, and where each name leads in this file. */
import type { Cell } from "../../../reports/report.ts";
import type { Column } from "../../../reports/screen/shown.ts";
import type { LinkTarget, TableColumn, TablePage, TableRow } from "../../contract/sources.ts";
import type { OpenSource } from "../open-source.ts";
import type { Roster } from "../roster.ts";
import { rosterKey } from "../roster.ts";
import { badQuery } from "../source-error.ts";
import { type Condition, type RowTable, statesOf, type TableQuery } from "./row-table.ts";

/** Which rows of a list. */
export interface Window {
  readonly offset: number;
  readonly limit: number;
}

/** Refuses a query for columns that the table does not have, or for states that there are not. @throws BatonError `CONSOLE-BAD-REQUEST` */
export function checkQuery<Item>(table: RowTable<Item>, { where = {}, order }: TableQuery): void {
  const asked = [...Object.keys(where), ...(order === undefined ? [] : [order])];
  const unknown = asked.find((key) => table.column(key) === undefined);
  if (unknown !== undefined)
    throw badQuery(`There is no column ${JSON.stringify(unknown.slice(0, 50))} to filter or order by.`);
  for (const [key, value] of Object.entries(where)) {
    const states = statesOf(table.column(key)?.kind);
    if (states && value !== "" && !states.includes(value)) throw badQuery(`${key} is one of ${states.join(", ")}.`);
  }
}

/** Which rows of a table, and how they are shown. */
export interface PageAsked<Item> {
  readonly query: TableQuery;
  /** A further condition. */
  readonly only?: Condition<Item> | undefined;
  readonly window: Window;
  /** Keys of the columns that are shown from the first, in their order. */
  readonly screen: readonly string[];
}

/** A page of the rows that fit. @throws BatonError `CONSOLE-BAD-REQUEST` */
export async function tablePage<Item>(
  open: OpenSource,
  table: RowTable<Item>,
  { query, only, window, screen }: PageAsked<Item>,
): Promise<TablePage> {
  checkQuery(table, query);
  const found = await table.select(query, only);
  const offered = table.columns.filter(({ isExportedOnly }) => isExportedOnly !== true);
  const first = screen.flatMap((key) => offered.filter((one) => one.key === key));
  const columns = [...first, ...offered.filter((one) => !first.includes(one))];
  const roster = await open.roster();
  const rows = found.slice(window.offset, window.offset + window.limit).map((item): TableRow => {
    const links = columns.map(({ link }) => {
      const textIn = (key: string): string => String(table.column(key)?.value(item) ?? "");
      return link ? targetOf(open, roster, link.type && textIn(link.type), textIn(link.id)) : null;
    });
    const cells = columns.map(({ value }) => cellOf(value(item)));
    return links.some((link) => link !== null) ? { cells, links } : { cells };
  });
  const choices = await table.choices();
  const served = columns.map(
    (one): TableColumn => ({ ...shownColumn(one, first.includes(one)), choices: choices.get(one.key) ?? [] }),
  );
  return { columns: served, all: table.items.length, total: found.total, offset: window.offset, rows };
}

/** A column without its values. */
export function shownColumn(
  { key, title, kind, width, absent }: Column,
  isUsual: boolean,
): Omit<TableColumn, "choices"> {
  return { key, title, kind, width, absent: absent ?? null, isUsual };
}

/** A cell as JSON has it. */
export function cellOf(cell: Cell): TableRow["cells"][number] {
  return cell ?? null;
}

/** What a name leads to; null for what this file does not have. @param type undefined for a team of any type. */
export function targetOf(open: OpenSource, roster: Roster, type: string | undefined, id: string): LinkTarget | null {
  if (id === "") return null;
  const { teamTypes } = open.holdings.shape;
  const types = type === undefined ? teamTypes : [type];
  for (const one of types) {
    if (roster.person(one, id)) return { to: "person", type: one, id };
    if (roster.team(rosterKey({ type: one, id }))) return { to: "team", type: one, id };
    if (open.view.getResource({ resourceType: one, resource: id })) return { to: "resource", type: one, id };
  }
  return null;
}
