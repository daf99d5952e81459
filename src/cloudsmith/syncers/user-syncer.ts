/**
 * Lists the members: the inactive ones, the active ones, then a second look at the beginning of both. When anything
 * moved in between, all of it once more. Keeps what the grants will need of each.
 */
import type { GetOptions, ListOptions, Page, ResourceSyncer } from "../../sdk/contracts/connector.ts";
import type { Resource, ResourceId } from "../../sdk/contracts/model.ts";
import type { PageResult } from "../client.ts";
import { organizationId, userResource } from "../converters.ts";
import {
  formatPosition,
  type ListPosition,
  lastSweep,
  pageKey,
  parsePosition,
  roundOf,
  type Step,
  startOf,
  takeStep,
} from "../members/list-position.ts";
import { type MemberRecord, memberRecord } from "../members/member-pages.ts";
import { warnOfMember, warnOfRoster } from "../members/partial-signs.ts";
import { type Pass, passes } from "../members/passes.ts";
import type { OrganizationReading } from "../members/reading.ts";
import type { Roster } from "../members/roster.ts";
import type { Member } from "../schemas.ts";
import { userType } from "../types.ts";

type Position = ListPosition & { readonly list: Pass };

const idOf = ({ user_id }: Member): string => user_id;

/** Reads the members of the organization. */
export class UserSyncer implements ResourceSyncer {
  readonly resourceType = userType;
  readonly #reading: (signal: AbortSignal) => Promise<OrganizationReading>;

  constructor(reading: (signal: AbortSignal) => Promise<OrganizationReading>) {
    this.#reading = reading;
  }

  /** One page of members. People that an earlier page showed in the same state are left out. */
  async list(parent: ResourceId | undefined, options: ListOptions): Promise<Page<Resource>> {
    if (!parent) return { items: [], nextPageToken: "" };
    const reading = await this.#reading(options.signal);
    const position = parsePosition(options.pageToken, passes);
    const page = await reading.lists.members(position.list, position.sweep, options.signal).page(position.page);
    const roster = reading.roster(options.session);
    const key = pageKey(position, passes.indexOf(position.list));
    const round = roundOf(key);
    const step = takeStep(position, page, {
      idOf,
      isKnown: (id) => roster.sawIn(round, id),
      acceptsAgain: position.sweep === lastSweep,
    });
    // Everything that may fail comes before the first row is remembered: a page is taken as a whole or not at all.
    const contradicts =
      position.list === "active" &&
      page.items.some((row) => row.is_active !== false && roster.wasInactive(row.user_id, position.sweep));
    const next = contradicts ? "moved" : await nextPosition(position, step, { page, reading, options });
    const items = admitPage({ page, key, position, roster, parent, reading, options });
    if (position.page === 1) storeOpening(position, page, options);
    if (next === "moved") return { items, nextPageToken: nextSweep(position, page, roster.seenIn(round), options) };
    if (next === "ended") warnOfRoster(roster, position.sweep, options);
    if (next === "ended") return { items, nextPageToken: "" };
    return { items, nextPageToken: formatPosition(next), ...toCome(next) };
  }

  /** Walks the member list until the id is found: the API finds members by slug only. */
  async get(id: ResourceId, parent: ResourceId | undefined, options: GetOptions): Promise<Resource | undefined> {
    const reading = await this.#reading(options.signal);
    const found = reading.isWithin(parent) ? await reading.search(options.signal).byId(id.resource) : undefined;
    if (!found) return undefined;
    warnOfMember(found.member, { isNew: true, callerSlug: reading.callerSlug }, options);
    return userResource(found.member, found.active, organizationId(reading.organization));
  }
}

function toCome({ count, seen }: ListPosition): Pick<Page<Resource>, "toCome"> {
  return count === undefined ? {} : { toCome: Math.max(0, count - seen) };
}

interface AdmitPage {
  readonly page: PageResult<Member>;
  readonly key: string;
  readonly position: Position;
  readonly roster: Roster;
  readonly parent: ResourceId;
  readonly reading: OrganizationReading;
  readonly options: ListOptions;
}

function admitPage({ page, key, position, roster, parent, reading, options }: AdmitPage): Resource[] {
  const round = roundOf(key);
  const items: Resource[] = [];
  const records: MemberRecord[] = [];
  const changed: string[] = [];
  for (const member of [...page.repeated, ...page.items]) {
    // Only the pass for active members vouches for a row that does not say itself.
    const active = member.is_active ?? (position.list === "active" ? true : undefined);
    const record = memberRecord(member, active);
    // Read once more, names and the like may be newer although nothing changed that is compared.
    const isSeenAgain = position.sweep > 0 && !roster.sawIn(round, record.userId);
    const admission = roster.admit(record, round);
    if (admission !== "same" || isSeenAgain) items.push(userResource(member, active, parent));
    if (admission === "same") continue;
    if (admission === "changed") changed.push(record.userId);
    records.push(record);
    warnOfMember(member, { isNew: admission === "new", callerSlug: reading.callerSlug }, options);
  }
  roster.store(key, records, changed);
  return items;
}

interface Looking {
  readonly page: PageResult<Member>;
  readonly reading: OrganizationReading;
  readonly options: ListOptions;
}

/** Where to go on in this sweep. */
async function nextPosition(
  position: Position,
  step: Step,
  looking: Looking,
): Promise<ListPosition | "moved" | "ended"> {
  if (step.kind === "on") return step.position;
  if (step.kind === "moved") return "moved";
  const nextPass = passes[passes.indexOf(position.list) + 1];
  if (nextPass) return startOf(nextPass, position.sweep);
  return (await isAsAtFirst(position, looking)) ? "ended" : "moved";
}

/** Begins anew, or ends the sync when that was done often enough. */
function nextSweep({ list, sweep }: Position, page: PageResult<Member>, seen: number, { warn }: ListOptions): string {
  if (sweep < lastSweep) {
    warn({ code: "CS-ROSTER-MOVED", message: "the member list changed while it was read, and is read again" });
    return formatPosition(startOf(passes[0], sweep + 1));
  }
  warn({
    code: "CS-ROSTER-INCOMPLETE",
    signal: "R5",
    severity: "incomplete",
    message: `read ${lastSweep + 1} times, the member list never added up: at last Cloudsmith counted ${page.totalCount ?? "no"} ${list} members and showed ${seen}`,
  });
  return "";
}

function storeOpening({ list, sweep }: Position, page: PageResult<Member>, { session }: ListOptions): void {
  session.set(openingKey(list, sweep), Buffer.from(openingOf(page), "utf8"));
}

function openingKey(list: Pass, sweep: number): string {
  return `opening/${sweep}/${list}`;
}

/**
 * Looks at the beginnings of both passes once more. Who was deactivated after the inactive and before the active ones
 * were read was in neither, and is among the inactive ones now; who was so only meanwhile is among the active ones.
 */
async function isAsAtFirst(position: Position, { page, reading, options }: Looking): Promise<boolean> {
  const { session, signal } = options;
  const checks = passes.map(async (list) => {
    const now = await reading.client.membersPage(reading.organization.slug, {
      active: list === "active",
      page: 1,
      signal,
    });
    // The page in hand may be the first of its pass, and is not stored yet.
    if (list === position.list && position.page === 1) return openingOf(now) === openingOf(page);
    const opening = session.get(openingKey(list, position.sweep));
    return opening !== undefined && Buffer.from(opening).toString("utf8") === openingOf(now);
  });
  return (await Promise.all(checks)).every(Boolean);
}

/** Rows of equal names may come in any order, so that it does not count here. */
function openingOf({ totalCount, repeated, items }: PageResult<Member>): string {
  return [totalCount ?? "", ...[...repeated, ...items].map(idOf).sort()].join("\n");
}
