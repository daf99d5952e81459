/**
 * One reading of the organization: its lists, shared by the syncers, and what was found so far. Begins anew with every
 * sync and holds nothing that a resumed run could not find again.
 */
import { BegunSource } from "../../sdk/api/begun-source.ts";
import { ListSearch } from "../../sdk/api/list-search.ts";
import { MovingList } from "../../sdk/api/moving-list.ts";
import type { Clock } from "../../sdk/clock.ts";
import type { SessionStore } from "../../sdk/contracts/connector.ts";
import type { ResourceId } from "../../sdk/contracts/model.ts";
import { Status, toBatonError } from "../../sdk/errors.ts";
import type { Access } from "../checks.ts";
import { type Api, endpoints, memberList, teamList } from "../client.ts";
import { organizationId } from "../converters.ts";
import { RequestedLists } from "../on-request/lists.ts";
import { requestedSettings } from "../on-request/settings.ts";
import type { Member, Organization, Self, Team } from "../schemas.ts";
import { LookUps } from "./look-ups.ts";
import { type MemberNote, MemberNotes, passes, type TeamNote, teamCodec, teamNote } from "./notes.ts";
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

/** Where members and teams of one organization come from; usable before the access to it is proved. */
export class Sources {
  readonly lookUps: LookUps;
  readonly members: BegunSource<Member>;
  readonly teams: BegunSource<Team>;

  constructor({ client, clock }: Pick<Asked, "client" | "clock">, orgSlug: string) {
    const lookUps = new LookUps(client, orgSlug, clock);
    // The lists ask first whether so many may be looked up.
    const warn = (): void => {};
    this.lookUps = lookUps;
    this.members = new BegunSource({
      passes,
      pages: client,
      walk: (pass, question, signal) => client.walk(listOf(pass), orgSlug, { question, signal }),
      opening: (pass, question, signal) => client.page(listOf(pass), orgSlug, { page: 1, question, signal }),
      find: ({ name }, signal) => lookUps.member(name, { signal, warn }),
    });
    this.teams = new BegunSource({
      passes: ["teams"],
      pages: client,
      walk: (_pass, question, signal) => client.walk(teamList, orgSlug, { question, signal }),
      opening: (_pass, question, signal) => client.page(teamList, orgSlug, { page: 1, question, signal }),
      find: ({ id }, signal) => lookUps.team(id, { signal, warn }),
    });
  }

  /** Asks for the first pages of every list at once: they will all be needed, and waiting costs most of a sync's time. */
  begin(signal: AbortSignal): void {
    this.members.begin(signal);
    this.teams.begin(signal);
  }

  /** Stops what was begun and not taken. */
  stop(): void {
    this.members.stop();
    this.teams.stop();
  }
}

function listOf(pass: string): ReturnType<typeof memberList> {
  return memberList(pass === "active");
}

/** State of one sync. */
export class OrganizationReading {
  readonly client: Api;
  readonly organization: Organization;
  readonly caller: Self;
  /** The standing of the key's owner; undefined when it was not looked up. */
  readonly role: Access["role"] | undefined;
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
  readonly #asked: Asked;
  readonly #sources: Sources;
  #members: MovingList<Member, MemberNote> | undefined;
  #teams: MovingList<Team, TeamNote> | undefined;
  #search: ListSearch<Member> | undefined;
  #places: TeamPlaces | undefined;

  constructor(
    asked: Asked,
    { organization, caller, role }: Omit<Access, "role"> & Partial<Access>,
    sources = new Sources(asked, organization.slug),
  ) {
    this.client = asked.client;
    this.organization = organization;
    this.caller = caller;
    this.role = role;
    this.lookUps = sources.lookUps;
    this.#asked = asked;
    this.#sources = sources;
    this.requested = new RequestedLists(this);
  }

  /** True when the sync reads resources of the type. */
  reads(type: string): boolean {
    return this.#asked.types.has(type);
  }

  /** Types that are read only on request, and are in this sync. */
  get requestedTypes(): readonly string[] {
    return Object.keys(requestedSettings).filter((type) => this.reads(type));
  }

  /** Whether teams say which groups of the identity provider fill them. */
  get tellsTeamSources(): boolean {
    return this.#asked.tellsTeamSources;
  }

  /** The time, milliseconds since the epoch. */
  nowMs(): number {
    return this.#asked.clock.nowMs();
  }

  /** True when the role of the key's owner is known to see everybody and everything. */
  get seesAll(): boolean {
    return this.role?.seesAll ?? false;
  }

  /** Asks for the first pages of every list, unless that was done before. */
  begin(signal: AbortSignal): void {
    this.#sources.begin(signal);
  }

  /** Who was read so far. */
  members(session: SessionStore): MovingList<Member, MemberNote> {
    this.#members ??= new MovingList<Member, MemberNote>({
      ...this.#shared(session),
      name: "members",
      passes,
      source: this.#sources.members,
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
      source: this.#sources.teams,
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
    const { client } = this;
    const { slug } = this.organization;
    this.#search ??= new ListSearch<Member>({
      passes,
      walk: (pass) => client.walk(listOf(pass), slug, { signal }),
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
    for (const one of [this.#sources, this.#members, this.#teams, this.#search, this.requested]) one?.stop();
  }

  #shared(session: SessionStore) {
    return { session, mayLookUp: (count: number) => this.lookUps.mayMake(count), nowMs: () => this.nowMs() };
  }
}
