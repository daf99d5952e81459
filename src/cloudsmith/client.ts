/**
 * The Cloudsmith API as far as the connector reads it: one method per endpoint, checked records out, errors with a
 * meaning. Only GET exists here. Knows nothing of Baton resources.
 */
import { type Check, listOf } from "../sdk/api/json-check.ts";
import type { Question } from "../sdk/api/moving-list.ts";
import {
  createPageWalk,
  type FetchedPage,
  type PageResult,
  type PageWalk,
  readPaging,
  type SealedPage,
} from "../sdk/api/page-walk.ts";
import type { PageWindow } from "../sdk/api/page-windows.ts";
import type { Clock } from "../sdk/clock.ts";
import { secretKind, tokenNotice } from "../sdk/config/pasted-secret.ts";
import type { ConnectorStats } from "../sdk/contracts/connector.ts";
import { Status, toBatonError } from "../sdk/errors.ts";
import { parseJson } from "../sdk/http/body.ts";
import {
  createHttpClient,
  type HttpClient,
  type HttpClientOptions,
  type JsonAnswer,
  type JsonRequest,
} from "../sdk/http/http-client.ts";
import type { HttpFailure } from "../sdk/http/http-failure.ts";
import type { Logger } from "../sdk/log.ts";
import { releaseBuffer } from "../sdk/release-buffer.ts";
import { apiKeyTail, createRedactor } from "./api-key.ts";
import {
  type Asked,
  anonymousKeyError,
  describeFailure,
  endlessListError,
  invalidPageCode,
  refusalCode,
  type Subject,
} from "./errors.ts";
import {
  type Member,
  member,
  type Organization,
  organization,
  parse,
  type Self,
  type Service,
  self,
  service,
  type Team,
  type TeamMember,
  team,
  teamMembers,
} from "./schemas.ts";

/** What a client needs, besides what every HTTP client does. */
export interface CloudsmithClientOptions extends Omit<HttpClientOptions, "headers"> {
  /** From `parseApiKey`. */
  readonly apiKey: string;
  /** Version of the connector, for the User-Agent. */
  readonly version: string;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Rows asked for per page at first; default and maximum 500. */
  readonly pageSize?: number;
}

/** What every call gets. */
export interface CallOptions {
  readonly signal: AbortSignal;
}

/** Which members. It is always sent: what the API does without it is not documented. */
export interface MemberFilter {
  readonly active: boolean;
}

/** How a list is asked for; default: full pages in the order of names. */
export interface Asking {
  readonly question?: Question;
}

/** The API serves no more rows a page, whatever is asked for (Cloudsmith API: pagination). */
export const maxPageSize = 500;
/** Sizes to go down to when a page is too large or too slow. */
const smallerSizes = [250, 100, 50];
/** An answer is not larger than this: a page of 500 members in 200 teams each is half of it. */
const maxBodyBytes = 12 * 1024 * 1024;
/** What was fetched ahead of one list may hold so much. */
const aheadBytes = 8 * 1024 * 1024;

/** An address that answers with one record. */
export interface Endpoint<T> {
  readonly path: (org: string, id: string) => string;
  readonly subject: Subject;
  readonly check: Check<T>;
}

/** An address that answers with pages of records. */
export interface List<T> {
  readonly path: (org: string) => string;
  readonly subject: Subject;
  readonly check: Check<readonly T[]>;
  readonly idOf: (row: T) => string;
  /** Values of `sort`; empty where none is documented. */
  readonly orders: readonly string[];
}

function endpoint<T>(subject: Subject, check: Check<T>, path: Endpoint<T>["path"]): Endpoint<T> {
  return { subject, check, path };
}

/** Every address that is ever asked (Cloudsmith API: schema). Only the team's member list ends without a slash. */
const endpoints = {
  self: endpoint("caller", self, () => "/user/self/"),
  organization: endpoint("organization", organization, (org) => orgPath(org)),
  member: endpoint("member", member, (org, id) => `${orgPath(org)}members/${segment(id)}/`),
  service: endpoint("service", service, (org, id) => `${orgPath(org)}services/${segment(id)}/`),
  team: endpoint("team", team, (org, id) => `${orgPath(org)}teams/${segment(id)}/`),
  teamMembers: endpoint("team", teamMembers, (org, id) => `${orgPath(org)}teams/${segment(id)}/members`),
};

const memberList: List<Member> = {
  path: (org) => `${orgPath(org)}members/`,
  subject: "list",
  check: listOf(member),
  idOf: (row) => row.user_id,
  orders: ["user_name", "-user_name", "role"],
};
const teamList: List<Team> = {
  path: (org) => `${orgPath(org)}teams/`,
  subject: "list",
  check: listOf(team),
  idOf: (row) => row.slug_perm,
  orders: ["name", "-name", "members"],
};
const serviceList: List<Service> = {
  path: (org) => `${orgPath(org)}services/`,
  subject: "list",
  check: listOf(service),
  idOf: (row) => row.slug,
  orders: ["name"],
};
const organizationList: List<Organization> = {
  path: () => "/orgs/",
  subject: "organizations",
  check: listOf(organization),
  idOf: (row) => row.slug_perm,
  orders: ["name"],
};

type Query = Readonly<Record<string, string | number | boolean>>;

/** A list as it is asked for. */
interface ListRequest<T> extends Asking {
  readonly list: List<T>;
  readonly org: string;
  readonly query: Query;
  /** Pages are asked for in order, so that the first was there when a later one is asked for. */
  readonly isWalked?: boolean;
}

/** Reads one Cloudsmith account. Every method throws the errors of errors.ts, and the signal's reason when it aborts. */
export class CloudsmithClient {
  readonly #http: HttpClient;
  readonly #ahead: number;
  readonly #secrets: Pick<Asked, "redact" | "keyTail" | "tokenNotice">;
  #pageSize: number;

  /** Sends nothing yet. */
  constructor({ apiKey, version, pageSize = maxPageSize, ...options }: CloudsmithClientOptions) {
    this.#pageSize = Math.min(pageSize, maxPageSize);
    this.#ahead = options.concurrency ?? 6;
    const kind = secretKind(apiKey);
    this.#secrets = {
      redact: createRedactor(apiKey),
      keyTail: apiKeyTail(apiKey),
      tokenNotice: () => tokenNotice(kind, options.clock.nowMs()),
    };
    const headers = { "X-Api-Key": apiKey, "User-Agent": `baton-cloudsmith/${version}` };
    this.#http = createHttpClient({ maxBodyBytes, ...options, headers });
  }

  /** Rows asked for per page at present. */
  get pageSize(): number {
    return this.#pageSize;
  }

  /** Asks for smaller pages from now on; undefined when the error is not about their size, or they are as small as can be. */
  smallerPages(pageSize: number, error: unknown): number | undefined {
    if (!tooMuchCodes.has(toBatonError(error).code)) return undefined;
    if (this.#pageSize < pageSize) return this.#pageSize;
    const smaller = smallerSizes.find((size) => size < pageSize);
    if (smaller !== undefined) this.#pageSize = smaller;
    return smaller;
  }

  /** Whose key it is. @throws BatonError `CS-AUTH-ANONYMOUS` when Cloudsmith treats the key as none. */
  async self(options: CallOptions): Promise<Self> {
    const caller = await this.#get(endpoints.self, "", "", options);
    if (!caller.authenticated) throw anonymousKeyError(this.#secrets);
    return caller;
  }

  /** All organizations of the key's owner. */
  organizations(options: CallOptions): Promise<readonly Organization[]> {
    return this.#all({ list: organizationList, org: "", query: {} }, options);
  }

  /** One organization by slug. */
  organization(org: string, options: CallOptions): Promise<Organization> {
    return this.#get(endpoints.organization, org, "", options);
  }

  /** One member by user slug. */
  member(org: string, user: string, options: CallOptions): Promise<Member> {
    return this.#get(endpoints.member, org, user, options);
  }

  /** One service account by slug. */
  service(org: string, slug: string, options: CallOptions): Promise<Service> {
    return this.#get(endpoints.service, org, slug, options);
  }

  /** All service accounts. */
  services(org: string, options: CallOptions): Promise<readonly Service[]> {
    return this.#all({ list: serviceList, org, query: {} }, options);
  }

  /** One team by slug or immutable id. */
  team(org: string, id: string, options: CallOptions): Promise<Team> {
    return this.#get(endpoints.team, org, id, options);
  }

  /** The members of one team that are persons, or those that are service accounts; not every server tells them apart. */
  async teamMembers(
    org: string,
    slug: string,
    kind: "user" | "service",
    options: CallOptions,
  ): Promise<readonly TeamMember[]> {
    return (await this.#get(endpoints.teamMembers, org, slug, options, { user_kind: kind })).members;
  }

  /** One page of active or of inactive members; a page past the end is empty and last. */
  membersPage(
    org: string,
    options: CallOptions & MemberFilter & Asking & { page: number },
  ): Promise<PageResult<Member>> {
    return this.#onePage(members(org, options), options);
  }

  /** One page of teams; a page past the end is empty and last. */
  teamsPage(org: string, options: CallOptions & Asking & { page: number }): Promise<PageResult<Team>> {
    return this.#onePage(teams(org, options), options);
  }

  /** Walks the active or the inactive members. */
  walkMembers(org: string, options: CallOptions & MemberFilter & Asking): PageWalk<Member> {
    return this.#walk(members(org, options), options.signal);
  }

  /** Walks the teams. */
  walkTeams(org: string, options: CallOptions & Asking): PageWalk<Team> {
    return this.#walk(teams(org, options), options.signal);
  }

  /** One record of any address that is declared. */
  record<T>(endpoint: Endpoint<T>, org: string, id: string, options: CallOptions): Promise<T> {
    return this.#get(endpoint, org, id, options);
  }

  /** Any list that is declared, as a whole. */
  records<T>(list: List<T>, org: string, options: CallOptions): Promise<readonly T[]> {
    return this.#all({ list, org, query: {} }, options);
  }

  /** One page of any list that is declared. */
  page<T>(list: List<T>, org: string, options: CallOptions & Asking & { page: number }): Promise<PageResult<T>> {
    return this.#onePage(asRequest(list, org, options), options);
  }

  /** Walks any list that is declared. */
  walk<T>(list: List<T>, org: string, options: CallOptions & Asking): PageWalk<T> {
    return this.#walk(asRequest(list, org, options), options.signal);
  }

  /** Live figures of all traffic so far. */
  stats(): ConnectorStats {
    return this.#http.stats();
  }

  /** Closes idle connections. */
  close(): void {
    this.#http.close();
  }

  /** A short list as a whole, with smaller pages where they are too large. */
  async #all<T>(asked: ListRequest<T>, options: CallOptions): Promise<readonly T[]> {
    for (;;) {
      const { pageSize } = this;
      const walk = this.#walk(asked, options.signal);
      try {
        const rows: T[] = [];
        for (let n = 1; ; n++) {
          const page = await walk.page(n);
          rows.push(...page.items);
          if (page.isLast) return rows;
        }
      } catch (caught) {
        walk.stop();
        if (this.smallerPages(pageSize, caught) === undefined) throw caught;
      }
    }
  }

  async #onePage<T>(asked: ListRequest<T>, { page, signal }: CallOptions & { page: number }): Promise<PageResult<T>> {
    const pageSize = asked.question?.pageSize ?? this.#pageSize;
    const fetched = await this.#fetchPage(asked, { page, pageSize }, signal);
    const alone = { page, repeated: [], overlap: 0 };
    if (fetched === undefined)
      return { ...alone, items: [], isLast: true, totalCount: undefined, pageTotal: undefined };
    const { hasNext, totalCount, pageTotal } = fetched.paging;
    return { ...alone, items: fetched.items, isLast: hasNext === "no", totalCount, pageTotal };
  }

  #walk<T>(asked: ListRequest<T>, signal: AbortSignal): PageWalk<T> {
    const walked = { ...asked, isWalked: true };
    return createPageWalk({
      fetch: (window, walkSignal) => this.#fetchSealed(walked, window, walkSignal),
      pageSize: asked.question?.pageSize ?? this.#pageSize,
      overlaps: asked.question?.overlaps ?? true,
      idOf: asked.list.idOf,
      ahead: this.#ahead,
      aheadBytes,
      signal,
      endless: (page) => endlessListError(asked.list.path(asked.org), page),
    });
  }

  /** One page; undefined past the end, which is not an error: rows may have gone while the list was read. */
  async #fetchPage<T>(asked: ListRequest<T>, window: Window, signal: AbortSignal): Promise<FetchedPage<T> | undefined> {
    try {
      return readPage(asked, window, await this.#http.getJson(this.#pageRequest(asked, window, signal)));
    } catch (caught) {
      if (isPastTheEnd(window, caught, asked.isWalked)) return undefined;
      throw caught;
    }
  }

  /** The same page, left as bytes until its turn. A body that is no JSON is then asked for again as usual. */
  async #fetchSealed<T>(
    asked: ListRequest<T>,
    window: Window,
    signal: AbortSignal,
  ): Promise<SealedPage<T> | undefined> {
    try {
      const { headers, body } = await this.#http.getBytes(this.#pageRequest(asked, window, signal));
      const open = async (): Promise<FetchedPage<T> | undefined> => {
        const parsed = parseJson(headers, body);
        if (!parsed.ok) return await this.#fetchPage(asked, window, signal);
        // Nobody else has it, and the records are copies.
        releaseBuffer(body);
        return readPage(asked, window, { json: parsed.json, headers });
      };
      // How many rows came plays no part in what the headers announce.
      return { announced: readPaging(headers, { ...window, rows: 0 }), bytes: body.length, open };
    } catch (caught) {
      if (isPastTheEnd(window, caught, asked.isWalked)) return undefined;
      throw caught;
    }
  }

  #pageRequest<T>({ list, org, query, question }: ListRequest<T>, { page, pageSize }: Window, signal: AbortSignal) {
    const sort = list.orders[question?.order ?? 0] ?? list.orders[0];
    const path = list.path(org);
    const asked = { ...query, ...(sort !== undefined && { sort }), page, page_size: pageSize };
    const request = this.#request(path, list.subject, org, asked, signal);
    const mayShrink = smallerSizes.some((size) => size < pageSize);
    return mayShrink ? { ...request, isHopeless: isTooMuch } : request;
  }

  async #get<T>(
    { path, subject, check }: Endpoint<T>,
    org: string,
    id: string,
    { signal }: CallOptions,
    query: Query = {},
  ): Promise<T> {
    const address = path(org, id);
    const answer = await this.#http.getJson(this.#request(address, subject, org, query, signal));
    return parse(check, answer.json, address);
  }

  #request(path: string, subject: Subject, organization: string, query: Query, signal: AbortSignal): JsonRequest {
    const asked: Asked = { subject, organization, ...this.#secrets };
    return { path, query, signal, describe: (failure, context) => describeFailure(failure, context, asked) };
  }
}

/** Which part of a list was asked for. */
type Window = Pick<PageWindow, "page" | "pageSize">;

function members(org: string, { active, question }: MemberFilter & Asking): ListRequest<Member> {
  return { list: memberList, org, query: { is_active: active }, ...(question && { question }) };
}

function teams(org: string, asking: Asking): ListRequest<Team> {
  return asRequest(teamList, org, asking);
}

function asRequest<T>(list: List<T>, org: string, { question }: Asking): ListRequest<T> {
  return { list, org, query: {}, ...(question && { question }) };
}

function readPage<T>(
  { list, org }: ListRequest<T>,
  { page, pageSize }: Window,
  { json, headers }: JsonAnswer,
): FetchedPage<T> {
  const items = parse(list.check, json, `${list.path(org)} (page ${page})`);
  return { items, paging: readPaging(headers, { page, pageSize, rows: items.length }) };
}

/** In a walk the list was there a page ago, so that the 404 of a later one is about the page, whatever it says. */
function isPastTheEnd({ page }: Window, caught: unknown, isWalked = false): boolean {
  const { code, status } = toBatonError(caught);
  return page > 1 && (code === invalidPageCode || (isWalked && status === Status.notFound));
}

/** Codes of errors that smaller pages may get over. */
const tooMuchCodes: ReadonlySet<string> = new Set([
  refusalCode(413),
  refusalCode(422),
  refusalCode(504),
  "CS-ANSWER-SIZE",
  "NET-TIMEOUT",
]);

/** True when a page is not asked for in this size again. A time-out may be by chance once. */
function isTooMuch(failure: HttpFailure, attempts: number, firstContact: boolean): boolean {
  if (failure.kind === "network") return failure.problem === "timeout" && !firstContact && attempts > 1;
  return failure.kind === "status" && failure.status === 504 && attempts > 1;
}

/** The path of an organization, with a slash at its end. */
export function orgPath(org: string): string {
  return `/orgs/${segment(org)}/`;
}

/** One path segment. `.` and `..` are written so that no URL parser takes them for directions. */
export function segment(value: string): string {
  return /^\.{1,2}$/.test(value) ? value.replaceAll(".", "%252e") : encodeURIComponent(value.toWellFormed());
}
