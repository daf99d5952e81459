/**
 * The checks of `validate`, one by one, for a person to read: each says what was found and, when it is not right, what
 * to do. A check that cannot be made because an earlier one failed is skipped, not failed.
 */
import type { CheckOptions, CheckResult } from "../sdk/contracts/connector.ts";
import { type BatonError, toBatonError } from "../sdk/errors.ts";
import { type CallerRole, findOrganization, findRole, listed, partialRoleCode, partialRoleMessage } from "./access.ts";
import type { CloudsmithClient, PageResult } from "./client.ts";
import { realEmail } from "./converters.ts";
import type { Member, Organization, Self, Team } from "./schemas.ts";

export { validateAccess } from "./access.ts";

/** The checks in order. `roster` is the verdict: may this key's view of the organization be complete? */
export const checkTitles = {
  host: "Cloudsmith can be reached",
  key: "The API key is valid",
  organization: "The organization exists",
  members: "Members can be listed",
  teams: "Teams can be listed",
  roster: "The roster is complete",
} as const;

type CheckId = keyof typeof checkTitles;
type Finding = Omit<CheckResult, "id" | "title">;

const useWiderKey =
  "Use a key of an Owner or Manager of the organization, best of a service account with the role Manager.";

/** Makes the six checks. Rejects only when the signal aborts. */
export async function runChecks(
  client: CloudsmithClient,
  orgSlug: string,
  { signal, onResult }: CheckOptions,
): Promise<CheckResult[]> {
  const run = new CheckRun(client, orgSlug, signal, onResult);
  await run.all();
  signal.throwIfAborted();
  return run.results;
}

class CheckRun {
  readonly results: CheckResult[] = [];
  readonly #client: CloudsmithClient;
  readonly #orgSlug: string;
  readonly #signal: AbortSignal;
  readonly #onResult: CheckOptions["onResult"];
  /** Requests that a sync will need: who, organization and role, then pages. */
  #requests = 3;

  constructor(client: CloudsmithClient, orgSlug: string, signal: AbortSignal, onResult: CheckOptions["onResult"]) {
    this.#client = client;
    this.#orgSlug = orgSlug;
    this.#signal = signal;
    this.#onResult = onResult;
  }

  async all(): Promise<void> {
    const caller = await this.#caller();
    const organization = caller && (await this.#organization());
    if (!caller || !organization) {
      this.#skipRest();
      return;
    }
    const roleLookup = attempt(findRole(this.#client, organization.slug, caller, this.#signal));
    const members = await this.#members(organization);
    const teams = await this.#teams(organization);
    this.#roster(await roleLookup, members, teams);
  }

  /** Checks host and key with one request: any answer proves the host, a good one the key. */
  async #caller(): Promise<Self | undefined> {
    const asked = await attempt(this.#client.self({ signal: this.#signal }));
    if (asked.ok) {
      this.#add("host", pass("Cloudsmith answered."));
      const { name, slug, email } = asked.value;
      const kind = email === undefined ? "service" : "user";
      const word = kind === "service" ? "service account" : kind;
      const facts = { slug: slug ?? "", name: name || slug || "", kind };
      this.#add("key", { ...pass(`The key belongs to the ${word} ${name || slug || "(unnamed)"}.`), facts });
      return asked.value;
    }
    const isAboutKey = asked.error.code.startsWith("CS-AUTH-");
    if (isAboutKey) this.#add("host", pass("Cloudsmith answered."));
    this.#add(isAboutKey ? "key" : "host", fail(asked.error));
    return undefined;
  }

  async #organization(): Promise<Organization | undefined> {
    const asked = await attempt(findOrganization(this.#client, this.#orgSlug, this.#signal));
    if (asked.ok) {
      const { name, slug } = asked.value;
      const slugNote = slug === this.#orgSlug ? "" : `; its slug is ${slug}`;
      this.#add("organization", { ...pass(`${name} (${this.#orgSlug})${slugNote}.`), facts: { name, slug } });
      return asked.value;
    }
    this.#add("organization", fail(asked.error));
    return undefined;
  }

  async #members({ slug }: Organization): Promise<readonly Member[] | undefined> {
    const options = { page: 1, signal: this.#signal };
    const [active, inactive] = await Promise.all([
      attempt(this.#client.membersPage(slug, { ...options, active: true })),
      attempt(this.#client.membersPage(slug, { ...options, active: false })),
    ]);
    if (!active.ok || !inactive.ok) {
      const failed = active.ok ? inactive : active;
      if (!failed.ok) this.#add("members", fail(failed.error));
      return undefined;
    }
    this.#requests += pagesOf(active.value) + pagesOf(inactive.value);
    this.#add("members", pass(`${countMembers(active.value, inactive.value)}.`));
    return uniqueMembers([...active.value.items, ...inactive.value.items]);
  }

  async #teams({ slug }: Organization): Promise<readonly Team[] | undefined> {
    const asked = await attempt(this.#client.teamsPage(slug, { page: 1, signal: this.#signal }));
    if (!asked.ok) {
      this.#add("teams", fail(asked.error));
      return undefined;
    }
    const { items } = asked.value;
    this.#requests += pagesOf(asked.value);
    const hidden = items.filter((team) => team.visibility === "Hidden").length;
    const atLeast = asked.value.isLast ? "" : "at least ";
    this.#add("teams", pass(`${countRows(asked.value)} teams, ${atLeast}${hidden} of them hidden.`));
    return asked.value.isLast ? items : undefined;
  }

  #roster(role: Attempt<CallerRole>, members: readonly Member[] | undefined, teams: readonly Team[] | undefined): void {
    if (!members) {
      this.#skipRest();
      return;
    }
    if (!role.ok) {
      this.#add("roster", fail(role.error));
      return;
    }
    const signs = partialSigns(role.value, members, teams);
    const facts = { requests: String(this.#requests) };
    if (signs.length === 0) {
      const detail = `The key's owner is ${role.value.role ?? "unknown"} and sees everybody.`;
      this.#add("roster", { ...pass(detail), facts });
      return;
    }
    this.#add("roster", { outcome: "warn", detail: signs.join(" "), fix: useWiderKey, code: partialRoleCode, facts });
  }

  #add(id: CheckId, finding: Finding): void {
    const result = { id, title: checkTitles[id], ...finding };
    this.results.push(result);
    this.#onResult?.(result);
  }

  #skipRest(): void {
    const done = new Set(this.results.map((result) => result.id));
    for (const id of Object.keys(checkTitles) as CheckId[]) {
      if (!done.has(id)) this.#add(id, { outcome: "skip", detail: "Not checked, because an earlier check failed." });
    }
  }
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
  if (redacted > 0) signs.push(`${redacted} e-mail addresses are redacted or missing.`);
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

function pass(detail: string): Finding {
  return { outcome: "pass", detail };
}

function fail({ message, hint, code, candidates, retryAtMs }: BatonError): Finding {
  return {
    outcome: "fail",
    detail: message,
    code,
    ...(hint !== undefined && { fix: hint }),
    ...(candidates.length > 0 && { candidates }),
    ...(retryAtMs !== undefined && { facts: { retryAtMs: String(retryAtMs) } }),
  };
}

type Attempt<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: BatonError };

async function attempt<T>(promise: Promise<T>): Promise<Attempt<T>> {
  try {
    return { ok: true, value: await promise };
  } catch (caught) {
    return { ok: false, error: toBatonError(caught) };
  }
}
