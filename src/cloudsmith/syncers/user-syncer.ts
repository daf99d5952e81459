/** Lists the members, keeps what the grants will need of each, and puts right what rows contradict each other in. */
import { tellOfStep } from "../../sdk/api/list-words.ts";
import type { GetOptions, ListOptions, Page, ResourceSyncer } from "../../sdk/contracts/connector.ts";
import type { Resource, ResourceId } from "../../sdk/contracts/model.ts";
import { usableEmail } from "../../sdk/resources/email-address.ts";
import { organizationId, userResource } from "../converters.ts";
import type { MemberNote } from "../members/notes.ts";
import type { OrganizationReading } from "../members/reading.ts";
import { contradictedIds, keyOwnerSign, memberWords, rosterSigns, warnOfMember } from "../members/signs.ts";
import type { Member } from "../schemas.ts";
import { userType } from "../types.ts";

/** The page after the last of the list: members whose rows contradict each other, asked for by themselves. */
const settleToken = "settle";

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
    if (options.pageToken === settleToken) return await settle(reading, options);
    const list = reading.members(options.session);
    const step = await list.step(options.pageToken, options.signal);
    const items: Resource[] = [];
    for (const { row, note } of step.fresh) {
      items.push(await resourceOf(row, note.active, reading, options));
    }
    reading.lookUps.pageRead();
    tellOfStep(list, step, memberWords, options);
    const isEnd = step.nextToken === "" && list.memory.endedAtMs !== undefined;
    if (isEnd) warnOfRoster(reading, options);
    return {
      items,
      nextPageToken: isEnd && mustSettle(reading, options) ? settleToken : step.nextToken,
      // The list tells itself whom it shows in more than one state.
      replaces: true,
      ...(step.beginsAnew && { beginsAnew: true }),
      ...(step.toCome !== undefined && { toCome: step.toCome }),
    };
  }

  /** Walks the member list until the id is found: the API finds members by slug only. */
  async get(id: ResourceId, parent: ResourceId | undefined, options: GetOptions): Promise<Resource | undefined> {
    const reading = await this.#reading(options.signal);
    const found = reading.isWithin(parent) ? await reading.search(options.signal).byId(id.resource) : undefined;
    return found && (await resourceOf(found.row, reading.notes.of(found.row, found.pass).active, reading, options));
  }
}

async function resourceOf(
  row: Member,
  active: boolean | null,
  reading: OrganizationReading,
  options: GetOptions,
): Promise<Resource> {
  const isService = mayBeService(row) && (await isServiceAccount(row, reading, options));
  if (!isService) warnOfMember(row, { callerSlug: reading.caller.slug, seesAll: reading.seesAll }, options);
  const hasOwnEmail = reading.seesAll || isOwnAddress(row, reading);
  const facts = { active: active ?? undefined, isService, hasOwnEmail, nowMs: reading.nowMs() };
  return userResource(row, facts, organizationId(reading.organization));
}

/** A service account may stand among the members; it has no address and never logs in. */
function mayBeService({
  email,
  last_login_at,
  last_login_method = "Unknown",
  user_kind,
  has_two_factor,
}: Member): boolean {
  if (user_kind !== undefined) return user_kind.toLowerCase() === "service";
  return !email && !last_login_at && last_login_method === "Unknown" && has_two_factor !== true;
}

async function isServiceAccount(row: Member, reading: OrganizationReading, options: GetOptions): Promise<boolean> {
  if (row.user_kind !== undefined) return true;
  return row.user !== undefined && ((await reading.lookUps.services(options))?.has(row.user) ?? false);
}

/** With a narrow key an address that several people share is what stands in place of addresses. */
function isOwnAddress({ user_id: id, email }: Member, { addresses, sharing }: OrganizationReading): boolean {
  const address = usableEmail(email)?.toLowerCase();
  if (address === undefined) return true;
  const first = addresses.get(address) ?? id;
  addresses.set(address, first);
  if (first !== id) sharing.add(first);
  return first === id && !sharing.has(id);
}

function warnOfRoster(reading: OrganizationReading, { session, warn }: ListOptions): void {
  const { memory } = reading.members(session);
  // Of the first pass.
  const inactive = memory.tallyOf(memory.lastSweep, 0)?.distinct ?? 0;
  for (const sign of rosterSigns(reading.facts, { inactive, seesAll: reading.seesAll })) warn(sign);
}

/** Ids of people whose rows and list say the opposite of their status. */
function contradicted(reading: OrganizationReading, { session }: ListOptions): readonly string[] {
  return reading.facts.contradicted > 0 ? contradictedIds(reading.members(session).memory) : [];
}

/** Ids of those who have to be asked for by themselves; of statuses that are contradicted only as many as may be. */
function unsettled(reading: OrganizationReading, options: ListOptions): readonly string[] {
  const { memory } = reading.members(options.session);
  const doubtful = contradicted(reading, options);
  const ids = new Set([...memory.differing(memory.lastSweep), ...reading.sharing]);
  if (reading.lookUps.mayMake(ids.size + doubtful.length)) for (const id of doubtful) ids.add(id);
  return [...ids].filter((id) => memory.has(id));
}

function mustSettle(reading: OrganizationReading, options: ListOptions): boolean {
  return reading.role?.member !== undefined || unsettled(reading, options).length > 0;
}

/** Asks for each whose rows contradict each other, and holds what is known of the key's owner against the list. */
async function settle(reading: OrganizationReading, options: ListOptions): Promise<Page<Resource>> {
  const { memory } = reading.members(options.session);
  const doubtful = new Set(contradicted(reading, options));
  const items: Resource[] = [];
  const notes: MemberNote[] = [];
  const put = async (row: Member, note: MemberNote): Promise<void> => {
    notes.push(note);
    items.push(await resourceOf(row, note.active, reading, { ...options, warn: () => {} }));
  };
  for (const id of unsettled(reading, options)) {
    const known = memory.noteOf(id);
    const row = known?.name ? await reading.lookUps.member(known.name, options) : undefined;
    if (!known || row?.user_id !== id) continue;
    // A list and its rows that contradict each other are believed when the member itself says what the list does.
    const isBelieved = !doubtful.has(id) || row.is_active !== known.says;
    await put(row, { ...reading.notes.of(row, ""), active: isBelieved ? (row.is_active ?? known.active) : null });
  }
  const owner = await ownerNow(reading, options);
  const listed = owner && memory.has(owner.user_id) ? memory.noteOf(owner.user_id) : undefined;
  const sign = owner && keyOwnerSign(owner, listed, reading.seesAll);
  if (sign) options.warn(sign);
  if (sign && owner && listed) await put(owner, reading.notes.of(owner, "active"));
  if (notes.length > 0) memory.correct(notes);
  return { items, nextPageToken: "", replaces: true };
}

/** The key's owner as it was before the list was read; asked for again where the list says something else. */
async function ownerNow(reading: OrganizationReading, options: ListOptions): Promise<Member | undefined> {
  const owner = reading.role?.member;
  if (!owner || owner.user_id === "") return undefined;
  const { memory } = reading.members(options.session);
  const listed = memory.has(owner.user_id) ? memory.noteOf(owner.user_id) : undefined;
  if (!keyOwnerSign(owner, listed, true) || owner.user === undefined) return owner;
  const now = await reading.lookUps.member(owner.user, options);
  return now?.user_id === owner.user_id ? now : undefined;
}
