/**
 * The checks of key, organization and role, declared once: `validate`, `doctor` and the console show all of them, and
 * before a sync those decide that are marked so. Each says what was found and, when it is not right, what to do.
 */

import type { PageResult } from "../sdk/api/page-walk.ts";
import { type Check, type Finding, pass, proveChecks, runChecks as runAll } from "../sdk/checks.ts";
import type { CheckOptions, CheckResult, ValidateOptions } from "../sdk/contracts/connector.ts";
import {
  type Access,
  type CallerRole,
  listed,
  partialRoleCode,
  partialRoleMessage,
  reportAccess,
  Standing,
} from "./access.ts";
import type { CloudsmithClient } from "./client.ts";
import { realEmail } from "./converters.ts";
import { isAboutKey } from "./errors.ts";
import type { Member, Team } from "./schemas.ts";

type ChecksClient = Pick<
  CloudsmithClient,
  "self" | "organization" | "organizations" | "member" | "service" | "membersPage" | "teamsPage"
>;

const useWiderKey =
  "Use a key of an Owner or Manager of the organization, best of a service account with the role Manager.";

/** What the checks of one run look at. */
class Observed {
  readonly standing: Standing;
  readonly client: ChecksClient;
  /** Requests that a sync will need: who, organization and role, then pages. */
  requests = 3;
  /** Those on the first pages, once they are read. */
  members: readonly Member[] = [];
  /** All teams; undefined when they are more than a page, or were not read. */
  teams: readonly Team[] | undefined;

  constructor(client: ChecksClient, standing: Standing) {
    this.client = client;
    this.standing = standing;
  }
}

/** In the order in which they are shown. `roster` is the verdict: may this key's view of the organization be complete? */
const checks: readonly Check<Observed>[] = [
  { id: "host", title: "Cloudsmith can be reached", beforeSync: true, run: checkHost },
  { id: "key", title: "The API key is valid", needs: ["host"], beforeSync: true, run: checkKey },
  {
    id: "organization",
    title: "The organization exists",
    needs: ["key"],
    beforeSync: true,
    run: checkOrganization,
  },
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
  client: ChecksClient,
  orgSlug: string,
  options: CheckOptions,
): Promise<readonly CheckResult[]> {
  const observed = new Observed(client, new Standing(client, orgSlug, options.signal));
  const results = await runAll(checks, observed, options);
  options.signal.throwIfAborted();
  return results;
}

/** What `validateAccess` gets. */
export interface ValidateAccessOptions extends Pick<ValidateOptions, "signal" | "warn" | "report"> {
  /** Called once the key is known to be good, when the organization and the role are being looked up. */
  readonly onKeyProven?: (() => void) | undefined;
  /** Ids of the resource types that are read; default those that are always read. */
  readonly reads?: ReadonlySet<string>;
}

/**
 * The same checks before a sync, in three requests: who am I, the organization, my role in it; the last two at once.
 * Warns `CS-PARTIAL-ROLE` when the role is not Owner or Manager. A wrong key gives status Unauthenticated, a wrong slug
 * NotFound.
 *
 * @throws BatonError `CS-AUTH-401`, `CS-AUTH-ANONYMOUS`, `CS-AUTH-403`, `CS-ORG-404` and those of the network
 */
export async function validateAccess(
  client: ChecksClient,
  orgSlug: string,
  { signal, warn, report, onKeyProven, reads = new Set() }: ValidateAccessOptions,
): Promise<Access> {
  const standing = new Standing(client, orgSlug, signal, onKeyProven);
  await proveChecks(checks, new Observed(client, standing), { signal, warn });
  const access = await standing.access();
  reportAccess(access, { report, reads });
  return access;
}

/** One request proves host and key: any answer of the API proves the host, a good one the key. */
async function checkHost(_signal: AbortSignal, { standing }: Observed): Promise<Finding> {
  try {
    await standing.caller();
  } catch (caught) {
    if (!isAboutKey(caught)) throw caught;
  }
  return pass("Cloudsmith answered.");
}

async function checkKey(_signal: AbortSignal, { standing }: Observed): Promise<Finding> {
  const { name, slug = "", email } = await standing.caller();
  const kind = email === undefined ? "service" : "user";
  const word = kind === "service" ? "service account" : kind;
  return pass(`The key belongs to the ${word} ${name || slug || "(unnamed)"}.`, { slug, name: name || slug, kind });
}

async function checkOrganization(_signal: AbortSignal, { standing }: Observed): Promise<Finding> {
  const { name, slug } = await standing.organization();
  const slugNote = slug === standing.orgSlug ? "" : `; its slug is ${slug}`;
  return pass(`${name} (${standing.orgSlug})${slugNote}.`, { name, slug });
}

async function checkMembers(signal: AbortSignal, observed: Observed): Promise<Finding> {
  const { client, standing } = observed;
  const { slug } = await standing.organization();
  const [active, inactive] = await Promise.all(
    [true, false].map((isActive) => client.membersPage(slug, { page: 1, signal, active: isActive })),
  );
  if (!active || !inactive) throw new TypeError("two pages were asked for");
  observed.requests += pagesOf(active) + pagesOf(inactive);
  observed.members = uniqueMembers([...active.items, ...inactive.items]);
  return pass(`${countMembers(active, inactive)}.`);
}

async function checkTeams(signal: AbortSignal, observed: Observed): Promise<Finding> {
  const { slug } = await observed.standing.organization();
  const page = await observed.client.teamsPage(slug, { page: 1, signal });
  observed.requests += pagesOf(page);
  if (page.isLast) observed.teams = page.items;
  const hidden = page.items.filter((team) => team.visibility === "Hidden").length;
  return pass(`${countRows(page)} teams, ${page.isLast ? "" : "at least "}${hidden} of them hidden.`);
}

async function checkRoster(_signal: AbortSignal, { standing, members, teams, requests }: Observed): Promise<Finding> {
  const role = await standing.role();
  const signs = partialSigns(role, members, teams);
  const facts = { requests: String(requests) };
  if (signs.length === 0) return pass(`The key's owner is ${role.role ?? "unknown"} and sees everybody.`, facts);
  return { outcome: "warn", detail: signs.join(" "), fix: useWiderKey, code: partialRoleCode, facts };
}

/** The list of inactive members may hold the active ones too. */
function uniqueMembers(members: readonly Member[]): readonly Member[] {
  return [...new Map(members.map((member) => [member.user_id, member])).values()];
}

/** Sentences that say why the roster may be partial; none for a complete one. */
function partialSigns(
  role: CallerRole,
  members: readonly Member[],
  teams: readonly Team[] | undefined,
): readonly string[] {
  const signs: string[] = [];
  if (!role.seesAll) signs.push(partialRoleMessage(role));
  const redacted = members.filter((member) => realEmail(member.email) === undefined).length;
  if (redacted > 0 && !role.seesAll) signs.push(`${redacted} e-mail addresses are redacted or missing.`);
  const noTwoFactor = members.filter((member) => member.has_two_factor === undefined).length;
  if (noTwoFactor > 0) signs.push(`Two-factor state is unknown for ${noTwoFactor} members.`);
  if (teams) {
    const seen = new Set(teams.map((team) => team.slug));
    const named = new Set(members.flatMap((member) => member.teams?.map((team) => team.slug) ?? []));
    const unseen = [...named].filter((slug) => !seen.has(slug));
    if (unseen.length > 0) signs.push(`Members are in teams that this key cannot list: ${listed(unseen)}.`);
  }
  return signs;
}

/** `92 active and 8 inactive members`, whether or not the list of inactive members holds the active ones too. */
function countMembers(active: PageResult<Member>, inactive: PageResult<Member>): string {
  const everyone = inactive.items.some((member) => member.is_active === true);
  const activeCount = active.totalCount ?? active.items.length;
  const others = (inactive.totalCount ?? inactive.items.length) - (everyone ? activeCount : 0);
  const atLeast = [active, inactive].every(isCounted) ? "" : "At least ";
  return `${atLeast}${activeCount} active and ${Math.max(0, others)} inactive members`;
}

function countRows(page: PageResult<unknown>): string {
  return `${isCounted(page) ? "" : "At least "}${page.totalCount ?? page.items.length}`;
}

/** Pages of the whole list, by its first one. */
function pagesOf({ items, isLast, totalCount }: PageResult<unknown>): number {
  return isLast || items.length === 0 ? 1 : Math.ceil((totalCount ?? items.length + 1) / items.length);
}

function isCounted(page: PageResult<unknown>): boolean {
  return page.totalCount !== undefined || page.isLast;
}
