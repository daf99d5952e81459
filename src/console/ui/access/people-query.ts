/** What is searched, filtered and ordered in a list of people, as it stands in the page's address and in the server's. */
import { type PersonOrder, personOrders } from "../../contract/sources.ts";
import { screenAddress, sourceApi, withQuery } from "./source-address.ts";

/** "" stands for no filter. */
export interface PeopleQuery {
  readonly q: string;
  readonly status: string;
  readonly role: string;
  /** `TYPE/ID`. */
  readonly team: string;
  readonly twoFactor: string;
  readonly order: PersonOrder;
  readonly isDescending: boolean;
}

/** Everybody, by name. */
export const allPeople: PeopleQuery = {
  q: "",
  status: "",
  role: "",
  team: "",
  twoFactor: "",
  order: "name",
  isDescending: false,
};

/** Reads the query of the page's address; what it does not know is left out. */
export function readPeopleQuery(query: Readonly<Record<string, string>>): PeopleQuery {
  const { q = "", status = "", role = "", team = "", twoFactor = "", order = "", descending = "" } = query;
  const known = personOrders.find((one) => one === order) ?? allPeople.order;
  return { q, status, role, team, twoFactor, order: known, isDescending: descending === "true" };
}

/** Address of the screen that shows the query. */
export function peopleScreenAddress(source: string, query: PeopleQuery): string {
  return screenAddress(source, "people", parametersOf(query));
}

/** The same for a screen at another path, such as a connector's tab. */
export function withPeopleQuery(path: string, query: PeopleQuery): string {
  return withQuery(path, parametersOf(query));
}

/** Address of the server's answer. */
export function peopleApi(source: string, query: PeopleQuery): string {
  return sourceApi(source, "people", parametersOf(query));
}

/** Address of the download of all rows of the query. */
export function peopleExportApi(source: string, query: PeopleQuery, format: string): string {
  return sourceApi(source, "people/export", { format, ...parametersOf(query) });
}

/** Whether fewer than everybody may be shown. */
export function isFiltered({ q, status, role, team, twoFactor }: PeopleQuery): boolean {
  return [q.trim(), status, role, team, twoFactor].some((value) => value !== "");
}

function parametersOf({ q, status, role, team, twoFactor, order, isDescending }: PeopleQuery): Record<string, string> {
  return {
    q: q.trim(),
    status,
    role,
    team,
    twoFactor,
    order: order === allPeople.order && !isDescending ? "" : order,
    descending: isDescending ? "true" : "",
  };
}
