/**
 * Who has been read so far in this sync. The member list is read in two passes and may move while it is read, so a
 * person can turn up twice: the newest state counts, and nobody is kept twice.
 */
import type { SessionStore } from "../../sdk/contracts/connector.ts";
import { roundOf } from "./list-position.ts";
import { loadMemberPage, type MemberRecord, memberPageKeys, storeMemberPage } from "./member-pages.ts";

/** What a row is compared with the one read before. */
export type Admission = "new" | "same" | "changed";

interface Entry {
  fingerprint: number;
  active: boolean | undefined;
  /** The round in which the person was last seen. */
  round: string;
}

interface SeenTeam {
  /** Of its slug. */
  readonly hash: number;
  /** Slug of somebody who was last seen in it. */
  userSlug: string;
}

const supersededPrefix = "superseded/";

/** The roster of one sync; loads itself from the session, so that a resumed run knows what was read before. */
export class Roster {
  readonly #session: SessionStore;
  /** By slug: all teams on the memberships. */
  readonly #teams = new Map<string, SeenTeam>();
  #lacksTeams = false;
  #tellsStatus: boolean = false;
  #userIdBySlug: Map<string, string> | undefined;
  readonly #entries = new Map<string, Entry>();
  /** By user id: the page whose record replaces those of earlier pages. */
  readonly #newestPage = new Map<string, string>();
  /** By round: how many different people it has shown. */
  readonly #seenInRound = new Map<string, number>();

  constructor(session: SessionStore) {
    this.#session = session;
    for (const key of memberPageKeys(session)) {
      const round = roundOf(key);
      for (const record of loadMemberPage(session, key)) this.admit(record, round);
    }
    for (const key of session.keys(supersededPrefix)) {
      const page = key.slice(supersededPrefix.length);
      for (const userId of textOf(session.get(key)).split("\n")) this.#newestPage.set(userId, page);
    }
  }

  /** Compares a row with what is known, and remembers it as seen in `round`. */
  admit(record: MemberRecord, round: string): Admission {
    const fingerprint = this.#fingerprintOf(record);
    if (!record.hasTeams) this.#lacksTeams = true;
    if (round.endsWith("/0") && record.active !== undefined) this.#tellsStatus = true;
    const entry = this.#entries.get(record.userId);
    if (!entry || entry.round !== round) this.#seenInRound.set(round, this.seenIn(round) + 1);
    if (!entry) {
      this.#entries.set(record.userId, { fingerprint, active: record.active, round });
      return "new";
    }
    entry.round = round;
    entry.active = record.active;
    if (entry.fingerprint === fingerprint) return "same";
    entry.fingerprint = fingerprint;
    return "changed";
  }

  /**
   * A 32-bit hash over all that a grant, a status or finding the person again depends on. On the way the teams are
   * remembered: looking each one up is what takes the time.
   */
  #fingerprintOf(record: MemberRecord): number {
    const { userSlug, roleSlug, active, teams, managedTeams } = record;
    let hash = mixText(mixText(hashStart, userSlug), roleSlug);
    hash = mix(hash, active === undefined ? 2 : Number(active));
    for (const slug of teams) {
      const team = this.#seen(slug);
      team.userSlug = userSlug;
      hash = mix(hash, team.hash);
    }
    hash = mix(hash, teams.length);
    for (const slug of managedTeams) hash = mix(hash, this.#seen(slug).hash);
    return hash;
  }

  #seen(slug: string): SeenTeam {
    let team = this.#teams.get(slug);
    if (!team) {
      team = { hash: mixText(hashStart, slug), userSlug: "" };
      this.#teams.set(slug, team);
    }
    return team;
  }

  /** Slugs of all teams on the memberships, each with the slug of somebody who was last seen in it. */
  teams(): [teamSlug: string, userSlug: string][] {
    return Array.from(this.#teams, ([slug, { userSlug }]) => [slug, userSlug]);
  }

  /** True when nobody was read. */
  get isEmpty(): boolean {
    return this.#entries.size === 0;
  }

  /** True when a person of this id was read. */
  has(userId: string): boolean {
    return this.#entries.has(userId);
  }

  /** True when the round has shown the person already. */
  sawIn(round: string, userId: string): boolean {
    return this.#entries.get(userId)?.round === round;
  }

  /** True when the sweep has shown the person as inactive: shown as active now, somebody changed in between. */
  wasInactive(userId: string, sweep: number): boolean {
    const entry = this.#entries.get(userId);
    return entry?.active === false && entry.round === `${sweep}/0`;
  }

  /**
   * True when nothing proves that the list tells active from inactive members: no row says it, and asked for either it
   * shows the same people.
   */
  isStatusUnproven(sweep: number): boolean {
    const everybody = this.#entries.size;
    const showsAll = [0, 1].every((part) => this.seenIn(`${sweep}/${part}`) === everybody);
    return !this.#tellsStatus && everybody > 0 && showsAll;
  }

  /** True when a membership came without its list of teams: the teams have to be asked. */
  get lacksTeams(): boolean {
    return this.#lacksTeams;
  }

  /** The id behind a user's slug; undefined for somebody whom the member list did not show. */
  userIdOf(userSlug: string): string | undefined {
    this.#userIdBySlug ??= this.#indexBySlug();
    return this.#userIdBySlug.get(userSlug);
  }

  #indexBySlug(): Map<string, string> {
    const index = new Map<string, string>();
    for (const key of memberPageKeys(this.#session)) {
      for (const { userSlug, userId } of loadMemberPage(this.#session, key)) index.set(userSlug, userId);
    }
    return index;
  }

  /** How many different people the round has shown. */
  seenIn(round: string): number {
    return this.#seenInRound.get(round) ?? 0;
  }

  /** Keeps a page's new and changed records; `changed` replace what earlier pages say of the same people. */
  store(pageKey: string, records: readonly MemberRecord[], changed: readonly string[]): void {
    storeMemberPage(this.#session, pageKey, records);
    if (changed.length === 0) return;
    for (const userId of changed) this.#newestPage.set(userId, pageKey);
    this.#session.set(supersededPrefix + pageKey, Buffer.from(changed.join("\n"), "utf8"));
  }

  /** True when a later page replaced what `pageKey` says of the person. */
  isSuperseded(userId: string, pageKey: string): boolean {
    const newest = this.#newestPage.get(userId);
    return newest !== undefined && newest !== pageKey;
  }
}

function textOf(bytes: Uint8Array | undefined): string {
  return bytes ? Buffer.from(bytes).toString("utf8") : "";
}

/** FNV-1a, 32 bits: where it begins. */
const hashStart = 0x811c9dc5;

function mix(hash: number, value: number): number {
  return Math.imul(hash ^ value, 0x01000193);
}

/** Adds a text and its end, so that two texts are not the same as one. */
function mixText(start: number, text: string): number {
  let hash = start;
  for (let i = 0; i < text.length; i++) hash = mix(hash, text.charCodeAt(i));
  return mix(hash, text.length);
}
