/** Addresses of a source's screens and of what the server says about it. Pure. */

/** Parts of a source that have a screen. */
export type SourceScreen = "people" | "teams" | "roles" | "picture" | "reviews" | "tables";

/** Address of a screen, with query parameters; those that are "" are left out. */
export function screenAddress(
  source: string,
  screen: SourceScreen,
  query: Readonly<Record<string, string | undefined>> = {},
): string {
  return withQuery(`/sources/${encodeURIComponent(source)}/${screen}`, query);
}

/** Address of a person's or a team's screen. */
export function subjectAddress(source: string, screen: "people" | "teams", type: string, id: string): string {
  return `${screenAddress(source, screen)}/${encodeURIComponent(type)}/${encodeURIComponent(id)}`;
}

/** Address of a review's screen. */
export function reviewAddress(source: string, name: string, query: Readonly<Record<string, string>> = {}): string {
  return withQuery(`${screenAddress(source, "reviews")}/${encodeURIComponent(name)}`, query);
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

/** A path with query parameters; those that are "" are left out. */
export function withQuery(path: string, query: Readonly<Record<string, string | undefined>>): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query))
    if (value !== undefined && value !== "") parameters.set(name, value);
  const text = parameters.toString();
  return text === "" ? path : `${path}?${text}`;
}
