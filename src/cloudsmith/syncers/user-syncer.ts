/** Lists the members, keeps what the grants will need of each, and puts right what rows contradict each other in. */

import { ChildSyncer, type Listing } from "../../sdk/api/child-syncer.ts";
import type { MemberNote } from "../../sdk/api/roster/member-notes.ts";
import type { GetOptions, ListOptions, Page, ResourceSyncer } from "../../sdk/contracts/connector.ts";
import type { Resource, ResourceId } from "../../sdk/contracts/model.ts";
import { looksMasked, usableEmail } from "../../sdk/resources/profile.ts";
import { pastTime } from "../../sdk/resources/timestamps.ts";
import { organizationId, userResource } from "../converters.ts";
import type { OrganizationReading } from "../members/reading.ts";
import { keyOwnerSign, narrowedSign, rosterSigns, warnOfMember } from "../members/signs.ts";
import type { Member } from "../schemas.ts";
import { isPersonKind, isServiceKind, userType } from "../types.ts";

/** The page after the last of the list: members whose rows contradict each other, asked for by themselves. */
const settleToken = "settle";

/** Reads the members of the organization. */
export class UserSyncer extends ChildSyncer<OrganizationReading> implements ResourceSyncer {
  readonly resourceType = userType;

  /** One page of members. People that an earlier page showed in the same state are left out. */
  protected async listUnder({ reading, options }: Listing<OrganizationReading>): Promise<Page<Resource>> {
    if (options.pageToken === settleToken) return await settle(reading, options);
    const { members, lookUps } = reading;
    const page = await members.page(options, (row, { active }) => resourceOf(row, active, reading, options));
    lookUps.pageRead();
    const isEnd = members.isEnd(page, options.session);
    const signs = isEnd ? rosterSigns(reading.factsOf(options.session), members.memory(options.session), reading) : [];
    for (const sign of signs) options.warn(sign);
    const nextPageToken = isEnd && mustSettle(reading, options) ? settleToken : page.nextPageToken;
    // The list tells itself whom it shows in more than one state.
    return { ...page, nextPageToken, replaces: true };
  }

  /** Walks the member list until the id is found: the API finds members by slug only. */
  async get(id: ResourceId, parent: ResourceId | undefined, options: GetOptions): Promise<Resource | undefined> {
    const reading = await this.reading(options.signal);
    const found = reading.isWithin(parent) ? await reading.search(options.signal).byId(id.resource) : undefined;
    return found && (await resourceOf(found.row, reading.noteOf(found.row, found.pass).active, reading, options));
  }
}

async function resourceOf(
  row: Member,
  active: boolean | null,
  reading: OrganizationReading,
  options: GetOptions,
): Promise<Resource> {
  const isService = mayBeService(row, reading.nowMs()) && (await isServiceAccount(row, reading, options));
  if (!isService) warnOfMember(row, { caller: reading.access.caller, seesAll: reading.seesAll }, options);
  const hasOwnEmail = reading.seesAll || isOwnAddress(row, reading);
  const { links } = reading;
  const facts = { active: active ?? undefined, isService, hasOwnEmail, nowMs: reading.nowMs(), links };
  return userResource(row, facts, organizationId(reading.organization));
}

/** A service account may stand among the members; it has no address and never logs in. */
function mayBeService(
  { email, last_login_at, last_login_method = "", user_kind, has_two_factor }: Member,
  nowMs: number,
): boolean {
  if (isServiceKind(user_kind) || isPersonKind(user_kind)) return isServiceKind(user_kind);
  const hasLoggedIn = pastTime(last_login_at, nowMs) || !/^\s*(?:unknown)?\s*$/i.test(last_login_method);
  return !email && !hasLoggedIn && has_two_factor !== true;
}

async function isServiceAccount(
  { user, user_kind }: Member,
  { lookUps }: OrganizationReading,
  options: GetOptions,
): Promise<boolean> {
  return isServiceKind(user_kind) || (user !== undefined && (await lookUps.isService(user, options)));
}

/** With a narrow key an address that several people share, or that looks masked, is what stands in place of addresses. */
function isOwnAddress({ user_id: id, email }: Member, { addresses }: OrganizationReading): boolean {
  const address = usableEmail(email)?.toLowerCase();
  return address === undefined || (addresses.isOwn(id, address) && !looksMasked(address));
}

/** Ids of those who have to be asked for by themselves. */
function unsettled(reading: OrganizationReading, { session }: ListOptions): readonly string[] {
  const { members, addresses, lookUps } = reading;
  const mayAsk = (count: number) => lookUps.mayAsk(count);
  return reading.factsOf(session).unsettledIds(members.memory(session), { others: addresses.sharing, mayAsk });
}

function mustSettle(reading: OrganizationReading, options: ListOptions): boolean {
  return reading.access.role?.member !== undefined || unsettled(reading, options).length > 0;
}

/** Asks for each whose rows contradict each other, and holds what is known of the key's owner against the list. */
async function settle(reading: OrganizationReading, options: ListOptions): Promise<Page<Resource>> {
  const memory = reading.members.memory(options.session);
  const items: Resource[] = [];
  const notes: MemberNote[] = [];
  const put = async (row: Member, note: MemberNote): Promise<void> => {
    notes.push(note);
    items.push(await resourceOf(row, note.active, reading, { ...options, warn: () => {} }));
  };
  await reading.factsOf(options.session).settle<Member>(unsettled(reading, options), memory, {
    find: (login) => reading.lookUps.member(login, options),
    noteOf: (row) => reading.noteOf(row, ""),
    put,
  });
  const owner = await ownerNow(reading, options);
  const listed = owner && memory.has(owner.user_id) ? memory.noteOf(owner.user_id) : undefined;
  const sign = owner && keyOwnerSign(owner, listed, reading.seesAll);
  if (sign) options.warn(sign);
  const before = reading.access.role;
  const narrowed = before?.member?.user_id ? narrowedSign(owner, before) : undefined;
  if (narrowed) options.warn(narrowed);
  if (sign && owner && listed) await put(owner, reading.noteOf(owner, "active"));
  if (notes.length > 0) memory.correct(notes);
  return { items, nextPageToken: "", replaces: true };
}

/** The key's owner as it was before the list was read; asked for again where the list says something else. */
async function ownerNow(reading: OrganizationReading, options: ListOptions): Promise<Member | undefined> {
  const owner = reading.access.role?.member;
  if (!owner || owner.user_id === "") return undefined;
  const memory = reading.members.memory(options.session);
  const listed = memory.has(owner.user_id) ? memory.noteOf(owner.user_id) : undefined;
  if (!keyOwnerSign(owner, listed, true) || owner.user === undefined) return owner;
  const now = await reading.lookUps.member(owner.user, options);
  return now?.user_id === owner.user_id ? now : undefined;
}
