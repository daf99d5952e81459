/** A server that answers as a table says: rows as they are, also such as no organization has. */
import type { IncomingMessage, ServerResponse } from "node:http";
import { type Keys, keyNames } from "../../../sandbox/keys.ts";
import { startHttpServer } from "../../support/raw-server.ts";

/** A row of JSON. */
export type Row = Record<string, unknown>;

/** An answer that is the test's own; text is sent as HTML. */
export interface OddAnswer {
  readonly status?: number;
  readonly body: unknown;
  /** What `X-Pagination-Count` says, where it is not the number of rows; `none`: there are no headers of paging. */
  readonly count?: number | "none";
  /** Further headers of an answer that is no list. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** What is asked. */
export interface Asked {
  /** Behind the organization, such as `/members/`; `/user/self/` and `/orgs/` as they are. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** How often this path was asked for before. */
  readonly before: number;
}

/** The organization that the server has. */
export interface OddOrganization {
  readonly organization: Row;
  readonly self: Row;
  readonly members: Row[];
  readonly teams: Row[];
  readonly services: Row[];
  /** By team slug. */
  readonly teamMembers: Readonly<Record<string, Row[]>>;
  /** Comes before everything else. */
  readonly answer?: (asked: Asked, organization: OddOrganization) => OddAnswer | undefined;
}

/** A started server, in the form in which syncs are given one. */
export interface OddServer extends AsyncDisposable {
  readonly baseUrl: string;
  readonly keys: Keys;
  readonly organization: { readonly slug: string };
  /** Paths that were asked for, in order. */
  readonly asked: readonly string[];
}

const key = "0123456789abcdef0123456789abcdef01234567";
const keys = Object.fromEntries(keyNames.map((name) => [name, key])) as Keys; // one for each name

/** The organization acme: an Owner, whose key it is, and three more in two teams; one is inactive. */
export function acme(): OddOrganization {
  return {
    organization: { slug: "acme", slug_perm: "ORGid", name: "Acme" },
    self: { authenticated: true, slug: "olga", slug_perm: "Uolga", name: "Olga", email: "olga@acme.example" },
    members: [
      person("olga", { role: "Owner" }),
      person("mia", { teams: [place("core", "Manager")] }),
      person("noah", { teams: [place("core"), place("docs")] }),
      person("pia", { is_active: false, role: "Collaborator" }),
    ],
    teams: [team("core"), team("docs")],
    services: [],
    teamMembers: {
      core: [
        { user: "mia", role: "Manager", user_kind: "User" },
        { user: "noah", role: "Member", user_kind: "User" },
      ],
      docs: [{ user: "noah", role: "Member", user_kind: "User" }],
    },
  };
}

/** A membership of the organization. */
export function person(login: string, fields: Row = {}): Row {
  return {
    user_id: `U${login}`,
    user: login,
    user_name: login,
    email: `${login}@acme.example`,
    role: "Member",
    is_active: true,
    has_two_factor: true,
    joined_at: "2020-01-02T03:04:05Z",
    last_login_at: "2025-01-02T03:04:05Z",
    last_login_method: "Password",
    visibility: "Public",
    teams: [],
    ...fields,
  };
}

/** A team of the list. */
export function team(slug: string, fields: Row = {}): Row {
  return { slug, slug_perm: `T${slug}`, name: slug, visibility: "Visible", ...fields };
}

/** A team on a membership. */
export function place(slug: string, role = "Member"): Row {
  return { slug, name: slug, role };
}

/** Starts the server. */
export async function startOddServer(odd: OddOrganization): Promise<OddServer> {
  const asked: string[] = [];
  const server = await startHttpServer((request, response) => respond(odd, asked, request, response));
  return {
    baseUrl: `http://127.0.0.1:${server.port}/v1`,
    keys,
    organization: { slug: "acme" },
    asked,
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

function respond(odd: OddOrganization, log: string[], request: IncomingMessage, response: ServerResponse): void {
  const { pathname, searchParams: query } = new URL(request.url ?? "", "http://odd");
  const path = pathname.replace(/^\/v1/, "").replace(/^\/orgs\/acme(?=\/)/i, "");
  const before = log.filter((earlier) => earlier === path).length;
  log.push(path);
  const { status = 200, body, count, headers } = odd.answer?.({ path, query, before }, odd) ?? usual(odd, path, query);
  if (!Array.isArray(body)) {
    const type = typeof body === "string" ? "text/html" : "application/json";
    response.writeHead(status, { "Content-Type": type, ...headers });
    response.end(typeof body === "string" ? body : JSON.stringify(body));
    return;
  }
  const [page, size] = [Number(query.get("page") ?? 1), Number(query.get("page_size") ?? 30)];
  const rows = body.slice((page - 1) * size, page * size);
  if (count === "none") {
    response.writeHead(status, { "Content-Type": "application/json" });
    response.end(JSON.stringify(rows));
    return;
  }
  const total = count ?? body.length;
  response.writeHead(status, {
    "Content-Type": "application/json",
    "X-Pagination-Count": total,
    "X-Pagination-Page": page,
    "X-Pagination-PageSize": size,
    "X-Pagination-PageTotal": Math.max(1, Math.ceil(total / size)),
  });
  response.end(JSON.stringify(rows));
}

/** What a server answers that errs in nothing. */
export function usual(odd: OddOrganization, path: string, query: URLSearchParams): OddAnswer {
  const [, list = "", name, sub] = path.split("/").map(decodeURIComponent);
  if (path === "/user/self/") return { body: odd.self };
  if (path === "/orgs/") return { body: [odd.organization] };
  if (path === "/") return { body: odd.organization };
  if (list === "members") {
    const wanted = query.get("is_active") === "true";
    if (!name) return { body: odd.members.filter(({ is_active = true }) => is_active === wanted) };
    return one(odd.members.find(({ user }) => user === name));
  }
  if (list === "services") return name ? one(odd.services.find(({ slug }) => slug === name)) : { body: odd.services };
  if (list !== "teams") return one(undefined);
  if (!name) return { body: odd.teams };
  if (sub !== "members") return one(odd.teams.find(({ slug, slug_perm }) => slug === name || slug_perm === name));
  const kind = query.get("user_kind") ?? "user";
  const rows = odd.teamMembers[name];
  return one(rows && { members: rows.filter((row) => (isService(row) ? kind === "service" : kind === "user")) });
}

function isService({ user_kind = "User" }: Row): boolean {
  return String(user_kind).toLowerCase() === "service";
}

function one(body: unknown): OddAnswer {
  return body === undefined ? { status: 404, body: { detail: "Not found." } } : { body };
}
