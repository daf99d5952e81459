/**
 * One reading of the organization: its lists, shared by the syncers, and what was found so far. Begins anew with every
 * sync and holds nothing that a resumed run could not find again.
 */
import { searchOf, sourceOf } from "../../sdk/api/api-client.ts";
import type { ListSearch } from "../../sdk/api/list-search.ts";
import type { Note } from "../../sdk/api/notes.ts";
import { ResourceList } from "../../sdk/api/resource-list.ts";
import { GroupPlaces } from "../../sdk/api/roster/group-places.ts";
import { MemberIds } from "../../sdk/api/roster/member-ids.ts";
import { type MemberNote, MemberNotes } from "../../sdk/api/roster/member-notes.ts";
import { RosterFacts, SharedTexts } from "../../sdk/api/roster/roster-facts.ts";
import type { Clock } from "../../sdk/clock.ts";
import type { SessionStore } from "../../sdk/contracts/connector.ts";
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

/** State of one sync; its lists are usable before the access to the organization is proved. */
export class OrganizationReading {
  readonly asked: Asked;
  readonly client: Api;
  readonly lookUps: LookUps;
  readonly notes = new MemberNotes<NonNullable<Member["teams"]>[number]>({
    slugOf: ({ slug }) => slug,
    isManager: ({ role }) => isTeamManager(role),
    isClear: ({ role }) => isTeamRole(role),
  });
  readonly members: ResourceList<Member, MemberNote>;
  readonly teams: ResourceList<Team>;
  readonly memberIds = new MemberIds(async (login, options) => (await this.lookUps.member(login, options))?.user_id);
  /** With a narrow key. Addresses that several people share are redacted ones. */
  readonly addresses = new SharedTexts();
  readonly #facts = new RosterFacts(this.notes.slugs);
  readonly #orgSlug: string;
  #access: ReadAccess | undefined;
  #search: ListSearch<Member> | undefined;
  #places: GroupPlaces<Team> | undefined;
  #requested: RequestedLists | undefined;

  constructor(asked: Asked, orgSlug: string) {
    const { client } = asked;
    const lookUps = new LookUps(client, orgSlug, asked.clock);
    this.client = client;
    this.lookUps = lookUps;
    this.asked = asked;
    this.#orgSlug = orgSlug;
    // The lists ask first whether so many may be looked up.
    const options = (signal: AbortSignal) => ({ signal, warn: () => {} });
    const shared = {
      mayLookUp: (count: number): boolean => lookUps.mayAsk(count),
      nowMs: (): number => this.nowMs(),
      parent: {
        clock: asked.clock,
        find: (signal: AbortSignal) => client.record(endpoints.organization, orgSlug, "", { signal }),
      },
    };
    this.members = new ResourceList<Member, MemberNote>({
      ...shared,
      name: "members",
      words: memberWords,
      source: sourceOf(client, orgSlug, memberPasses, ({ name }, signal) => lookUps.member(name, options(signal))),
      idOf: ({ user_id }) => user_id,
      noteOf: (row, pass) => this.noteOf(row, pass),
      passOf: ({ is_active }) => (is_active === false ? "inactive" : "active"),
      codec: this.notes,
      observer: this.#facts,
    });
    this.teams = new ResourceList<Team>({
      ...shared,
      name: "teams",
      words: teamWords,
      source: sourceOf(client, orgSlug, new Map([["teams", teamList]]), ({ id }, signal) => {
        return lookUps.team(id, options(signal));
      }),
      idOf: ({ slug_perm }) => slug_perm,
      noteOf: teamNote,
    });
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

  /** Asks for the first pages of every list at once: they will all be needed, and waiting costs most of a sync's time. */
  begin(signal: AbortSignal): void {
    this.members.begin(signal);
    this.teams.begin(signal);
  }

  /** What the members add up to that were read, by a run before as well. */
  factsOf(session: SessionStore): RosterFacts {
    this.members.memory(session);
    return this.#facts;
  }

  /** The note of a checked member; only the pass of active members vouches for a row that does not say itself. */
  noteOf(row: Member, pass: string): MemberNote {
    const { user_id: id, user: name = "", is_active: says = null, email, teams: places, user_kind } = row;
    const active = says ?? (pass === "active" ? true : null);
    const tellsTwoFactor = row.has_two_factor !== undefined || kindOf(user_kind) === "service";
    return this.notes.of({ id, name, role: roleSlug(row.role) ?? "", active, says, email, places, tellsTwoFactor });
  }

  /** What members hold in teams. */
  places(session: SessionStore): GroupPlaces<Team> {
    this.#places ??= new GroupPlaces<Team>({
      groups: this.teams.memory(session),
      slugs: this.notes.slugs,
      noteOf: teamNote,
      refsOf: (id) => {
        const resource = teamId(id);
        const [member, manager] = [entitlementRef(resource, teamMemberSlug), entitlementRef(resource, teamManagerSlug)];
        return { member, manager };
      },
      findGroup: (slug, options) => this.lookUps.team(slug, options),
      findMember: async (login, options) => {
        const member = await this.lookUps.member(login, options);
        return member && this.noteOf(member, "active");
      },
      tell: (finding, { warn }) => warn(signOf(finding)),
    });
    return this.#places;
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
  stop(): void {
    for (const list of [this.members, this.teams, this.#search, this.#requested]) list?.stop();
  }
}

/** A team as it is kept; `name` is its slug, by which memberships name it. */
function teamNote({ slug_perm, slug }: Team): Note {
  return { id: slug_perm, name: slug };
}
