/**
 * The Cloudsmith API as far as the connector reads it: one method per endpoint, checked records out, errors with a
 * meaning. Only GET exists here. Knows nothing of Baton resources.
 */

import {
  createPageWalk,
  type FetchedPage,
  type PageResult,
  type PageWalk,
  type SealedPage,
} from "../sdk/api/page-walk.ts";
import type { PageWindow } from "../sdk/api/page-windows.ts";
import { readPaging } from "../sdk/api/paging.ts";
import type { Clock } from "../sdk/clock.ts";
import { secretKind, tokenNotice } from "../sdk/config/pasted-secret.ts";
import type { ConnectorStats } from "../sdk/contracts/connector.ts";
import { type BatonError, toBatonError } from "../sdk/errors.ts";
import { parseJson } from "../sdk/http/body.ts";
import { createHttpClient, type HttpClient, type JsonAnswer, type JsonRequest } from "../sdk/http/http-client.ts";
import type { RetryLimits } from "../sdk/http/retry-timing.ts";
import type { Logger } from "../sdk/log.ts";
import type { Network } from "../sdk/net/network.ts";
import { releaseBuffer } from "../sdk/release-buffer.ts";
import type { Telemetry } from "../sdk/telemetry/telemetry.ts";
import { apiKeyTail, createRedactor } from "./api-key.ts";
import {
  type Asked,
  anonymousKeyError,
  describeFailure,
  endlessListError,
  invalidPageCode,
  type Subject,
} from "./errors.ts";
import {
  type Member,
  type Organization,
  parseMember,
  parseMembers,
  parseOrganization,
  parseOrganizations,
  parseSelf,
  parseService,
  parseTeam,
  parseTeamMembers,
  parseTeams,
  type Self,
  type Service,
  type Team,
  type TeamMember,
} from "./schemas.ts";

export type { PageResult, PageWalk } from "../sdk/api/page-walk.ts";

/** What a client needs. */
export interface CloudsmithClientOptions {
  /** From `parseBaseUrl`. */
  readonly baseUrl: string;
  /** From `parseApiKey`. */
  readonly apiKey: string;
  /** Version of the connector, for the User-Agent. */
  readonly version: string;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Told of each request; default nobody. */
  readonly telemetry?: Telemetry;
  /** Rows asked for per page; default and maximum 500. */
  readonly pageSize?: number;
  /** Requests under way at once, and pages fetched ahead per list; default 6. */
  readonly concurrency?: number;
  /** One attempt of a request, milliseconds; default 300,000. */
  readonly timeoutMs?: number;
  /** No byte for so long ends an attempt, milliseconds; default 60,000. */
  readonly silenceTimeoutMs?: number;
  /** Largest body in bytes; default 64 MiB. */
  readonly maxBodyBytes?: number;
  readonly retryLimits?: Partial<RetryLimits>;
  /** The way out; default no proxy. */
  readonly network?: Network;
}

/** What every call gets. */
export interface CallOptions {
  readonly signal: AbortSignal;
}

/** Reads one Cloudsmith account. Every method throws the errors of errors.ts, and the signal's reason when it aborts. */
export interface CloudsmithClient {
  /** Whose key it is. @throws BatonError `CS-AUTH-ANONYMOUS` when Cloudsmith treats the key as none. */
  self(options: CallOptions): Promise<Self>;
  /** All organizations of the key's owner. */
  organizations(options: CallOptions): Promise<readonly Organization[]>;
  /** One organization by slug. */
  organization(org: string, options: CallOptions): Promise<Organization>;
  /** One member by user slug. */
  member(org: string, user: string, options: CallOptions): Promise<Member>;
  /** One service account by slug. */
  service(org: string, service: string, options: CallOptions): Promise<Service>;
  /** One team by slug. */
  team(org: string, team: string, options: CallOptions): Promise<Team>;
  /** The members of one team that are persons, or those that are service accounts. */
  teamMembers(
    org: string,
    team: string,
    kind: "user" | "service",
    options: CallOptions,
  ): Promise<readonly TeamMember[]>;
  /** One page of active or of inactive members; a page past the end is empty and last. */
  membersPage(org: string, options: CallOptions & MemberFilter & PageNumber): Promise<PageResult<Member>>;
  /** One page of teams; a page past the end is empty and last. */
  teamsPage(org: string, options: CallOptions & PageNumber): Promise<PageResult<Team>>;
  /** Walks the active or the inactive members, ordered by name. */
  walkMembers(org: string, options: CallOptions & MemberFilter): PageWalk<Member>;
  /** Walks the teams, ordered by name. */
  walkTeams(org: string, options: CallOptions): PageWalk<Team>;
  /** Live figures of all traffic so far. */
  stats(): ConnectorStats;
  /** Closes idle connections. */
  close(): void;
}

/** Which members. It is always sent: what the API does without it is not documented. */
export interface MemberFilter {
  readonly active: boolean;
}

/** Which page, from 1. */
export interface PageNumber {
  readonly page: number;
}

/** The API serves no more rows a page, whatever is asked for (Cloudsmith API: pagination). */
const maxPageSize = 500;

/** Creates a client; sends nothing yet. */
export function createCloudsmithClient(options: CloudsmithClientOptions): CloudsmithClient {
  return new RestClient(options);
}

type Parse<T> = (json: unknown, endpoint: string) => T;
type Query = Readonly<Record<string, string | number | boolean>>;

interface List<T> {
  readonly org: string;
  readonly path: string;
  readonly query: Query;
  readonly subject: Subject;
  readonly parse: Parse<readonly T[]>;
  readonly idOf: (item: T) => string;
}

class RestClient implements CloudsmithClient {
  readonly #http: HttpClient;
  readonly #pageSize: number;
  readonly #ahead: number;
  readonly #secrets: Pick<Asked, "redact" | "keyTail" | "tokenNotice">;

  constructor(options: CloudsmithClientOptions) {
    const { apiKey, version, pageSize = maxPageSize, concurrency = 6, ...rest } = options;
    this.#pageSize = Math.min(pageSize, maxPageSize);
    this.#ahead = concurrency;
    const kind = secretKind(apiKey);
    this.#secrets = {
      redact: createRedactor(apiKey),
      keyTail: apiKeyTail(apiKey),
      tokenNotice: () => tokenNotice(kind, rest.clock.nowMs()),
    };
    const headers = { "X-Api-Key": apiKey, "User-Agent": `baton-cloudsmith/${version}` };
    this.#http = createHttpClient({ ...rest, concurrency, headers });
  }

  async self({ signal }: CallOptions): Promise<Self> {
    const self = await this.#get({ path: "/user/self/", subject: "caller", org: "", parse: parseSelf }, signal);
    if (!self.authenticated) throw anonymousKeyError(this.#secrets);
    return self;
  }

  async organizations({ signal }: CallOptions): Promise<readonly Organization[]> {
    const walk = this.#walk(organizationList(), signal);
    const all: Organization[] = [];
    for (let n = 1; ; n++) {
      const page = await walk.page(n);
      all.push(...page.items);
      if (page.isLast) return all;
    }
  }

  organization(org: string, { signal }: CallOptions): Promise<Organization> {
    return this.#get({ path: orgPath(org), subject: "organization", org, parse: parseOrganization }, signal);
  }

  member(org: string, user: string, { signal }: CallOptions): Promise<Member> {
    const path = `${orgPath(org)}members/${segment(user)}/`;
    return this.#get({ path, subject: "member", org, parse: parseMember }, signal);
  }

  service(org: string, service: string, { signal }: CallOptions): Promise<Service> {
    const path = `${orgPath(org)}services/${segment(service)}/`;
    return this.#get({ path, subject: "service", org, parse: parseService }, signal);
  }

  team(org: string, team: string, { signal }: CallOptions): Promise<Team> {
    const path = `${orgPath(org)}teams/${segment(team)}/`;
    return this.#get({ path, subject: "team", org, parse: parseTeam }, signal);
  }

  teamMembers(
    org: string,
    team: string,
    kind: "user" | "service",
    { signal }: CallOptions,
  ): Promise<readonly TeamMember[]> {
    // This path ends without a slash (Cloudsmith API: team members).
    const path = `${orgPath(org)}teams/${segment(team)}/members`;
    return this.#get({ path, query: { user_kind: kind }, subject: "team", org, parse: parseTeamMembers }, signal);
  }

  membersPage(org: string, options: CallOptions & MemberFilter & PageNumber): Promise<PageResult<Member>> {
    return this.#onePage(memberList(org, options.active), options);
  }

  teamsPage(org: string, options: CallOptions & PageNumber): Promise<PageResult<Team>> {
    return this.#onePage(teamList(org), options);
  }

  walkMembers(org: string, { active, signal }: CallOptions & MemberFilter): PageWalk<Member> {
    return this.#walk(memberList(org, active), signal);
  }

  walkTeams(org: string, { signal }: CallOptions): PageWalk<Team> {
    return this.#walk(teamList(org), signal);
  }

  stats(): ConnectorStats {
    return this.#http.stats();
  }

  close(): void {
    this.#http.close();
  }

  async #onePage<T>(list: List<T>, { page, signal }: CallOptions & PageNumber): Promise<PageResult<T>> {
    const fetched = await this.#fetchPage(list, { page, pageSize: this.#pageSize }, signal);
    const alone = { page, repeated: [], overlap: 0 };
    if (fetched === undefined)
      return { ...alone, items: [], isLast: true, totalCount: undefined, pageTotal: undefined };
    const { hasNext, totalCount, pageTotal } = fetched.paging;
    return { ...alone, items: fetched.items, isLast: hasNext === "no", totalCount, pageTotal };
  }

  #walk<T>(list: List<T>, signal: AbortSignal): PageWalk<T> {
    return createPageWalk({
      fetch: (window, walkSignal) => this.#fetchSealed(list, window, walkSignal),
      pageSize: this.#pageSize,
      idOf: list.idOf,
      ahead: this.#ahead,
      signal,
      endless: (page) => endlessListError(list.path, page),
    });
  }

  /** One page; undefined past the end, which is not an error: rows may have gone while the list was read. */
  async #fetchPage<T>(list: List<T>, asked: AskedPage, signal: AbortSignal): Promise<FetchedPage<T> | undefined> {
    try {
      const answer = await this.#http.getJson(this.#pageRequest(list, asked, signal));
      return readPage(list, asked, answer);
    } catch (caught) {
      if (asked.page > 1 && isPastTheEnd(caught)) return undefined;
      throw caught;
    }
  }

  /** The same page, left as bytes until its turn. A body that is no JSON is then asked for again as usual. */
  async #fetchSealed<T>(list: List<T>, asked: AskedPage, signal: AbortSignal): Promise<SealedPage<T> | undefined> {
    try {
      const { headers, body } = await this.#http.getBytes(this.#pageRequest(list, asked, signal));
      const open = async (): Promise<FetchedPage<T> | undefined> => {
        const parsed = parseJson(headers, body);
        if (!parsed.ok) return await this.#fetchPage(list, asked, signal);
        // Nobody else has it, and the records are copies.
        releaseBuffer(body);
        return readPage(list, asked, { json: parsed.json, headers });
      };
      // How many rows came plays no part in what the headers announce.
      return { announced: readPaging(headers, { ...asked, rows: 0 }), open };
    } catch (caught) {
      if (asked.page > 1 && isPastTheEnd(caught)) return undefined;
      throw caught;
    }
  }

  #pageRequest<T>(list: List<T>, { page, pageSize }: AskedPage, signal: AbortSignal): JsonRequest {
    return this.#request({ ...list, query: { ...list.query, page, page_size: pageSize } }, signal);
  }

  async #get<T>(
    request: { path: string; query?: Query; subject: Subject; org: string; parse: Parse<T> },
    signal: AbortSignal,
  ): Promise<T> {
    const answer = await this.#http.getJson(this.#request(request, signal));
    return request.parse(answer.json, request.path);
  }

  #request(
    { path, query, subject, org }: { path: string; query?: Query; subject: Subject; org: string },
    signal: AbortSignal,
  ): JsonRequest {
    const asked: Asked = { subject, organization: org, ...this.#secrets };
    return {
      path,
      ...(query === undefined ? {} : { query }),
      signal,
      describe: (failure, context) => describeFailure(failure, context, asked),
    };
  }
}

/** Which part of a list was asked for. */
type AskedPage = Pick<PageWindow, "page" | "pageSize">;

function readPage<T>(list: List<T>, { page, pageSize }: AskedPage, { json, headers }: JsonAnswer): FetchedPage<T> {
  const items = list.parse(json, `${list.path} (page ${page})`);
  return { items, paging: readPaging(headers, { page, pageSize, rows: items.length }) };
}

function memberList(org: string, active: boolean): List<Member> {
  return {
    org,
    path: `${orgPath(org)}members/`,
    query: { is_active: active, sort: "user_name" },
    subject: "list",
    parse: parseMembers,
    idOf: (member) => member.user_id,
  };
}

function teamList(org: string): List<Team> {
  const path = `${orgPath(org)}teams/`;
  return { org, path, query: { sort: "name" }, subject: "list", parse: parseTeams, idOf: (team) => team.slug_perm };
}

function organizationList(): List<Organization> {
  return {
    org: "",
    path: "/orgs/",
    query: { sort: "name" },
    subject: "organizations",
    parse: parseOrganizations,
    idOf: (organization) => organization.slug_perm,
  };
}

function isPastTheEnd(caught: unknown): boolean {
  const error: BatonError = toBatonError(caught);
  return error.code === invalidPageCode;
}

function orgPath(org: string): string {
  return `/orgs/${segment(org)}/`;
}

/** One path segment. `.` and `..` are written so that no URL parser takes them for directions. */
function segment(text: string): string {
  return /^\.{1,2}$/.test(text) ? text.replaceAll(".", "%252e") : encodeURIComponent(text.toWellFormed());
}
