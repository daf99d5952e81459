/**
 * One reading of the organization: its lists, shared by the syncers, and what was found so far. Begins anew with every
 * sync and holds nothing that a resumed run could not find again.
 */
import { searchOf, sourceOf } from "../../sdk/api/api-client.ts";
import type { ListSearch } from "../../sdk/api/list-search.ts";
import type { MemberFields } from "../../sdk/api/roster/member-notes.ts";
import { Roster, type RosterOptions } from "../../sdk/api/roster/roster.ts";
import type { Clock } from "../../sdk/clock.ts";
import type { Annotation, ResourceId } from "../../sdk/contracts/model.ts";
import { entitlementRef } from "../../sdk/resources/ids.ts";
import type { Access } from "../checks.ts";
import { type Api, endpoints, memberPasses, teamList } from "../client.ts";
import { organizationId, organizationLink, teamId } from "../converters.ts";
import { RequestedLists } from "../on-request/lists.ts";
import { requestedSettings } from "../on-request/settings.ts";
import type { Member, Organization, Team } from "../schemas.ts";
import { isTeamManager, isTeamRole, kindOf, roleSlug, teamManagerSlug, teamMemberSlug } from "../types.ts";
import { LookUps } from "./look-ups.ts";
import { memberWords, signOf, teamWords } from "./signs.ts";

/** What is asked in one sync, and where. */
export interface Asked {
  readonly client: Api;
  readonly clock: Clock;
  /** Ids of the resource types that the sync reads. */
  readonly types: ReadonlySet<string>;
  /** Whether teams say which groups of the identity provider fill them. */
  readonly tellsTeamSources: boolean;
}

/** What is known of the access; a syncer that is driven from outside may not have looked up the role. */
type ReadAccess = Omit<Access, "role"> & Partial<Access>;

type Place = NonNullable<Member["teams"]>[number];

/** State of one sync; its lists are usable before the access to the organization is proved. */
export class OrganizationReading extends Roster<Member, Place, Team> {
  readonly asked: Asked;
  readonly client: Api;
  readonly lookUps: LookUps;
  readonly #orgSlug: string;
  #access: ReadAccess | undefined;
  #search: ListSearch<Member> | undefined;
  #requested: RequestedLists | undefined;

  constructor(asked: Asked, orgSlug: string) {
    const { client, clock } = asked;
    const lookUps = new LookUps(client, orgSlug, clock);
    super(rosterOptions(asked, orgSlug, lookUps));
    this.client = client;
    this.lookUps = lookUps;
    this.asked = asked;
    this.#orgSlug = orgSlug;
  }

  /** The access is proved. */
  proved(access: ReadAccess): void {
    this.#access = access;
  }

  /** What is known of the access, once it is proved. */
  get access(): ReadAccess {
    if (!this.#access) throw new TypeError("the access is not proved yet");
    return this.#access;
  }

  /** The organization that is read. */
  get organization(): Organization {
    return this.access.organization;
  }

  /** True when the role of the key's owner is known to see everybody and everything. */
  get seesAll(): boolean {
    return this.access.role?.seesAll ?? false;
  }

  /** What is read only on request. */
  get requested(): RequestedLists {
    this.#requested ??= new RequestedLists(this);
    return this.#requested;
  }

  /** True when the sync reads resources of the type. */
  reads(type: string): boolean {
    return this.asked.types.has(type);
  }

  /** Links on teams and members; none unless more is told of them than the three types are by default. */
  get links(): readonly Annotation[] {
    return this.asked.tellsTeamSources ? [organizationLink(this.organization)] : [];
  }

  /** The types that are read only on request, and that this sync reads. */
  get requestedTypes(): readonly string[] {
    return Object.keys(requestedSettings).filter((type) => this.reads(type));
  }

  /** The time, milliseconds since the epoch. */
  nowMs(): number {
    return this.asked.clock.nowMs();
  }

  /** Finds single members, for targeted syncs: the API finds a member by slug only, and the slug can change. */
  search(signal: AbortSignal): ListSearch<Member> {
    this.#search ??= searchOf(this.client, this.#orgSlug, memberPasses, {
      signal,
      nameOf: ({ user }) => user,
      one: endpoints.member,
    });
    return this.#search;
  }

  /** True when `id` is this organization, or when no parent is named. */
  isWithin(id: ResourceId | undefined): boolean {
    const own = organizationId(this.organization);
    return id === undefined || (id.resourceType === own.resourceType && id.resource === own.resource);
  }

  /** Stops what is still on its way. */
  override stop(): void {
    super.stop();
    this.#search?.stop();
    this.#requested?.stop();
  }
}

/** How members and teams are read; the lists ask first whether so many may be looked up. */
function rosterOptions(
  { client, clock }: Asked,
  orgSlug: string,
  lookUps: LookUps,
): RosterOptions<Member, Place, Team> {
  const quiet = (signal: AbortSignal) => ({ signal, warn: () => {} });
  const teamPasses = new Map([["teams", teamList]]);
  return {
    nowMs: () => clock.nowMs(),
    mayLookUp: (count) => lookUps.mayAsk(count),
    parent: { clock, find: (signal) => client.record(endpoints.organization, orgSlug, "", { signal }) },
    members: {
      name: "members",
      words: memberWords,
      source: sourceOf(client, orgSlug, memberPasses, ({ name }, signal) => lookUps.member(name, quiet(signal))),
      idOf: ({ user_id }) => user_id,
      passOf: ({ is_active }) => (is_active === false ? "inactive" : "active"),
    },
    groups: {
      name: "teams",
      words: teamWords,
      source: sourceOf(client, orgSlug, teamPasses, ({ id }, signal) => lookUps.team(id, quiet(signal))),
      idOf: ({ slug_perm }) => slug_perm,
      // Memberships name teams by slug.
      noteOf: ({ slug_perm, slug }) => ({ id: slug_perm, name: slug }),
    },
    fieldsOf,
    place: {
      slugOf: ({ slug }) => slug,
      isManager: ({ role }) => isTeamManager(role),
      isClear: ({ role }) => isTeamRole(role),
    },
    refsOf: (id) => {
      const resource = teamId(id);
      const [member, manager] = [entitlementRef(resource, teamMemberSlug), entitlementRef(resource, teamManagerSlug)];
      return { member, manager };
    },
    findMember: (login, options) => lookUps.member(login, options),
    findGroup: (slug, options) => lookUps.team(slug, options),
    tell: (finding, { warn }) => warn(signOf(finding)),
  };
}

/** Only the pass of active members vouches for a row that does not say itself whether its member is active. */
function fieldsOf(row: Member, pass: string): MemberFields<Place> {
  const { user_id: id, user: name = "", is_active: says = null, email, teams: places, user_kind } = row;
  const active = says ?? (pass === "active" ? true : null);
  const tellsTwoFactor = row.has_two_factor !== undefined || kindOf(user_kind) === "service";
  return { id, name, role: roleSlug(row.role) ?? "", active, says, email, places, tellsTwoFactor };
}
