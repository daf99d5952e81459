/** The Cloudsmith API as far as members and teams are read: the table of its addresses, and the client that asks them. */
import * as api from "../sdk/api/api-client.ts";
import { type Check, listOf } from "../sdk/api/json-check.ts";
import type { HttpClientOptions } from "../sdk/http/http-client.ts";
import { type CloudsmithErrors, cloudsmithErrors, codePrefix, invalidPageCode, type Subject } from "./errors.ts";
import * as schemas from "./schemas.ts";

/** An address that answers with one record of an organization. */
export type Endpoint<T> = api.Endpoint<T, Subject>;
/** An address that answers with pages of records of an organization. */
export type List<Row> = api.List<Row, Subject>;

/** Addresses of single records (Cloudsmith API: schema); `id` is a slug, of a team also its immutable id. */
export const endpoints = {
  self: endpoint("caller", schemas.self, () => "/user/self/"),
  organization: endpoint("organization", schemas.organization, orgPath),
  member: endpoint("member", schemas.member, (org, id) => `${orgPath(org)}members/${api.segment(id)}/`),
  service: endpoint("service", schemas.service, (org, id) => `${orgPath(org)}services/${api.segment(id)}/`),
  team: endpoint("team", schemas.team, (org, id) => `${orgPath(org)}teams/${api.segment(id)}/`),
  /** The only one that ends without a slash. */
  teamMembers: endpoint("team", schemas.teamMembers, (org, id) => `${orgPath(org)}teams/${api.segment(id)}/members`),
};

function endpoint<T>(subject: Subject, check: Check<T>, path: Endpoint<T>["path"]): Endpoint<T> {
  return { subject, check, path };
}

/** A list of an organization; `name` is its address, `orders` are values of `sort`. */
export function orgList<Row>(
  name: string,
  row: Check<Row>,
  idOf: (row: Row) => string,
  orders: readonly string[] = [],
): List<Row> {
  return { subject: "list", path: (org) => `${orgPath(org)}${name}/`, check: listOf(row), idOf, orders };
}

/** The teams. */
export const teamList = orgList("teams", schemas.team, ({ slug_perm }) => slug_perm, ["name", "-name", "members"]);

/** The active or the inactive members. Which is always sent: what the API does without it is not documented. */
export function memberList(active: boolean): List<schemas.Member> {
  const orders = ["user_name", "-user_name", "role"];
  return { ...orgList("members", schemas.member, ({ user_id }) => user_id, orders), query: { is_active: active } };
}

/**
 * The two passes over the members, in order; together they are everybody, whatever `is_active=false` means. In this
 * order, somebody who is deactivated in between is in neither, which a second look at the inactive ones shows; the other
 * way round it would take a second look at all the active ones.
 */
export const memberPasses: ReadonlyMap<string, List<schemas.Member>> = new Map([
  ["inactive", memberList(false)],
  ["active", memberList(true)],
]);

/** The organizations of the key's owner. */
export const organizationList: List<schemas.Organization> = {
  ...orgList("", schemas.organization, ({ slug_perm }) => slug_perm, ["name"]),
  subject: "organizations",
  path: () => "/orgs/",
};

/** What a client needs, besides what every HTTP client does. */
export interface CloudsmithClientOptions extends Omit<HttpClientOptions, "headers"> {
  /** From `parseApiKey`. */
  readonly apiKey: string;
  /** Version of the connector, for the User-Agent. */
  readonly version: string;
  /** Rows asked for per page at first; default and maximum 500. */
  readonly pageSize?: number;
}

/** The API serves no more rows a page, whatever is asked for (Cloudsmith API: pagination). */
const maxPageSize = 500;
/** A page of 500 members in 200 teams each has 6 MiB; a larger one is asked for in smaller pages. */
const maxBodyBytes = 8 * 1024 * 1024;

/** The part of the client that is asked; a test has one of its own. */
export type Api = Pick<CloudsmithClient, keyof CloudsmithClient>;

/** Reads one Cloudsmith account. Every method throws the errors of errors.ts, and the signal's reason when it aborts. */
export class CloudsmithClient extends api.ApiClient<Subject> {
  readonly #errors: CloudsmithErrors;

  /** Sends nothing yet. */
  constructor({ apiKey, version, pageSize = maxPageSize, ...options }: CloudsmithClientOptions) {
    const headers = { "X-Api-Key": apiKey, "User-Agent": `baton-cloudsmith/${version}` };
    const errors = cloudsmithErrors(apiKey, options.clock);
    super({
      http: { maxBodyBytes, ...options, headers },
      errors,
      codePrefix,
      isPastTheEnd: ({ code }) => code === invalidPageCode,
      pageQuery: ({ page, pageSize: page_size }, sort) => ({ ...(sort !== undefined && { sort }), page, page_size }),
      pageSize: Math.min(pageSize, maxPageSize),
      ahead: options.concurrency ?? 6,
    });
    this.#errors = errors;
  }

  /** Whose key it is. @throws BatonError `CS-AUTH-ANONYMOUS` when Cloudsmith treats the key as none. */
  async self(options: api.CallOptions): Promise<schemas.Self> {
    const caller = await this.record(endpoints.self, "", "", options);
    if (!caller.authenticated) throw this.#errors.anonymous();
    return caller;
  }
}

/** The path of an organization, with a slash at its end. */
export function orgPath(org: string): string {
  return `/orgs/${api.segment(org)}/`;
}
