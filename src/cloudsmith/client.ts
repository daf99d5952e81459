/**
 * The Cloudsmith API as far as the connector reads it: a table of addresses, checked records out, errors with a meaning.
 * Only GET exists here. Knows nothing of Baton resources.
 */
import { type Check, listOf } from "../sdk/api/json-check.ts";
import type { Question } from "../sdk/api/moving-list.ts";
import { type NumberedList, NumberedLists } from "../sdk/api/numbered-lists.ts";
import type { PageResult, PageWalk } from "../sdk/api/page-walk.ts";
import type { ConnectorStats } from "../sdk/contracts/connector.ts";
import {
  createHttpClient,
  type HttpClient,
  type HttpClientOptions,
  type JsonRequest,
} from "../sdk/http/http-client.ts";
import { type CloudsmithErrors, cloudsmithErrors, codePrefix, invalidPageCode, type Subject } from "./errors.ts";
import * as schemas from "./schemas.ts";

/** What a client needs, besides what every HTTP client does. */
export interface CloudsmithClientOptions extends Omit<HttpClientOptions, "headers"> {
  /** From `parseApiKey`. */
  readonly apiKey: string;
  /** Version of the connector, for the User-Agent. */
  readonly version: string;
  /** Rows asked for per page at first; default and maximum 500. */
  readonly pageSize?: number;
}

/** What every call gets. */
export interface CallOptions {
  readonly signal: AbortSignal;
}

/** How a list is asked for; default: full pages in the order of names. */
export interface ListAsked extends CallOptions {
  readonly question?: Question | undefined;
}

/** The API serves no more rows a page, whatever is asked for (Cloudsmith API: pagination). */
const maxPageSize = 500;
/** An answer is not larger than this: a page of 500 members in 200 teams each is half of it. */
const maxBodyBytes = 12 * 1024 * 1024;
/** What was fetched ahead of one list may hold so much. */
const aheadBytes = 8 * 1024 * 1024;

/** An address that answers with one record. */
export interface Endpoint<T> {
  readonly subject: Subject;
  readonly check: Check<T>;
  readonly path: (org: string, id: string) => string;
  readonly query?: JsonRequest["query"];
}

/** An address that answers with pages of records. */
export interface List<Row> extends Omit<Endpoint<readonly Row[]>, "path"> {
  readonly path: (org: string) => string;
  readonly idOf: (row: Row) => string;
  /** Values of `sort`; empty where none is documented. */
  readonly orders: readonly string[];
}

/** Addresses of single records (Cloudsmith API: schema); `id` is a slug, of a team also its immutable id. */
export const endpoints = {
  self: endpoint("caller", schemas.self, () => "/user/self/"),
  organization: endpoint("organization", schemas.organization, orgPath),
  member: endpoint("member", schemas.member, (org, id) => `${orgPath(org)}members/${segment(id)}/`),
  service: endpoint("service", schemas.service, (org, id) => `${orgPath(org)}services/${segment(id)}/`),
  team: endpoint("team", schemas.team, (org, id) => `${orgPath(org)}teams/${segment(id)}/`),
  /** The only one that ends without a slash. */
  teamMembers: endpoint("team", schemas.teamMembers, (org, id) => `${orgPath(org)}teams/${segment(id)}/members`),
};

function endpoint<T>(subject: Subject, check: Check<T>, path: Endpoint<T>["path"]): Endpoint<T> {
  return { subject, check, path };
}

/** The active or the inactive members. Which is always sent: what the API does without it is not documented. */
export function memberList(active: boolean): List<schemas.Member> {
  return {
    subject: "list",
    path: (org) => `${orgPath(org)}members/`,
    query: { is_active: active },
    check: listOf(schemas.member),
    idOf: ({ user_id }) => user_id,
    orders: ["user_name", "-user_name", "role"],
  };
}

/** The teams. */
export const teamList: List<schemas.Team> = {
  subject: "list",
  path: (org) => `${orgPath(org)}teams/`,
  check: listOf(schemas.team),
  idOf: ({ slug_perm }) => slug_perm,
  orders: ["name", "-name", "members"],
};

/** The organizations of the key's owner. */
export const organizationList: List<schemas.Organization> = {
  subject: "organizations",
  path: () => "/orgs/",
  check: listOf(schemas.organization),
  idOf: ({ slug_perm }) => slug_perm,
  orders: ["name"],
};

/** The part of the client that is asked; a test has one of its own. */
export type Api = Pick<CloudsmithClient, keyof CloudsmithClient>;

/** Reads one Cloudsmith account. Every method throws the errors of errors.ts, and the signal's reason when it aborts. */
export class CloudsmithClient {
  readonly #http: HttpClient;
  readonly #errors: CloudsmithErrors;
  readonly #lists: NumberedLists;

  /** Sends nothing yet. */
  constructor({ apiKey, version, pageSize = maxPageSize, ...options }: CloudsmithClientOptions) {
    const headers = { "X-Api-Key": apiKey, "User-Agent": `baton-cloudsmith/${version}` };
    this.#http = createHttpClient({ maxBodyBytes, ...options, headers });
    this.#errors = cloudsmithErrors(apiKey, options.clock);
    this.#lists = new NumberedLists({
      http: this.#http,
      failures: this.#errors,
      codePrefix,
      isPastTheEnd: ({ code }) => code === invalidPageCode,
      pageSize: Math.min(pageSize, maxPageSize),
      ahead: options.concurrency ?? 6,
      aheadBytes,
    });
  }

  /** Rows asked for per page at present. */
  get pageSize(): number {
    return this.#lists.pageSize;
  }

  /** Asks for smaller pages from now on; undefined when the error is not about their size, or they are as small as can be. */
  smallerPages(pageSize: number, error: unknown): number | undefined {
    return this.#lists.smallerPages(pageSize, error);
  }

  /** Whose key it is. @throws BatonError `CS-AUTH-ANONYMOUS` when Cloudsmith treats the key as none. */
  async self(options: CallOptions): Promise<schemas.Self> {
    const caller = await this.record(endpoints.self, "", "", options);
    if (!caller.authenticated) throw this.#errors.anonymous();
    return caller;
  }

  /** One record. */
  async record<T>(
    { subject, check, path, query = {} }: Endpoint<T>,
    org: string,
    id: string,
    { signal }: CallOptions,
  ): Promise<T> {
    const address = path(org, id);
    const describe = this.#errors.about(subject, org);
    const { json } = await this.#http.getJson({ path: address, query, signal, describe });
    return this.#errors.read(check, json, address);
  }

  /** A list as a whole. */
  records<Row>(list: List<Row>, org: string, { signal }: CallOptions): Promise<readonly Row[]> {
    return this.#lists.all(this.#asked(list, org, {}), signal);
  }

  /** One page of a list; a page past the end is empty and last. */
  page<Row>(list: List<Row>, org: string, asked: ListAsked & { readonly page: number }): Promise<PageResult<Row>> {
    return this.#lists.page(this.#asked(list, org, asked), asked.page, asked.signal);
  }

  /** Walks a list. */
  walk<Row>(list: List<Row>, org: string, asked: ListAsked): PageWalk<Row> {
    return this.#lists.walk(this.#asked(list, org, asked), asked.signal);
  }

  /** Live figures of all traffic so far. */
  stats(): ConnectorStats {
    return this.#http.stats();
  }

  /** Closes idle connections. */
  close(): void {
    this.#http.close();
  }

  #asked<Row>(
    { subject, check, path, idOf, orders, query }: List<Row>,
    org: string,
    { question }: Pick<ListAsked, "question">,
  ): NumberedList<Row> {
    const sort = orders[question?.order ?? 0] ?? orders[0];
    return {
      path: path(org),
      query: ({ page, pageSize }) => ({ ...query, ...(sort !== undefined && { sort }), page, page_size: pageSize }),
      question,
      check,
      idOf,
      describe: this.#errors.about(subject, org),
    };
  }
}

/** The path of an organization, with a slash at its end. */
export function orgPath(org: string): string {
  return `/orgs/${segment(org)}/`;
}

/** One path segment. `.` and `..` are written so that no URL parser takes them for directions. */
export function segment(value: string): string {
  return /^\.{1,2}$/.test(value) ? value.replaceAll(".", "%252e") : encodeURIComponent(value.toWellFormed());
}
