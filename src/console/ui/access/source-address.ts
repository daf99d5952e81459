/** Addresses of a source's screens and of what the server says about it. Pure. */
import type { LinkTarget } from "../../contract/sources.ts";

/** Parts of a source that have a screen. */
export type SourceScreen = "people" | "teams" | "roles" | "reviews" | "tables";

/** Address of a screen, with query parameters; those that are "" are left out. A connector's lists are its tabs. */
export function screenAddress(
  source: string,
  screen: SourceScreen,
  query: Readonly<Record<string, string | undefined>> = {},
): string {
  const connector = connectorIdOf(source);
  const tab = connectorTabs[screen];
  const isTab = connector !== undefined && tab !== undefined;
  return withQuery(isTab ? `/connectors/${encodeURIComponent(connector)}/${tab}` : placeOf(source, screen), query);
}

/** Where a connector's screens are among its tabs. */
const connectorTabs: Readonly<Partial<Record<SourceScreen, string>>> = {
  people: "access",
  teams: "access/teams",
  roles: "access/roles",
  reviews: "reviews",
};

/** Id of the connector whose current file the source is. */
export function connectorIdOf(source: string): string | undefined {
  return source.startsWith("connector:") ? source.slice("connector:".length) : undefined;
}

function placeOf(source: string, screen: SourceScreen): string {
  return `/sources/${encodeURIComponent(source)}/${screen}`;
}

/** One thing of a source: a person, a team or another resource. */
export interface SubjectProps {
  readonly source: string;
  readonly type: string;
  readonly id: string;
}

/** Address of a team's screen, or of the people with the panel of one open. */
export function subjectAddress(source: string, screen: "people" | "teams", type: string, id: string): string {
  if (screen === "people") return screenAddress(source, screen, { person: `${type}/${id}` });
  return `${placeOf(source, screen)}/${encodeURIComponent(type)}/${encodeURIComponent(id)}`;
}

/** The same screen with the panel of a person open, or with none. @param person `TYPE/ID`. */
export function withPerson(here: Here, person: string | undefined): string {
  return withQuery(here.path, { ...here.query, person }, new Set(Object.keys(here.query)));
}

/** Where the page is. */
export interface Here {
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
}

/** Address of what a name in a table leads to: people open beside it. */
export function targetAddress(source: string, { to, type, id }: LinkTarget, here: Here): string {
  if (to === "person") return withPerson(here, `${type}/${id}`);
  return to === "team" ? subjectAddress(source, "teams", type, id) : resourceAddress(source, type, id);
}

/** Address of a review's screen. */
export function reviewAddress(source: string, name: string, query: Readonly<Record<string, string>> = {}): string {
  return withQuery(`${placeOf(source, "reviews")}/${encodeURIComponent(name)}`, query);
}

/** Address of a resource's screen, for files of any connector. */
export function resourceAddress(source: string, type: string, id: string): string {
  return screenAddress(source, "tables", { show: "resource", type, id });
}

/** Address of the server's answer about a source: `part` such as `people` or `teams/team/7`. */
export function sourceApi(source: string, part = "", query: Readonly<Record<string, string | undefined>> = {}): string {
  const path = part === "" ? "" : `/${part.split("/").map(encodeURIComponent).join("/")}`;
  return withQuery(`/api/sources/${encodeURIComponent(source)}${path}`, query);
}

/** Address of the answer about one person, team or resource. */
export function subjectApi(source: string, kind: "people" | "teams" | "resources", type: string, id: string): string {
  return `${sourceApi(source, kind)}/${encodeURIComponent(type)}/${encodeURIComponent(id)}`;
}

/** An address with further query parameters; those that are "" are left out, but for those to keep. */
export function withQuery(
  path: string,
  query: Readonly<Record<string, string | undefined>>,
  kept: ReadonlySet<string> = new Set(),
): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query))
    if (value !== undefined && (value !== "" || kept.has(name))) parameters.set(name, value);
  const text = parameters.toString();
  return text === "" ? path : `${path}${path.includes("?") ? "&" : "?"}${text}`;
}
