/** Asks a sandbox over real HTTP, for its own tests. */
import type { KeyName } from "./keys.ts";
import type { Sandbox } from "./server.ts";

/** An answer, read to its end. */
export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The parsed body; undefined when it is not JSON. */
  readonly json: unknown;
}

/** A row of a list. */
export type Row = Readonly<Record<string, unknown>>;

/** How to ask. */
export interface AskOptions {
  /** Default owner; null sends no key. */
  readonly key?: KeyName | null;
  readonly headers?: Readonly<Record<string, string>>;
  readonly method?: string;
}

/** Asks for a path such as `/orgs/sandbox-org/`; redirects are not followed. */
export async function ask(sandbox: Sandbox, path: string, options: AskOptions = {}): Promise<Reply> {
  const { key = "owner", headers = {}, method = "GET" } = options;
  const response = await fetch(`${sandbox.baseUrl}${path}`, {
    method,
    headers: key === null ? headers : { "X-Api-Key": sandbox.keys[key], ...headers },
    redirect: "manual",
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, text, json: parsed(text) };
}

/** All rows of a list, page after page of 500 until one is short. */
export async function askAll(sandbox: Sandbox, path: string, options: AskOptions = {}): Promise<Row[]> {
  const rows: Row[] = [];
  const join = path.includes("?") ? "&" : "?";
  for (let page = 1; ; page++) {
    const reply = await ask(sandbox, `${path}${join}page_size=500&page=${page}`, options);
    if (page > 1 && reply.status === 404) return rows; // the page before was full, and the last
    const more = rowsOf(reply);
    rows.push(...more);
    if (more.length < 500) return rows;
  }
}

/** The body as a list of objects; throws when it is not one. */
export function rowsOf(reply: Reply): Row[] {
  if (!Array.isArray(reply.json)) throw new TypeError(`not a list: ${reply.status} ${reply.text.slice(0, 200)}`);
  return reply.json.map(rowOf);
}

/** One JSON value as an object; throws when it is not one. */
export function rowOf(value: unknown): Row {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new TypeError(`not an object: ${value}`);
  return Object.fromEntries(Object.entries(value));
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
