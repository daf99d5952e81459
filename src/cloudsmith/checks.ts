/**
 * What is proved of key, organization and role, because a narrow role sees a partial roster that looks like a complete
 * one. Each check is declared once: `validate`, `doctor` and the console show all of them, and before a sync those
 * decide that are marked so. Each says what was found and, when it is not right, what to do.
 */
import { ifAnswered } from "../sdk/api/api-failures.ts";
import { listed, namedRoot } from "../sdk/api/named-root.ts";
import { wholeOf } from "../sdk/api/page-walk.ts";
import type { OwnerStanding } from "../sdk/api/roster/key-owner.ts";
import { type Check, type Finding, pass, proveChecks, runChecks as runAll } from "../sdk/checks.ts";
import type { NotRead } from "../sdk/contracts/completeness.ts";
import type { CheckOptions, CheckResult, ValidateOptions } from "../sdk/contracts/connector.ts";
import { usableEmail } from "../sdk/resources/profile.ts";
import { type Api, endpoints, memberList, organizationList, teamList } from "./client.ts";
import { codePrefix, isAboutKey, product } from "./errors.ts";
import { unlessRequested } from "./on-request/settings.ts";
import type { Member, Organization, Self, Service, Team } from "./schemas.ts";
import { knownRole, roleSeesAll } from "./types.ts";

/** What a validated key may do where. */
export interface Access {
  readonly caller: Self;
  readonly organization: Organization;
  readonly role: OwnerStanding<Member>;
}

/** What is asked, and where. */
interface Asked {
  readonly client: Pick<Api, "self" | "record" | "records" | "page">;
  /** The organization as configured: its slug, or its immutable id. */
  readonly orgSlug: string;
  readonly signal: AbortSignal;
  /** Called once the key is known to be good, while organization and role are being looked up. */
  readonly onKeyProven?: (() => void) | undefined;
}

const useWiderKey =
  "Use a key of an Owner or Manager of the organization, best of a service account with the role Manager.";

/** What the checks of one run look at. Each thing is looked up once; what fails is thrown to those who ask for it. */
class Observed {
  readonly asked: Asked;
  readonly caller: Promise<Self>;
  readonly organization: Promise<Organization>;
  readonly role: Promise<OwnerStanding<Member>>;
  /** Requests that a sync will need: who, organization and role, then pages. */
  requests = 3;
  /** Those on the first pages; undefined until they are read. */
  members: readonly Member[] | undefined;
  /** All teams; undefined when they are more than a page, or were not read. */
  teams: readonly Team[] | undefined;

  /** When it is known whose key it is, organization and role are looked up together. */
  constructor(asked: Asked) {
    const { client, signal, orgSlug, onKeyProven } = asked;
    const failed = new AbortController();
    const either = AbortSignal.any([signal, failed.signal]);
    this.asked = asked;
    this.caller = client.self({ signal });
    const first = this.caller.then((caller) => findRole({ ...asked, signal: either }, caller));
    this.organization = this.caller.then(() => findOrganization(asked));
    this.role = first.then(async (role) => {
      const { slug } = await this.organization;
      if (role.kind !== "unknown" || slug === orgSlug) return role;
      // Configured by its immutable id, which service accounts are not found under (Cloudsmith API: services).
      return await findRole({ ...asked, orgSlug: slug }, await this.caller);
    });
    // Without an organization the role is not wanted any more, and its look-up would go on.
    this.organization.catch(() => failed.abort());
    // Nobody asks for them when something else failed first.
    for (const looking of [this.caller, this.organization, this.role]) looking.catch(() => {});
    if (onKeyProven) this.caller.then(onKeyProven).catch(() => {});
  }
}

/**
 * The standing of the key's owner. Keys of persons have an e-mail address, keys of service accounts have none, so that one
 * request finds the role in the usual case; the other kind is tried when the first is not found or not visible.
 */
export async function findRole({ client, orgSlug, signal }: Asked, caller: Self): Promise<OwnerStanding<Member>> {
  const { slug = "", email } = caller;
  const kinds = email === undefined ? (["service", "member"] as const) : (["member", "service"] as const);
  for (const kind of slug === "" ? [] : kinds) {
    const asking = client.record<Member | Service>(endpoints[kind], orgSlug, slug, { signal, isOptional: true });
    const found = await ifAnswered(asking, codePrefix);
    const member = found && "user_id" in found ? found : undefined;
    if (!found || (member && !isOwn(member, caller))) continue;
    const role = knownRole(found.role) ?? found.role;
    return { kind: member ? "person" : "service", role, seesAll: roleSeesAll(role), ...(member && { member }) };
  }
  return { kind: "unknown", role: undefined, seesAll: false };
}

/** A service account may have the slug of a person, whose role is not its own; nor is that of somebody who was not asked for. */
function isOwn({ user_id, user, email }: Member, { slug = "", slug_perm, email: ofCaller }: Self): boolean {
  if (user_id === slug_perm) return true;
  return (user ?? slug).toLowerCase() === slug.toLowerCase() && (ofCaller !== undefined || email === undefined);
}

/** The organization; when there is none of this slug, the error's hint names those that the key can see. */
function findOrganization({ client, orgSlug, signal }: Asked): Promise<Organization> {
  return namedRoot(orgSlug, {
    product,
    root: "organization",
    code: "ORG",
    nothing: "This key can see no organization: its owner must be invited to it first.",
    find: () => client.record(endpoints.organization, orgSlug, "", { signal }),
    seen: async () => (await client.records(organizationList, "", { signal })).rows,
    nameOf: ({ slug }) => slug,
    idOf: ({ slug_perm }) => slug_perm,
  });
}

/** In the order in which they are shown. `roster` is the verdict: may this key's view of the organization be complete? */
const checks: readonly Check<Observed>[] = [
  { id: "host", title: "Cloudsmith can be reached", beforeSync: true, run: checkHost },
  { id: "key", title: "The API key is valid", needs: ["host"], beforeSync: true, run: checkKey },
  { id: "organization", title: "The organization exists", needs: ["key"], beforeSync: true, run: checkOrganization },
  { id: "members", title: "Members can be listed", needs: ["organization"], run: checkMembers },
  { id: "teams", title: "Teams can be listed", needs: ["organization"], run: checkTeams },
  {
    id: "roster",
    title: "The roster is complete",
    needs: ["organization", "members"],
    after: ["teams"],
    beforeSync: true,
    warning: { signal: "R1", severity: "partial" },
    run: checkRoster,
  },
];

/** Titles by id, in order, for a page that shows the lines before there is a result. */
export const checkTitles: Readonly<Record<string, string>> = Object.fromEntries(
  checks.map(({ id, title }) => [id, title]),
);

/** Makes the six checks. Rejects only when the signal aborts. */
export async function runChecks(
  client: Asked["client"],
  orgSlug: string,
  options: CheckOptions,
): Promise<readonly CheckResult[]> {
  const results = await runAll(checks, new Observed({ client, orgSlug, signal: options.signal }), options);
  options.signal.throwIfAborted();
  return results;
}

/** What `validateAccess` gets. */
export interface ValidateAccessOptions extends Pick<ValidateOptions, "signal" | "warn" | "report"> {
  readonly onKeyProven?: Asked["onKeyProven"];
  /** Ids of the resource types that are read; default those that are always read. */
  readonly reads?: ReadonlySet<string>;
}

/**
 * The same checks before a sync, in three requests: who am I, the organization, my role in it; the last two at once.
 * Warns `CS-PARTIAL-ROLE` when the role is not Owner or Manager. A wrong key gives status Unauthenticated, a wrong slug
 * NotFound. Reports whose key it is and what of the organization is not read.
 *
 * @throws BatonError `CS-AUTH-401`, `CS-AUTH-ANONYMOUS`, `CS-AUTH-403`, `CS-ORG-404` and those of the network
 */
export async function validateAccess(
  client: Asked["client"],
  orgSlug: string,
  { signal, warn, report, onKeyProven, reads = new Set() }: ValidateAccessOptions,
): Promise<Access> {
  const observed = new Observed({ client, orgSlug, signal, onKeyProven });
  await proveChecks(checks, observed, { signal, warn });
  const [caller, organization, role] = [await observed.caller, await observed.organization, await observed.role];
  const reason: NotRead["reason"] = "out-of-scope";
  for (const [type, what, title] of unlessRequested) {
    if (!reads.has(type)) report({ kind: "not-read", what, title, reason });
  }
  report({ kind: "key-owner", owner: { kind: role.kind, role: role.role ?? null, seesAll: role.seesAll } });
  return { caller, organization, role };
}

/** One request proves host and key: any answer of the API proves the host, a good one the key. */
async function checkHost(_signal: AbortSignal, observed: Observed): Promise<Finding> {
  try {
    await observed.caller;
  } catch (caught) {
    if (!isAboutKey(caught)) throw caught;
  }
  return pass("Cloudsmith answered.");
}

async function checkKey(_signal: AbortSignal, observed: Observed): Promise<Finding> {
  const { name, slug = "", email } = await observed.caller;
  const [kind, word] = email === undefined ? ["service", "service account"] : ["user", "user"];
  return pass(`The key belongs to the ${word} ${name || slug || "(unnamed)"}.`, { slug, name: name || slug, kind });
}

async function checkOrganization(_signal: AbortSignal, observed: Observed): Promise<Finding> {
  const { name, slug } = await observed.organization;
  const { orgSlug } = observed.asked;
  const slugNote = slug === orgSlug ? "" : `; its slug is ${slug}`;
  return pass(`${name} (${orgSlug})${slugNote}.`, { name, slug });
}

async function checkMembers(signal: AbortSignal, observed: Observed): Promise<Finding> {
  const { slug } = await observed.organization;
  const page = (isActive: boolean) => observed.asked.client.page(memberList(isActive), slug, { page: 1, signal });
  const [active, inactive] = await Promise.all([page(true), page(false)]);
  const [ofActive, ofInactive] = [wholeOf(active), wholeOf(inactive)];
  observed.requests += ofActive.pages + ofInactive.pages;
  observed.members = [...new Map([...active.items, ...inactive.items].map((one) => [one.user_id, one])).values()];
  // The list of inactive members may hold the active ones too.
  const everyone = inactive.items.some((member) => member.is_active === true);
  const others = Math.max(0, ofInactive.rows - (everyone ? ofActive.rows : 0));
  const atLeast = ofActive.isCounted && ofInactive.isCounted ? "" : "At least ";
  return pass(`${atLeast}${ofActive.rows} active and ${others} inactive members.`);
}

async function checkTeams(signal: AbortSignal, observed: Observed): Promise<Finding> {
  const { slug } = await observed.organization;
  const page = await observed.asked.client.page(teamList, slug, { page: 1, signal });
  const { rows, pages, isCounted } = wholeOf(page);
  observed.requests += pages;
  if (page.isLast) observed.teams = page.items;
  const hidden = page.items.filter((team) => team.visibility === "Hidden").length;
  const atLeast = isCounted ? "" : "At least ";
  return pass(`${atLeast}${rows} teams, ${page.isLast ? "" : "at least "}${hidden} of them hidden.`);
}

async function checkRoster(_signal: AbortSignal, observed: Observed): Promise<Finding> {
  const role = await observed.role;
  const signs = partialSigns(role, observed);
  const facts = { requests: String(observed.requests) };
  if (signs.length === 0) return pass(`The key's owner is ${role.role ?? "unknown"} and sees everybody.`, facts);
  return { outcome: "warn", detail: signs.join(" "), fix: useWiderKey, code: "CS-PARTIAL-ROLE", facts };
}

/** Sentences that say why the roster may be partial; none for a complete one. */
function partialSigns({ role, seesAll }: OwnerStanding<Member>, { members: read, teams }: Observed): readonly string[] {
  const members = read ?? [];
  const standing = role === undefined ? "has no role that can be determined" : `has the role ${role}`;
  const redacted = members.filter((member) => usableEmail(member.email) === undefined).length;
  const noTwoFactor = members.filter((member) => member.has_two_factor === undefined).length;
  const seen = new Set(teams?.map((team) => team.slug));
  const named = new Set(members.flatMap((member) => member.teams?.map((team) => team.slug) ?? []));
  const unseen = teams ? [...named].filter((slug) => !seen.has(slug)) : [];
  const signs: readonly (readonly [holds: boolean, text: string])[] = [
    [
      !seesAll,
      `Partial roster: the key's owner ${standing}; only an Owner or Manager sees all members, teams and e-mail addresses.`,
    ],
    [!seesAll && redacted > 0, `${redacted} e-mail addresses are redacted or missing.`],
    [read?.length === 0, "Not a single member is shown, and every organization has an owner."],
    [noTwoFactor * 2 > members.length, `Two-factor state is unknown for ${noTwoFactor} members.`],
    [unseen.length > 0, `Members are in teams that this key cannot list: ${listed(unseen)}.`],
  ];
  return signs.flatMap(([holds, text]) => (holds ? [text] : []));
}
