/**
 * One reading of the organization: its lists, shared by the syncers, and what was found so far. Begins anew with every
 * sync and holds nothing that a resumed run could not find again.
 */
import { sourceOf } from "../../sdk/api/api-client.ts";
import type { BegunSource } from "../../sdk/api/begun-source.ts";
import { ListSearch } from "../../sdk/api/list-search.ts";
import { MovingList } from "../../sdk/api/moving-list.ts";
import type { Clock } from "../../sdk/clock.ts";
import type { SessionStore } from "../../sdk/contracts/connector.ts";
import type { ResourceId } from "../../sdk/contracts/model.ts";
import { Status, toBatonError } from "../../sdk/errors.ts";
import type { Access } from "../checks.ts";
import { type Api, endpoints, memberList, memberPasses, teamList } from "../client.ts";
import { organizationId } from "../converters.ts";
import { RequestedLists } from "../on-request/lists.ts";
import { requestedSettings } from "../on-request/settings.ts";
import type { Member, Organization, Self, Team } from "../schemas.ts";
import { LookUps } from "./look-ups.ts";
import { type MemberNote, MemberNotes, type TeamNote, teamCodec, teamNote } from "./notes.ts";
import { TeamPlaces } from "./places.ts";
import { RosterFacts } from "./signs.ts";

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
  readonly client: Api;
  readonly lookUps: LookUps;
  readonly notes = new MemberNotes();
  readonly facts = new RosterFacts(this.notes.slugs);
  /** By login: ids of members looked up one by one; undefined: there is none in the file. */
  readonly lookedUp = new Map<string, string | undefined>();
  /** With a narrow key, by address: who was shown with it first. Addresses that several people share are redacted ones. */
  readonly addresses = new Map<string, string>();
  /** Of them, those whose address turned out to be shared. */
  readonly sharing = new Set<string>();
  /** Whether teams say which groups of the identity provider fill them. */
  readonly tellsTeamSources: boolean;
  readonly #asked: Asked;
  readonly #orgSlug: string;
  readonly #memberSource: BegunSource<Member>;
  readonly #teamSource: BegunSource<Team>;
  #access: ReadAccess | undefined;
  #members: MovingList<Member, MemberNote> | undefined;
  #teams: MovingList<Team, TeamNote> | undefined;
  #search: ListSearch<Member> | undefined;
  #places: TeamPlaces | undefined;
  #requested: RequestedLists | undefined;

  constructor(asked: Asked, orgSlug: string) {
    const { client, clock, tellsTeamSources } = asked;
    const lookUps = new LookUps(client, orgSlug, clock);
    this.client = client;
    this.lookUps = lookUps;
    this.tellsTeamSources = tellsTeamSources;
    this.#asked = asked;
    this.#orgSlug = orgSlug;
    // The lists ask first whether so many may be looked up.
    const options = (signal: AbortSignal) => ({ signal, warn: () => {} });
    this.#memberSource = sourceOf(client, orgSlug, memberPasses, ({ name }, signal) => {
      return lookUps.member(name, options(signal));
    });
    this.#teamSource = sourceOf(client, orgSlug, new Map([["teams", teamList]]), ({ id }, signal) => {
      return lookUps.team(id, options(signal));
    });
  }

  /** The access is proved. */
  proved(access: ReadAccess): void {
    this.#access = access;
  }

  /** The organization that is read. */
  get organization(): Organization {
    return this.#proved.organization;
  }

  /** Whose key it is. */
  get caller(): Self {
    return this.#proved.caller;
  }

  /** The standing of the key's owner; undefined when it was not looked up. */
  get role(): Access["role"] | undefined {
    return this.#proved.role;
  }

  /** What is read only on request. */
  get requested(): RequestedLists {
    this.#requested ??= new RequestedLists(this);
    return this.#requested;
  }

  /** True when the sync reads resources of the type. */
  reads(type: string): boolean {
    return this.#asked.types.has(type);
  }

  /** Types that are read only on request, and are in this sync. */
  get requestedTypes(): readonly string[] {
    return Object.keys(requestedSettings).filter((type) => this.reads(type));
  }

  /** The time, milliseconds since the epoch. */
  nowMs(): number {
    return this.#asked.clock.nowMs();
  }

  /** True when the role of the key's owner is known to see everybody and everything. */
  get seesAll(): boolean {
    return this.role?.seesAll ?? false;
  }

  /** Asks for the first pages of every list at once: they will all be needed, and waiting costs most of a sync's time. */
  begin(signal: AbortSignal): void {
    this.#memberSource.begin(signal);
    this.#teamSource.begin(signal);
  }

  /** Who was read so far. */
  members(session: SessionStore): MovingList<Member, MemberNote> {
    this.#members ??= new MovingList<Member, MemberNote>({
      ...this.#shared(session),
      name: "members",
      passes: [...memberPasses.keys()],
      source: this.#memberSource,
      noteOf: (row, pass) => this.notes.of(row, pass),
      idOf: ({ user_id }) => user_id,
      passOf: ({ is_active }) => (is_active === false ? "inactive" : "active"),
      codec: this.notes,
      observer: this.facts,
    });
    return this.#members;
  }

  /** The teams read so far. */
  teams(session: SessionStore): MovingList<Team, TeamNote> {
    this.#teams ??= new MovingList<Team, TeamNote>({
      ...this.#shared(session),
      name: "teams",
      passes: ["teams"],
      source: this.#teamSource,
      noteOf: teamNote,
      idOf: ({ slug_perm }) => slug_perm,
      passOf: () => "teams",
      codec: teamCodec,
    });
    return this.#teams;
  }

  /** What members hold in teams. */
  places(session: SessionStore): TeamPlaces {
    this.#places ??= new TeamPlaces({ teams: this.teams(session).memory, notes: this.notes, lookUps: this.lookUps });
    return this.#places;
  }

  /** Finds single members, for targeted syncs: the API finds a member by slug only, and the slug can change. */
  search(signal: AbortSignal): ListSearch<Member> {
    const client = this.client;
    const slug = this.#orgSlug;
    this.#search ??= new ListSearch<Member>({
      passes: [...memberPasses.keys()],
      walk: (pass) => client.walk(memberList(pass === "active"), slug, { signal }),
      idOf: ({ user_id }) => user_id,
      nameOf: ({ user }) => user,
      find: async (login) => {
        try {
          return await client.record(endpoints.member, slug, login, { signal });
        } catch (caught) {
          if (toBatonError(caught).status === Status.notFound) return undefined;
          throw caught;
        }
      },
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
    const lists = [this.#memberSource, this.#teamSource, this.#members, this.#teams, this.#search, this.#requested];
    for (const list of lists) list?.stop();
  }

  get #proved(): ReadAccess {
    if (!this.#access) throw new TypeError("the access is not proved yet");
    return this.#access;
  }

  #shared(session: SessionStore) {
    return { session, mayLookUp: (count: number) => this.lookUps.mayMake(count), nowMs: () => this.nowMs() };
  }
}
