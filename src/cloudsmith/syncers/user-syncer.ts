/** Lists the members, active ones first, then inactive ones, and keeps what the grants will need of each. */
import type { GetOptions, ListOptions, Page, ResourceSyncer } from "../../sdk/contracts/connector.ts";
import type { Resource, ResourceId } from "../../sdk/contracts/model.ts";
import { BatonError, Status } from "../../sdk/errors.ts";
import type { PageResult } from "../client/cloudsmith-client.ts";
import type { Member } from "../client/schemas.ts";
import { organizationId, realEmail, userResource } from "../converters.ts";
import { type MemberRecord, memberRecord } from "../member-pages.ts";
import { type Pass, passes } from "../passes.ts";
import type { OrganizationReading } from "../reading.ts";
import { roleSlug, userType } from "../resource-types.ts";
import { pageKey, type Roster, roundOf } from "../roster.ts";

/** A list that moves while it is read is read again, at most this often in all. */
const maxRounds = 3;

interface Position {
  readonly pass: Pass;
  readonly round: number;
  /** From 1. */
  readonly page: number;
}

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
    const position = parsePosition(options.pageToken);
    const page = await reading.members(position.pass, position.round, options.signal).page(position.page);
    const key = pageKey(position.pass, position.round, position.page);
    const roster = reading.roster(options.session);
    const items = admitPage({ page, key, pass: position.pass, roster, parent, options });
    return { items, nextPageToken: nextToken(position, page, roster, options) };
  }

  /** Walks the member list until the id is found: the API finds members by slug only. */
  async get(id: ResourceId, parent: ResourceId | undefined, options: GetOptions): Promise<Resource | undefined> {
    const reading = await this.#reading(options.signal);
    const found = reading.isWithin(parent) ? await reading.search(options.signal).byId(id.resource) : undefined;
    if (!found) return undefined;
    warnOfMember(found.member, options);
    return userResource(found.member, found.active, organizationId(reading.organization));
  }
}

interface AdmitPage {
  readonly page: PageResult<Member>;
  readonly key: string;
  readonly pass: Pass;
  readonly roster: Roster;
  readonly parent: ResourceId;
  readonly options: ListOptions;
}

function admitPage({ page, key, pass, roster, parent, options }: AdmitPage): Resource[] {
  const items: Resource[] = [];
  const records: MemberRecord[] = [];
  const changed: string[] = [];
  for (const member of page.items) {
    // Only the pass for active members vouches for a row that does not say itself.
    const active = member.is_active ?? (pass === "active" ? true : undefined);
    const record = memberRecord(member, active);
    const admission = roster.admit(record, key);
    if (admission === "same") continue;
    if (admission === "changed") changed.push(record.userId);
    items.push(userResource(member, active, parent));
    records.push(record);
    warnOfMember(member, options);
  }
  roster.store(key, records, changed);
  return items;
}

function warnOfMember(member: Member, { warn }: Pick<ListOptions, "warn">): void {
  if (roleSlug(member.role) === undefined) {
    const role = member.role === undefined ? "no role" : `the role '${member.role}'`;
    warn({ code: "CS-ROLE-UNKNOWN", message: `member ${member.user_id} has ${role}: no role is granted` });
  }
  if (member.email !== undefined && realEmail(member.email) === undefined) {
    warn({
      code: "CS-EMAIL-REDACTED",
      message: "e-mail addresses are redacted or missing: this key may see less than all",
    });
  }
}

/** The next page, the list once more if it moved, the next pass, or "" at the end. */
function nextToken(position: Position, page: PageResult<Member>, roster: Roster, options: ListOptions): string {
  if (!page.isLast) return formatPosition({ ...position, page: position.page + 1 });
  const seen = roster.seenIn(roundOf(pageKey(position.pass, position.round, position.page)));
  if (page.totalCount !== undefined && seen !== page.totalCount) {
    if (position.round + 1 < maxRounds) return formatPosition({ ...position, round: position.round + 1, page: 1 });
    options.warn({
      code: "CS-ROSTER-INCOMPLETE",
      message: `Cloudsmith counts ${page.totalCount} ${position.pass} members and showed ${seen}: the roster may be incomplete`,
    });
  }
  const nextPass = passes[passes.indexOf(position.pass) + 1];
  return nextPass ? formatPosition({ pass: nextPass, round: 0, page: 1 }) : "";
}

function formatPosition({ pass, round, page }: Position): string {
  return `${pass}:${round}:${page}`;
}

function parsePosition(token: string): Position {
  if (token === "") return { pass: passes[0], round: 0, page: 1 };
  const [name, round, page] = token.split(":");
  const pass = passes.find((known) => known === name);
  const position = { round: Number(round), page: Number(page) };
  if (pass && Number.isSafeInteger(position.round) && Number.isSafeInteger(position.page)) return { pass, ...position };
  throw new BatonError({
    code: "CS-PAGE-TOKEN",
    status: Status.invalidArgument,
    message: `'${token}' is not a page of the member list.`,
    fatal: true,
  });
}
