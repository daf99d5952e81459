/**
 * A strict stand-in for an API over HTTP: it answers what is declared and nothing else. A request that it does not know,
 * a query key that it does not know, and a method that is not declared are written down and answered with 501.
 */
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** A request as a route sees it. */
export interface StandInRequest {
  /** Path and query as they were sent. */
  readonly url: string;
  /** Values of the path's `:name` parts, decoded. */
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage["headers"];
}

/** What a route answers; status default 200, the body is sent as JSON. */
export interface StandInAnswer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: unknown;
}

/** One endpoint. */
export interface StandInRoute {
  /** Default GET. */
  readonly method?: string;
  /** Such as `/teams/:team/members`. */
  readonly path: string;
  /** Query keys that it knows; default none. */
  readonly query?: readonly string[];
  answer(request: StandInRequest): StandInAnswer | Promise<StandInAnswer>;
}

/** A running stand-in. Close it, or declare it with `await using`. */
export interface StandIn extends AsyncDisposable {
  /** Scheme, host and port. */
  readonly baseUrl: string;
  readonly routes: readonly StandInRoute[];
  /** Every request so far, such as `GET /teams?page=2`. */
  readonly requests: readonly string[];
  /** What it did not know, a sentence each. */
  readonly violations: readonly string[];
  /** Answers a route with something else until called with undefined. */
  override(route: StandInRoute, answer: StandInAnswer | undefined): void;
  /** Runs `action` before a request is answered, that of this number, counted from 1. */
  beforeRequest(number: number, action: () => void | Promise<void>): void;
  /** Changes the data; see {@link StandInOptions}. */
  readonly move?: (() => void | Promise<void>) | undefined;
  close(): Promise<void>;
}

/** More about a stand-in. */
export interface StandInOptions {
  /**
   * Changes the data as people do while a sync reads: somebody at the beginning of a list leaves, somebody comes. With
   * it the kit looks at what becomes of everybody else.
   */
  readonly move?: () => void | Promise<void>;
}

/** Starts a stand-in on 127.0.0.1, on any free port. */
export async function startStandIn(routes: readonly StandInRoute[], { move }: StandInOptions = {}): Promise<StandIn> {
  const requests: string[] = [];
  const violations: string[] = [];
  const overrides = new Map<StandInRoute, StandInAnswer>();
  const actions = new Map<number, () => void | Promise<void>>();
  const server = createServer(async (request, response) => {
    const { method = "", url = "" } = request;
    const number = requests.push(`${method} ${url}`);
    await actions.get(number)?.();
    const found = findRoute(routes, method, new URL(url, "http://localhost"));
    if (typeof found === "string") {
      violations.push(found);
      send(response, { status: 501, body: { error: found } });
      return;
    }
    const { route, params, query } = found;
    send(response, overrides.get(route) ?? (await route.answer({ url, params, query, headers: request.headers })));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo; // of a server that listens on TCP
  const close = async (): Promise<void> => {
    server.closeAllConnections();
    server.close();
    await once(server, "close");
  };
  return {
    baseUrl: `http://127.0.0.1:${port}`,
    routes,
    requests,
    violations,
    override: (route, answer) => void (answer ? overrides.set(route, answer) : overrides.delete(route)),
    beforeRequest: (number, action) => void actions.set(number, action),
    move,
    close,
    [Symbol.asyncDispose]: close,
  };
}

interface Found {
  readonly route: StandInRoute;
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
}

/** The route, or why there is none. */
function findRoute(routes: readonly StandInRoute[], method: string, url: URL): Found | string {
  const { pathname, searchParams: query } = url;
  const matching = routes.flatMap((route) => {
    const params = matchPath(route.path, pathname);
    return params ? [{ route, params, query }] : [];
  });
  if (matching.length === 0) return `${method} ${pathname} is not declared`;
  const found = matching.find(({ route }) => (route.method ?? "GET") === method);
  if (!found) return `${method} is not declared for ${pathname}`;
  const unknown = [...new Set(query.keys())].filter((key) => !found.route.query?.includes(key));
  return unknown.length === 0 ? found : `${method} ${pathname} knows no query key ${unknown.join(", ")}`;
}

function matchPath(pattern: string, path: string): Readonly<Record<string, string>> | undefined {
  const [wanted, given] = [pattern.split("/"), path.split("/")];
  if (wanted.length !== given.length) return undefined;
  const params: Record<string, string> = {};
  for (const [index, part] of wanted.entries()) {
    const value = given[index] ?? "";
    if (part.startsWith(":")) params[part.slice(1)] = decodeURIComponent(value);
    else if (part !== value) return undefined;
  }
  return params;
}

function send(response: ServerResponse, { status = 200, headers = {}, body }: StandInAnswer): void {
  response.writeHead(status, { "Content-Type": "application/json", ...headers });
  response.end(typeof body === "string" ? body : JSON.stringify(body));
}
