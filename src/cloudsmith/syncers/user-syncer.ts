/**
 * Lists the members: the inactive ones, the active ones, then a second look at the beginning. When anything moved in
 * between, all of it once more. Keeps what the grants will need of each.
 */
import type { GetOptions, ListOptions, Page, ResourceSyncer } from "../../sdk/contracts/connector.ts";
import type { Resource, ResourceId } from "../../sdk/contracts/model.ts";
import type { PageResult } from "../client/cloudsmith-client.ts";
import type { Member } from "../client/schemas.ts";
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
} from "../list-position.ts";
import { type MemberRecord, memberRecord } from "../member-pages.ts";
import { warnOfMember, warnOfRoster } from "../partial-signs.ts";
import { type Pass, passes } from "../passes.ts";
import type { OrganizationReading } from "../reading.ts";
import { userType } from "../resource-types.ts";
import type { Roster } from "../roster.ts";

type Position = ListPosition & { readonly list: Pass };

const idOf = ({ user_id }: Member): string => user_id;
/** Session keys of what a sweep saw first. */
const openingPrefix = "opening/";

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
    const page = await reading.members(position.list, position.sweep, options.signal).page(position.page);
    const roster = reading.roster(options.session);
    const key = pageKey(position, passes.indexOf(position.list));
    const step = takeStep(position, page, {
      idOf,
      isKnown: (id) => roster.sawIn(roundOf(key), id),
      acceptsAgain: position.sweep === lastSweep,
    });
    // Everything that may fail comes before the first row is remembered: a page is taken as a whole or not at all.
    const next = await nextPosition(position, step, reading, options);
    const items = admitPage({ page, key, position, roster, parent, reading, options });
    if (isFirst(position)) storeOpening(position, page, options);
    if (next === "moved")
      return { items, nextPageToken: nextSweep(position, page, roster.seenIn(roundOf(key)), options) };
    if (next === "ended") warnOfRoster(roster, position.sweep, options);
    return { items, nextPageToken: next === "ended" ? "" : formatPosition(next) };
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
  const items: Resource[] = [];
  const records: MemberRecord[] = [];
  const changed: string[] = [];
  for (const member of [...page.repeated, ...page.items]) {
    // Only the pass for active members vouches for a row that does not say itself.
    const active = member.is_active ?? (position.list === "active" ? true : undefined);
    const record = memberRecord(member, active);
    const wasSeen = roster.sawIn(roundOf(key), record.userId);
    const admission = roster.admit(record, key);
    // Read once more, names and the like may be newer although nothing changed that is compared.
    if (admission !== "same" || (position.sweep > 0 && !wasSeen)) items.push(userResource(member, active, parent));
    if (admission === "same") continue;
    if (admission === "changed") changed.push(record.userId);
    records.push(record);
    warnOfMember(member, { isNew: admission === "new", callerSlug: reading.callerSlug }, options);
  }
  roster.store(key, records, changed);
  return items;
}

/** Where to go on in this sweep. */
async function nextPosition(
  { list, sweep }: Position,
  step: Step,
  reading: OrganizationReading,
  options: ListOptions,
): Promise<ListPosition | "moved" | "ended"> {
  if (step.kind === "on") return step.position;
  if (step.kind === "moved") return "moved";
  const nextPass = passes[passes.indexOf(list) + 1];
  if (nextPass) return startOf(nextPass, sweep);
  return (await isAsAtFirst(sweep, reading, options)) ? "ended" : "moved";
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

function isFirst({ list, page }: Position): boolean {
  return list === passes[0] && page === 1;
}

function storeOpening({ sweep }: Position, page: PageResult<Member>, { session }: ListOptions): void {
  session.set(openingPrefix + sweep, Buffer.from(openingOf(page), "utf8"));
}

/**
 * Looks at the beginning of the first pass once more. Who was deactivated after the inactive and before the active ones
 * were read was in neither, and is there now.
 */
async function isAsAtFirst(sweep: number, reading: OrganizationReading, options: ListOptions): Promise<boolean> {
  const page = await reading.client.membersPage(reading.organization.slug, {
    active: passes[0] !== "inactive",
    page: 1,
    signal: options.signal,
  });
  const opening = options.session.get(openingPrefix + sweep);
  return opening !== undefined && Buffer.from(opening).toString("utf8") === openingOf(page);
}

/** Rows of equal names may come in any order, so that it does not count here. */
function openingOf({ totalCount, repeated, items }: PageResult<Member>): string {
  return [totalCount ?? "", ...[...repeated, ...items].map(idOf).sort()].join("\n");
}
