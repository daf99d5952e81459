/**
 * One reading of the organization: its lists, shared by the syncers, and what was found so far. Begins anew with every
 * sync and holds nothing that a resumed run could not find again.
 */
import { type ListSource, MovingList, type Question } from "../../sdk/api/moving-list.ts";
import type { Clock } from "../../sdk/clock.ts";
import type { SessionStore } from "../../sdk/contracts/connector.ts";
import type { ResourceId } from "../../sdk/contracts/model.ts";
import type { CallerRole } from "../access.ts";
import { organizationId } from "../converters.ts";
import { RequestedLists } from "../on-request/lists.ts";
import { requestedSettings } from "../on-request/settings.ts";
import type { Member, Organization, Self, Team } from "../schemas.ts";
import { type Api, type LookUpOptions, LookUps } from "./look-ups.ts";
import { type MemberNote, MemberNotes, passes, type TeamNote, teamCodec, teamNote } from "./notes.ts";
import { TeamPlaces } from "./places.ts";
import { RosterFacts } from "./roster-facts.ts";
import { MemberSearch } from "./search.ts";

/** What a reading begins with. */
export interface OrganizationReadingOptions {
  readonly client: Api;
  readonly organization: Organization;
  readonly clock: Clock;
  readonly caller: Self;
  /** Undefined when it was not looked up. */
  readonly role: CallerRole | undefined;
  /** Ids of the resource types that the sync reads. */
  readonly types: ReadonlySet<string>;
  /** Whether teams say which groups of the identity provider fill them. */
  readonly tellsTeamSources: boolean;
}

/** State of one sync. */
export class OrganizationReading {
  readonly client: Api;
  readonly organization: Organization;
  readonly caller: Self;
  /** The standing of the key's owner; undefined when it was not looked up. */
  readonly role: CallerRole | undefined;
  readonly lookUps: LookUps;
  readonly notes = new MemberNotes();
  readonly facts = new RosterFacts(this.notes.slugs);
  /** By login: ids of members looked up one by one; undefined: there is none in the file. */
  readonly lookedUp = new Map<string, string | undefined>();
  /** With a narrow key, by address: who was shown with it first. Addresses that several people share are redacted ones. */
  readonly addresses = new Map<string, string>();
  /** Of them, those whose address turned out to be shared. */
  readonly sharing = new Set<string>();
  /** What is read only on request. */
  readonly requested: RequestedLists;
  readonly tellsTeamSources: boolean;
  readonly #types: ReadonlySet<string>;
  readonly #clock: Clock;
  #begun: BegunLists;
  #members: MovingList<Member, MemberNote> | undefined;
  #teams: MovingList<Team, TeamNote> | undefined;
  #search: MemberSearch | undefined;
  #places: TeamPlaces | undefined;
  #looking: LookUpOptions | undefined;

  constructor(options: OrganizationReadingOptions, begun = new BegunLists()) {
    const { client, organization, clock, caller, role } = options;
    this.client = client;
    this.#types = options.types;
    this.tellsTeamSources = options.tellsTeamSources;
    this.organization = organization;
    this.caller = caller;
    this.role = role;
    this.#clock = clock;
    this.#begun = begun;
    this.lookUps = new LookUps(client, organization.slug, clock);
    this.requested = new RequestedLists(this);
  }

  /** True when the sync reads resources of the type. */
  reads(type: string): boolean {
    return this.#types.has(type);
  }

  /** Types that are read only on request, and are in this sync. */
  get requestedTypes(): readonly string[] {
    return Object.keys(requestedSettings).filter((type) => this.#types.has(type));
  }

  /** The time, milliseconds since the epoch. */
  nowMs(): number {
    return this.#clock.nowMs();
  }

  /** True when the role of the key's owner is known to see everybody and everything. */
  get seesAll(): boolean {
    return this.role?.seesAll ?? false;
  }

  /** Asks for the first pages of every list at once: they will all be needed, and waiting costs most of a sync's time. */
  begin(signal: AbortSignal): void {
    this.#begun.begin(this.client, this.organization.slug, signal);
  }

  /** Who was read so far. `options` are those of the call in hand. */
  members(session: SessionStore, options?: LookUpOptions): MovingList<Member, MemberNote> {
    this.#looking = options ?? this.#looking;
    this.#members ??= new MovingList<Member, MemberNote>({
      name: "members",
      passes,
      session,
      source: this.#memberSource(),
      noteOf: (row, pass) => this.notes.of(row, pass),
      idOf: ({ user_id }) => user_id,
      passOf: ({ is_active }) => (is_active === false ? "inactive" : "active"),
      codec: this.notes,
      observer: this.facts,
      mayLookUp: (count) => this.lookUps.mayMake(count),
      nowMs: () => this.#clock.nowMs(),
    });
    return this.#members;
  }

  /** The teams read so far. */
  teams(session: SessionStore, options?: LookUpOptions): MovingList<Team, TeamNote> {
    this.#looking = options ?? this.#looking;
    this.#teams ??= new MovingList<Team, TeamNote>({
      name: "teams",
      passes: ["teams"],
      session,
      source: this.#teamSource(),
      noteOf: teamNote,
      idOf: ({ slug_perm }) => slug_perm,
      passOf: () => "teams",
      codec: teamCodec,
      observer: { begins() {}, note() {}, again() {} },
      mayLookUp: (count) => this.lookUps.mayMake(count),
      nowMs: () => this.#clock.nowMs(),
    });
    return this.#teams;
  }

  /** What members hold in teams. */
  places(session: SessionStore): TeamPlaces {
    this.#places ??= new TeamPlaces({ teams: this.teams(session).memory, notes: this.notes, lookUps: this.lookUps });
    return this.#places;
  }

  #memberSource(): ListSource<Member> {
    const { client, lookUps, organization, ...rest } = this.#shared();
    return {
      ...rest,
      get pageSize() {
        return client.pageSize;
      },
      walk: (pass, question, signal) =>
        this.#begun.member(pass, question) ??
        client.walkMembers(organization, { active: pass === "active", question, signal }),
      opening: (pass, question, signal) =>
        client.membersPage(organization, { active: pass === "active", page: 1, question, signal }),
      find: ({ name }, signal) => lookUps.member(name, { ...this.#look(), signal }),
    };
  }

  #teamSource(): ListSource<Team> {
    const { client, lookUps, organization, ...rest } = this.#shared();
    return {
      ...rest,
      get pageSize() {
        return client.pageSize;
      },
      walk: (_pass, question, signal) =>
        this.#begun.team(question) ?? client.walkTeams(organization, { question, signal }),
      opening: (_pass, question, signal) => client.teamsPage(organization, { page: 1, question, signal }),
      find: ({ id }, signal) => lookUps.team(id, { ...this.#look(), signal }),
    };
  }

  #shared() {
    const { client, lookUps } = this;
    const smallerThan = (pageSize: number, error: unknown) => client.smallerPages(pageSize, error);
    return { client, lookUps, organization: this.organization.slug, smallerThan };
  }

  #look(): Pick<LookUpOptions, "warn"> {
    return { warn: (warning) => this.#looking?.warn(warning) };
  }

  /** Finds single members, for targeted syncs. */
  search(signal: AbortSignal): MemberSearch {
    this.#search ??= new MemberSearch(this.client, this.organization.slug, signal);
    return this.#search;
  }

  /** True when `id` is this organization, or when no parent is named. */
  isWithin(id: ResourceId | undefined): boolean {
    const own = organizationId(this.organization);
    return id === undefined || (id.resourceType === own.resourceType && id.resource === own.resource);
  }

  /** Stops what is still on its way. */
  stop(): void {
    this.#begun.stop();
    this.#members?.stop();
    this.#teams?.stop();
    this.#search?.stop();
    this.requested.stop();
  }
}

/** Walks that were begun while the access was still being checked; each is taken once. */
export class BegunLists {
  readonly #members = new Map<string, ReturnType<Api["walkMembers"]>>();
  #teams: ReturnType<Api["walkTeams"]> | undefined;
  #pageSize = 0;
  #isBegun: boolean = false;

  /** Asks for the first pages of every list; the second time it does nothing. */
  begin(client: Api, organization: string, signal: AbortSignal): void {
    if (this.#isBegun) return;
    this.#isBegun = true;
    this.#pageSize = client.pageSize;
    for (const pass of passes) {
      this.#members.set(pass, client.walkMembers(organization, { active: pass === "active", signal }));
    }
    this.#teams = client.walkTeams(organization, { signal });
    for (const walk of [...this.#members.values(), this.#teams]) walk.begin();
  }

  /** The begun walk of a pass, when it asks as is asked for. */
  member(pass: string, question: Question): ReturnType<Api["walkMembers"]> | undefined {
    const walk = this.#members.get(pass);
    this.#members.delete(pass);
    return this.#fits(question) ? walk : undefined;
  }

  /** The begun walk over the teams. */
  team(question: Question): ReturnType<Api["walkTeams"]> | undefined {
    const walk = this.#teams;
    this.#teams = undefined;
    return this.#fits(question) ? walk : undefined;
  }

  #fits({ order, overlaps, pageSize }: Question): boolean {
    return order === 0 && overlaps && pageSize === this.#pageSize;
  }

  /** Stops what was not taken. */
  stop(): void {
    for (const walk of this.#members.values()) walk.stop();
    this.#teams?.stop();
  }
}
