/**
 * The Cloudsmith API as far as the connector reads it: one method per endpoint, checked records out, errors with a
 * meaning. Only GET exists here. Knows nothing of Baton resources.
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
export interface Asking {
  readonly question?: Question | undefined;
}

type Filter = Pick<JsonRequest, "query">;
type ListAsked = CallOptions & Asking & Filter;
/** Which members is always sent: what the API does without it is not documented. */
type MembersAsked = CallOptions & Asking & { readonly active: boolean };

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
}

/** An address that answers with pages of records. */
export interface List<Row> extends Pick<Endpoint<readonly Row[]>, "subject" | "check"> {
  readonly path: (org: string) => string;
  readonly idOf: (row: Row) => string;
  /** Values of `sort`; empty where none is documented. */
  readonly orders: readonly string[];
}

/** Addresses of the organization, its members and teams (Cloudsmith API: schema). The last ends without a slash. */
const endpoints = {
  self: endpoint("caller", schemas.self, () => "/user/self/"),
  organization: endpoint("organization", schemas.organization, orgPath),
  member: endpoint("member", schemas.member, (org, id) => `${orgPath(org)}members/${segment(id)}/`),
  service: endpoint("service", schemas.service, (org, id) => `${orgPath(org)}services/${segment(id)}/`),
  team: endpoint("team", schemas.team, (org, id) => `${orgPath(org)}teams/${segment(id)}/`),
  teamMembers: endpoint("team", schemas.teamMembers, (org, id) => `${orgPath(org)}teams/${segment(id)}/members`),
};

function endpoint<T>(subject: Subject, check: Check<T>, path: Endpoint<T>["path"]): Endpoint<T> {
  return { subject, check, path };
}

const memberList: List<schemas.Member> = {
  subject: "list",
  path: (org) => `${orgPath(org)}members/`,
  check: listOf(schemas.member),
  idOf: ({ user_id }) => user_id,
  orders: ["user_name", "-user_name", "role"],
};
const teamList: List<schemas.Team> = {
  subject: "list",
  path: (org) => `${orgPath(org)}teams/`,
  check: listOf(schemas.team),
  idOf: ({ slug_perm }) => slug_perm,
  orders: ["name", "-name", "members"],
};
const serviceList: List<schemas.Service> = {
  subject: "list",
  path: (org) => `${orgPath(org)}services/`,
  check: listOf(schemas.service),
  idOf: ({ slug }) => slug,
  orders: ["name"],
};
const organizationList: List<schemas.Organization> = {
  subject: "organizations",
  path: () => "/orgs/",
  check: listOf(schemas.organization),
  idOf: ({ slug_perm }) => slug_perm,
  orders: ["name"],
};

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

  /** All organizations of the key's owner. */
  organizations(options: CallOptions): Promise<readonly schemas.Organization[]> {
    return this.records(organizationList, "", options);
  }

  /** One organization by slug. */
  organization(org: string, options: CallOptions): Promise<schemas.Organization> {
    return this.record(endpoints.organization, org, "", options);
  }

  /** One member by user slug. */
  member(org: string, user: string, options: CallOptions): Promise<schemas.Member> {
    return this.record(endpoints.member, org, user, options);
  }

  /** One service account by slug. */
  service(org: string, slug: string, options: CallOptions): Promise<schemas.Service> {
    return this.record(endpoints.service, org, slug, options);
  }

  /** All service accounts. */
  services(org: string, options: CallOptions): Promise<readonly schemas.Service[]> {
    return this.records(serviceList, org, options);
  }

  /** One team by slug or immutable id. */
  team(org: string, id: string, options: CallOptions): Promise<schemas.Team> {
    return this.record(endpoints.team, org, id, options);
  }

  /** The members of one team that are persons, or those that are service accounts; not every server tells them apart. */
  async teamMembers(
    org: string,
    slug: string,
    kind: "user" | "service",
    { signal }: CallOptions,
  ): Promise<readonly schemas.TeamMember[]> {
    return (await this.record(endpoints.teamMembers, org, slug, { signal, query: { user_kind: kind } })).members;
  }

  /** One page of active or of inactive members by itself. */
  membersPage(org: string, asked: MembersAsked & { readonly page: number }): Promise<PageResult<schemas.Member>> {
    return this.page(memberList, org, filtered(asked));
  }

  /** One page of teams by itself. */
  teamsPage(org: string, asked: ListAsked & { readonly page: number }): Promise<PageResult<schemas.Team>> {
    return this.page(teamList, org, asked);
  }

  /** Walks the active or the inactive members. */
  walkMembers(org: string, asked: MembersAsked): PageWalk<schemas.Member> {
    return this.walk(memberList, org, filtered(asked));
  }

  /** Walks the teams. */
  walkTeams(org: string, asked: ListAsked): PageWalk<schemas.Team> {
    return this.walk(teamList, org, asked);
  }

  /** One record of any address that is declared. */
  async record<T>(
    { subject, check, path }: Endpoint<T>,
    org: string,
    id: string,
    { signal, query = {} }: CallOptions & Filter,
  ): Promise<T> {
    const address = path(org, id);
    const describe = this.#errors.about(subject, org);
    const { json } = await this.#http.getJson({ path: address, query, signal, describe });
    return this.#errors.read(check, json, address);
  }

  /** Any list that is declared, as a whole. */
  records<Row>(list: List<Row>, org: string, { signal }: CallOptions): Promise<readonly Row[]> {
    return this.#lists.all(this.#asked(list, org, {}), signal);
  }

  /** One page of any list that is declared; a page past the end is empty and last. */
  page<Row>(list: List<Row>, org: string, asked: ListAsked & { readonly page: number }): Promise<PageResult<Row>> {
    return this.#lists.page(this.#asked(list, org, asked), asked.page, asked.signal);
  }

  /** Walks any list that is declared. */
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
    { subject, check, path, idOf, orders }: List<Row>,
    org: string,
    { question, query }: Asking & Filter,
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

function filtered<T extends MembersAsked>({ active, ...asked }: T): Omit<T, "active"> & Filter {
  return { ...asked, query: { is_active: active } };
}

/** The path of an organization, with a slash at its end. */
export function orgPath(org: string): string {
  return `/orgs/${segment(org)}/`;
}

/** One path segment. `.` and `..` are written so that no URL parser takes them for directions. */
export function segment(value: string): string {
  return /^\.{1,2}$/.test(value) ? value.replaceAll(".", "%252e") : encodeURIComponent(value.toWellFormed());
}
