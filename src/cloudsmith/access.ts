/**
 * Proves, before anything is read, that the key is good, that the organization exists for it, and what role its owner
 * has there, because a narrow role sees a partial roster that looks like a complete one.
 */

import { nearestName } from "../sdk/api/nearest-name.ts";
import type { KeyOwner, NotRead } from "../sdk/contracts/completeness.ts";
import type { ValidateOptions } from "../sdk/contracts/connector.ts";
import { BatonError, type BatonErrorInit, Status, toBatonError } from "../sdk/errors.ts";
import type { CloudsmithClient } from "./client.ts";
import { unlessUnseen } from "./errors.ts";
import type { Member, Organization, Self } from "./schemas.ts";
import { knownRole } from "./types.ts";

/** The part of the client that access needs. */
export type AccessClient = Pick<CloudsmithClient, "self" | "organization" | "organizations" | "member" | "service">;

/** The caller's standing in the organization. */
export interface CallerRole {
  /** `service` for a service account; `unknown` when the caller is neither a visible member nor a visible service account. */
  readonly kind: "user" | "service" | "unknown";
  /** As Cloudsmith spells it; undefined when it cannot be determined. */
  readonly role: string | undefined;
  /** The membership of a person, as it was found; undefined for a service account. */
  readonly member?: Member;
  /** True for an Owner or Manager, who see everybody and everything (Cloudsmith docs: roles). */
  readonly seesAll: boolean;
}

/** What a validated key may do where. */
export interface Access {
  readonly caller: Self;
  readonly organization: Organization;
  readonly role: CallerRole;
}

/** Code of the warning that the key's role shows a part of the organization only. */
export const partialRoleCode = "CS-PARTIAL-ROLE";

/** What an organization has besides members and teams, unless it is read on request (Cloudsmith API: services, invites, repositories). */
const unlessRequested: readonly (NotRead & { readonly type: string })[] = [
  { type: "service", what: "services", title: "service accounts", reason: "out-of-scope" },
  { type: "invitation", what: "invitations", title: "pending invitations", reason: "out-of-scope" },
  {
    type: "repository",
    what: "repositories",
    title: "repositories and the privileges on them",
    reason: "out-of-scope",
  },
];

const completeRoles: ReadonlySet<string | undefined> = new Set<string | undefined>(["Owner", "Manager"]);

/**
 * The standing of a key in an organization, looked up as it is asked for, each thing once. When it is known whose key it
 * is, organization and role are looked up together.
 */
export class Standing {
  /** The organization as configured: its slug, or its immutable id. */
  readonly orgSlug: string;
  readonly client: AccessClient;
  readonly signal: AbortSignal;
  readonly #onKeyProven: (() => void) | undefined;
  #caller: Promise<Self> | undefined;
  #organization: Promise<Organization> | undefined;
  #role: Promise<CallerRole> | undefined;

  /** `onKeyProven` is called when the key is known to be good, while organization and role are being looked up. */
  constructor(client: AccessClient, orgSlug: string, signal: AbortSignal, onKeyProven?: () => void) {
    this.client = client;
    this.orgSlug = orgSlug;
    this.signal = signal;
    this.#onKeyProven = onKeyProven;
  }

  /** @throws BatonError `CS-AUTH-401`, `CS-AUTH-ANONYMOUS` and those of the network. */
  caller(): Promise<Self> {
    this.#caller ??= this.#lookUpCaller();
    return this.#caller;
  }

  /** @throws BatonError `CS-ORG-404`, `CS-AUTH-403` and every other error of the request. */
  async organization(): Promise<Organization> {
    await this.caller();
    this.#organization ??= findOrganization(this.client, this.orgSlug, this.signal);
    return await this.#organization;
  }

  /** @throws BatonError as {@link findRole} does. */
  async role(): Promise<CallerRole> {
    const caller = await this.caller();
    this.#role ??= findRole(this.client, this.orgSlug, caller, this.signal);
    const role = await this.#role;
    const { slug } = await this.organization();
    if (role.kind !== "unknown" || slug === this.orgSlug) return role;
    // Configured by its immutable id, which service accounts are not found under (Cloudsmith API: services).
    this.#role = findRole(this.client, slug, caller, this.signal);
    return await this.#role;
  }

  /** All of it. */
  async access(): Promise<Access> {
    return { caller: await this.caller(), organization: await this.organization(), role: await this.role() };
  }

  async #lookUpCaller(): Promise<Self> {
    const { client, orgSlug, signal } = this;
    const caller = await client.self({ signal });
    const failed = new AbortController();
    this.#role = findRole(client, orgSlug, caller, AbortSignal.any([signal, failed.signal]));
    this.#organization = findOrganization(client, orgSlug, signal);
    // Without an organization the role is not wanted any more, and its look-up would go on.
    this.#organization.catch(() => failed.abort());
    // The one who asks for them is told; nobody asks when something else failed first.
    for (const looking of [this.#role, this.#organization]) looking.catch(() => {});
    this.#onKeyProven?.();
    return caller;
  }
}

/** For the completeness statement: whose key it is, and what of the organization is never read. */
export function reportAccess(
  { role }: Pick<Access, "role">,
  { report, reads }: Pick<ValidateOptions, "report"> & { readonly reads: ReadonlySet<string> },
): void {
  for (const { type, ...one } of unlessRequested) if (!reads.has(type)) report({ kind: "not-read", ...one });
  report({ kind: "key-owner", owner: keyOwnerOf(role) });
}

function keyOwnerOf({ kind, role, seesAll }: CallerRole): KeyOwner {
  return { kind: kind === "user" ? "person" : kind, role: role ?? null, seesAll };
}

/**
 * The caller's role. Keys of persons have an e-mail address, keys of service accounts have none, so one request finds
 * it in the usual case; the other kind is tried when the first is not found or not visible.
 *
 * @throws BatonError of the network and of servers in trouble; that it is not answered is no error
 */
export async function findRole(
  client: AccessClient,
  orgSlug: string,
  caller: Self,
  signal: AbortSignal,
): Promise<CallerRole> {
  const { slug } = caller;
  if (slug === undefined || slug === "") return { kind: "unknown", role: undefined, seesAll: false };
  const kinds = caller.email === undefined ? (["service", "user"] as const) : (["user", "service"] as const);
  for (const kind of kinds) {
    const member = kind === "user" ? await ownMembership(client, orgSlug, caller, signal) : undefined;
    const found =
      member ?? (kind === "service" ? await unlessUnseen(client.service(orgSlug, slug, { signal })) : undefined);
    const role = knownRole(found?.role) ?? found?.role;
    if (found) return { kind, role, seesAll: completeRoles.has(role), ...(member && { member }) };
  }
  return { kind: "unknown", role: undefined, seesAll: false };
}

/** A service account may have the slug of a person, whose role is not its own. */
async function ownMembership(
  client: AccessClient,
  orgSlug: string,
  { slug = "", slug_perm, email }: Self,
  signal: AbortSignal,
): Promise<Member | undefined> {
  const member = await unlessUnseen(client.member(orgSlug, slug, { signal }));
  const isOther = email === undefined && member?.email !== undefined && member.user_id !== slug_perm;
  return isOther ? undefined : member;
}

/**
 * The organization; when there is none of this slug, the error's hint names those that the key can see.
 *
 * @throws BatonError `CS-ORG-404` and every other error of the request
 */
export async function findOrganization(
  client: AccessClient,
  orgSlug: string,
  signal: AbortSignal,
): Promise<Organization> {
  try {
    return theOneAsked(await client.organization(orgSlug, { signal }), orgSlug);
  } catch (caught) {
    const error = toBatonError(caught);
    if (error.status !== Status.notFound && error.status !== Status.permissionDenied) throw caught;
    const suggestion = await suggestOrganization(client, orgSlug, signal);
    if (suggestion === undefined) throw caught;
    throw error.with(suggestion);
  }
}

/** An answer for another organization would have its people taken for those of this one. */
function theOneAsked(organization: Organization, asked: string): Organization {
  const { slug, slug_perm } = organization;
  if (slug.toLowerCase() === asked.toLowerCase() || slug_perm === asked) return organization;
  throw new BatonError({
    code: "CS-ORG-OTHER",
    status: Status.failedPrecondition,
    message: `Asked for the organization '${asked}', Cloudsmith answered with '${slug}'.`,
    effect: "Nothing new was saved; the last good file stays as it is.",
    hint: `If the organization was renamed, use the slug ${slug}; else check the base URL and what stands in between.`,
    candidates: [slug],
    fatal: true,
  });
}

async function suggestOrganization(
  client: AccessClient,
  orgSlug: string,
  signal: AbortSignal,
): Promise<Pick<BatonErrorInit, "hint" | "candidates"> | undefined> {
  let slugs: readonly string[];
  try {
    slugs = (await client.organizations({ signal })).map((organization) => organization.slug);
  } catch {
    // The suggestion is an extra; the error that it belongs to is thrown either way.
    return undefined;
  }
  if (slugs.length === 0) {
    return { hint: "This key can see no organization: its owner must be invited to it first." };
  }
  const nearest = nearestName(orgSlug, slugs);
  const guess = nearest === undefined ? "" : `Did you mean ${nearest}? `;
  const candidates = nearest === undefined ? slugs : [nearest, ...slugs.filter((slug) => slug !== nearest)];
  return { hint: `${guess}This key can see: ${listed(slugs)}.`, candidates };
}

/** Names, at most ten, then how many more. */
export function listed(names: readonly string[]): string {
  const shown = names.slice(0, 10).join(", ");
  return names.length > 10 ? `${shown} and ${names.length - 10} more` : shown;
}

/** One sentence on what a narrow role hides. */
export function partialRoleMessage({ role }: CallerRole): string {
  const standing = role === undefined ? "has no role that can be determined" : `has the role ${role}`;
  return `Partial roster: the key's owner ${standing}; only an Owner or Manager sees all members, teams and e-mail addresses.`;
}
