/** What is searched, filtered and ordered in a table, as it stands in the page's address and in the server's. Pure. */
import { withQuery } from "../access/source-address.ts";

/** A query of rows. */
export interface TableQuery {
  readonly q: string;
  /** Values by the key of their column; "" for rows that have none. */
  readonly where: Readonly<Record<string, string>>;
  /** `TYPE/ID`; "" for any. */
  readonly team: string;
  /** Key of a column; "" for the order that the rows have by themselves. */
  readonly order: string;
  readonly isDescending: boolean;
}

/** Everything, as it stands by itself. */
export const wholeTable: TableQuery = { q: "", where: {}, team: "", order: "", isDescending: false };

/** What stands in the address of a screen besides the query, and stays there. */
const others: ReadonlySet<string> = new Set(["person", "since", "show"]);

/** Reads the query of the page's address. */
export function readTableQuery(parameters: Readonly<Record<string, string>>): TableQuery {
  const { q = "", team = "", order = "", descending = "", ...rest } = parameters;
  const where = Object.fromEntries(Object.entries(rest).filter(([key]) => !others.has(key)));
  return { q, where, team, order, isDescending: descending === "true" };
}

/** Address of a screen with another query; what else stands in its address stays. */
export function withTableQuery(path: string, current: Readonly<Record<string, string>>, query: TableQuery): string {
  return tableApi(path, query, Object.fromEntries([...others].map((name) => [name, current[name] ?? ""])));
}

/** Address of the server's answer, or of a download. */
export function tableApi(
  address: string,
  { q, where, team, order, isDescending }: TableQuery,
  more: Readonly<Record<string, string>> = {},
): string {
  const parameters = { q: q.trim(), team, order, descending: isDescending ? "true" : "", ...where, ...more };
  return withQuery(address, parameters, new Set(Object.keys(where)));
}

/** Whether fewer than all rows may be shown. */
export function isNarrowed({ q, where, team }: TableQuery): boolean {
  return q.trim() !== "" || team !== "" || Object.keys(where).length > 0;
}

/** The query with another value for a column; undefined takes the condition away. */
export function filteredBy(query: TableQuery, key: string, value: string | undefined): TableQuery {
  const { [key]: _old, ...where } = query.where;
  return { ...query, where: value === undefined ? where : { ...where, [key]: value } };
}
