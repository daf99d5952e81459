/** Lists the members, keeps what the grants will need of each, and puts right what rows contradict each other in. */

import { ChildSyncer, type Listing } from "../../sdk/api/child-syncer.ts";
import { heldAgainstList, type OwnerVerdict } from "../../sdk/api/roster/key-owner.ts";
import type { MemberNote } from "../../sdk/api/roster/member-notes.ts";
import type { GetOptions, ListOptions, Page, ResourceSyncer } from "../../sdk/contracts/connector.ts";
import type { Resource, ResourceId } from "../../sdk/contracts/model.ts";
import { looksMasked, usableEmail } from "../../sdk/resources/profile.ts";
import { pastTime } from "../../sdk/resources/timestamps.ts";
import { findRole } from "../checks.ts";
import { organizationId, userResource } from "../converters.ts";
import type { OrganizationReading } from "../members/reading.ts";
import { rosterSigns, sign, signOf, warnOfMember } from "../members/signs.ts";
import { serviceType } from "../on-request/types.ts";
import type { Member } from "../schemas.ts";
import { kindOf, userType } from "../types.ts";

/** The page after the last of the list: members whose rows contradict each other, or what is known, asked for by themselves. */
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
    for (const each of signs) options.warn(each);
    const nextPageToken = isEnd ? settleToken : page.nextPageToken;
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

/** At once, unless it has to be asked whether it is a service account. */
function resourceOf(
  row: Member,
  active: boolean | null,
  reading: OrganizationReading,
  options: GetOptions,
): Resource | Promise<Resource> {
  const toResource = (isService: boolean) => accountOf(row, { active, isService }, reading, options);
  if (!mayBeService(row, reading.nowMs())) return toResource(false);
  return isServiceAccount(row, reading, options).then(toResource);
}

function accountOf(
  row: Member,
  { active, isService }: { readonly active: boolean | null; readonly isService: boolean },
  reading: OrganizationReading,
  options: GetOptions,
): Resource {
  if (isService && reading.reads(serviceType.id)) options.warn(sign("CS-SERVICE-AMONG-MEMBERS"));
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
  const kind = kindOf(user_kind);
  if (kind) return kind === "service";
  if (email || has_two_factor === true) return false;
  return !pastTime(last_login_at, nowMs).text && /^\s*(?:unknown)?\s*$/i.test(last_login_method);
}

async function isServiceAccount(
  { user, user_kind }: Member,
  { lookUps }: OrganizationReading,
  options: GetOptions,
): Promise<boolean> {
  return kindOf(user_kind) === "service" || (user !== undefined && (await lookUps.isService(user, options)));
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
  const { findings, row } = await ownerVerdict(reading, options);
  for (const finding of findings) options.warn(signOf(finding));
  if (row) await put(row, reading.noteOf(row, "active"));
  if (notes.length > 0) memory.correct(notes);
  return { items, nextPageToken: "", replaces: true };
}

/** A narrower key shows no addresses of others. */
async function ownerVerdict(reading: OrganizationReading, options: ListOptions): Promise<OwnerVerdict<Member>> {
  const { access, client, organization } = reading;
  const { caller, role: before } = access;
  if (!before) return { findings: [] };
  return await heldAgainstList({
    owner: before.member?.user ?? caller.slug ?? "",
    before,
    memory: reading.members.memory(options.session),
    noteOf: (row) => reading.noteOf(row, ""),
    hasGaps: reading.factsOf(options.session).counts.lackAddress > 0,
    askAgain: () => findRole({ client, orgSlug: organization.slug, signal: options.signal }, caller),
  });
}
