/**
 * What the members of an organization add up to, whose active and inactive ones are two passes of one list: how many say
 * what, and where a row says the opposite of the pass that shows it. Knows no product.
 */
import type { WarningSeverity } from "../../contracts/connector.ts";
import type { ListMemory, ListObserver } from "../list-memory.ts";
import type { Note, NumberedTexts } from "../notes.ts";
import { type MemberNote, statusMark } from "./member-notes.ts";

const noRows = {
  people: 0,
  /** Rows that say their status. */
  tellStatus: 0,
  /** Rows that do not say whether the person uses two-factor authentication. */
  lackTwoFactor: 0,
  /** Rows without an address that can be one. */
  lackAddress: 0,
  /** Memberships without a list of groups, and those with an empty one. */
  lackGroups: 0,
  inNoGroup: 0,
  /** Places in groups, and those of them of which it is not known what the member may do there. */
  places: 0,
  unclearPlaces: 0,
  /** In the list of inactive members, and said to be active; those of them that the list of active ones has, too. */
  activeAmongInactive: 0,
  activeAgain: 0,
  inactiveAmongActive: 0,
};

/** What the rows of one sweep add up to; the passes are `active` and `inactive`. */
export class RosterFacts implements ListObserver<MemberNote> {
  counts = { ...noRows };
  /** How many hold each role, by its slug; "" for unknown ones. */
  readonly roles = new Map<string, number>();
  readonly #slugs: NumberedTexts;
  /** The address that most have, if there is one: its hash, and how many more have it than do not, of those since the first. */
  #commonest = { email: 0, lead: 0 };
  /** By number of the slug: the login of somebody who was last seen in the group. */
  #lastSeen: string[] = [];

  /** `slugs` are those of groups, as the members' notes number them. */
  constructor(slugs: NumberedTexts) {
    this.#slugs = slugs;
  }

  begins(): void {
    this.counts = { ...noRows };
    this.roles.clear();
    this.#commonest = { email: 0, lead: 0 };
    this.#lastSeen = [];
  }

  note({ name, role, says, email, groups, unclear, tellsTwoFactor }: MemberNote, pass: string): void {
    const { counts, roles } = this;
    counts.people++;
    roles.set(role, (roles.get(role) ?? 0) + 1);
    if (says !== null) counts.tellStatus++;
    if (!tellsTwoFactor) counts.lackTwoFactor++;
    if (email === 0) counts.lackAddress++;
    else this.#countAddress(email);
    if (groups === null) counts.lackGroups++;
    else if (groups.length === 0) counts.inNoGroup++;
    if (pass === "inactive" && says === true) counts.activeAmongInactive++;
    if (pass === "active" && says === false) counts.inactiveAmongActive++;
    counts.unclearPlaces += unclear;
    for (const group of groups ?? []) {
      counts.places++;
      this.#lastSeen[group] = name;
    }
  }

  again(mark: number, pass: string): void {
    if (pass !== "active") return;
    if (mark === statusMark.active) this.counts.activeAgain++;
    if (mark === statusMark.inactive) this.counts.inactiveAmongActive++;
  }

  /** Findings by share: what holds for most is no small matter of each. */
  findings(memory: ListMemory<MemberNote>): readonly RosterFinding[] {
    const { counts, roles, contradicted } = this;
    const { people, lackTwoFactor, unclearPlaces, places, tellStatus } = counts;
    const found: RosterFinding[] = [];
    const withoutRole = roles.get("") ?? 0;
    if (withoutRole * 2 > people) found.push({ kind: "ROLES-UNKNOWN", about: { withoutRole, people } });
    if (unclearPlaces * 2 > places) found.push({ kind: "TEAM-ROLES-UNKNOWN", about: { unclearPlaces, places } });
    if (this.#commonest.lead > 2 && this.#commonest.lead * 2 > people) found.push({ kind: "EMAIL-SHARED", about: {} });
    const share = (kind: RosterFinding["kind"], name: string, count: number, isMost: boolean): void => {
      if (count > 0) found.push({ kind, about: { [name]: count, people }, count, isMost });
    };
    share("TWO-FACTOR-UNKNOWN", "lackTwoFactor", lackTwoFactor, lackTwoFactor * 2 > people);
    if (tellStatus === 0) found.push({ kind: "STATUS-UNPROVEN", about: {} });
    else {
      const unknown = this.unknownIds(memory).length;
      share("STATUS-UNKNOWN", "unknown", unknown, unknown * 2 > memory.size);
    }
    const { ofInactive, ofActive } = this.contradictions;
    const [inactive = 0, active = 0] = [0, 1].map((pass) => memory.tallyOf(memory.lastSweep, pass)?.distinct);
    share("STATUS-CONTRADICTED", "contradicted", contradicted, ofInactive * 2 > inactive || ofActive * 2 > active);
    return found;
  }

  /** A majority vote: whatever the order, who is ahead by more than half at the end is the choice of most. */
  #countAddress(email: number): void {
    const common = this.#commonest;
    if (common.lead === 0) common.email = email;
    common.lead += common.email === email ? 1 : -1;
  }

  /** How many people of each pass their rows contradict; what the list of active ones shows again is no contradiction. */
  get contradictions(): { readonly ofInactive: number; readonly ofActive: number } {
    const { activeAmongInactive, activeAgain, inactiveAmongActive } = this.counts;
    return { ofInactive: Math.max(0, activeAmongInactive - activeAgain), ofActive: inactiveAmongActive };
  }

  /** How many people the list in which they stand contradicts. */
  get contradicted(): number {
    const { ofInactive, ofActive } = this.contradictions;
    return ofInactive + ofActive;
  }

  /** Their ids. */
  contradictedIds(memory: ListMemory<MemberNote>): readonly string[] {
    if (this.contradicted === 0) return [];
    return memory.idsWhere((mark, pass) => mark === (pass === "active" ? statusMark.inactive : statusMark.active));
  }

  /** Those of whom neither the row nor the list that shows it last tells whether they are active. */
  unknownIds(memory: ListMemory<MemberNote>): readonly string[] {
    return memory.idsWhere((mark, pass) => mark === statusMark.unknown && pass !== "active");
  }

  /**
   * Ids of those who have to be asked for by themselves: shown in two states, or among `others`; of those whom their list
   * contradicts only if so many may be asked.
   */
  unsettledIds(
    memory: ListMemory<MemberNote>,
    { others, mayAsk }: { readonly others: Iterable<string>; readonly mayAsk: (count: number) => boolean },
  ): readonly string[] {
    const doubtful = this.contradictedIds(memory);
    const ids = new Set([...memory.differing(memory.lastSweep), ...others]);
    if (mayAsk(ids.size + doubtful.length)) for (const id of doubtful) ids.add(id);
    return [...ids].filter((id) => memory.has(id));
  }

  /** Asks for each by itself, and puts those who are there yet. */
  async settle<Row extends object>(
    ids: readonly string[],
    memory: ListMemory<MemberNote>,
    { find, noteOf, put }: Settling<Row>,
  ): Promise<void> {
    const doubtful = new Set(this.contradictedIds(memory));
    for (const id of ids) {
      const known = memory.noteOf(id);
      const row: Row | undefined = known?.name ? await find(known.name) : undefined;
      const note = row && noteOf(row);
      if (!known || !row || note?.id !== id) continue;
      // A list and its rows that contradict each other are believed when the member itself says what the list does.
      const isBelieved = !doubtful.has(id) || note.says !== known.says;
      await put(row, { ...note, active: isBelieved ? (note.says ?? known.active) : null });
    }
  }

  /** True when a membership came without its groups, or nobody is in one: then the groups have to be asked. */
  get mustAskGroups(): boolean {
    const { people, lackGroups, inNoGroup } = this.counts;
    return lackGroups > 0 || (people > 0 && inNoGroup === people);
  }

  /** True when most are in no group and not all: whether that is so can be seen from a group. */
  get mostInNoGroup(): boolean {
    return this.counts.inNoGroup * 2 > this.counts.people && !this.mustAskGroups;
  }

  /**
   * Whether a group lists somebody whose membership lacks it, also when asked again. Where most memberships say that their
   * members are in no group, one group is asked, of those that none names if there is one.
   */
  async isContradicted({ groups, memory, shownBy, groupsNow }: GroupLists): Promise<boolean> {
    const named = new Set(this.groups().map(([slug]) => slug.toLowerCase()));
    const group = groups.find((each) => !named.has(each.toLowerCase())) ?? groups[0];
    if (!this.mostInNoGroup || group === undefined) return false;
    const isGroup = (slug: string): boolean => slug.toLowerCase() === group.toLowerCase();
    const lacking = (await shownBy(group))?.find((login) => {
      const note = memory.noteOf(memory.idOf(login) ?? "");
      return note && !note.groups?.some((number) => isGroup(this.#slugs.at(number)));
    });
    const now = lacking === undefined ? undefined : await groupsNow(lacking);
    return now !== undefined && !now.some(isGroup);
  }

  /** Those that the list of groups does not show. */
  groupsOutside(groups: ListMemory<Note>): readonly (readonly [slug: string, login: string])[] {
    return this.groups().filter(([slug]) => groups.idOf(slug) === undefined);
  }

  /** Slugs of all groups on the memberships, each with the login of somebody who was last seen in it. */
  groups(): readonly (readonly [slug: string, login: string])[] {
    return this.#lastSeen.flatMap((login, group) => [[this.#slugs.at(group), login] as const]);
  }
}

/** How members are asked for by themselves. */
export interface Settling<Row extends object> {
  /** By login; undefined when there is none any more. */
  readonly find: (login: string) => Promise<Row | undefined>;
  /** The note of a row that no pass vouches for. */
  readonly noteOf: (row: Row) => MemberNote;
  readonly put: (row: Row, note: MemberNote) => Promise<void>;
}

/** What a roster shows and should not; with how many share it, where that decides what it means. */
export interface RosterFinding {
  /** The end of the code of the connector's sign for it. */
  readonly kind:
    | "ROLES-UNKNOWN"
    | "TEAM-ROLES-UNKNOWN"
    | "TWO-FACTOR-UNKNOWN"
    /** Most people have the same address. */
    | "EMAIL-SHARED"
    | "STATUS-UNPROVEN"
    | "STATUS-UNKNOWN"
    | "STATUS-CONTRADICTED"
    /** Groups that the list did not show were found by name. */
    | "TEAM-BY-NAME"
    /** A group is named that this key cannot see. */
    | "TEAM-UNLISTED"
    /** A group turned up after the groups were read. */
    | "TEAM-LATE"
    /** A member's groups changed while they were read. */
    | "MEMBERSHIP-MOVED"
    /** The key's owner is a member, and the list does not show them, or otherwise; or sees less by now. */
    | "KEY-OWNER-UNLISTED"
    | "KEY-OWNER-DIFFERS"
    | "KEY-OWNER-NARROWED";
  readonly about: Readonly<Record<string, string | number>>;
  readonly count?: number;
  readonly isMost?: boolean;
  /** Where it is another than that of the code. */
  readonly severity?: WarningSeverity;
}

/** What groups' own lists are held against. */
export interface GroupLists {
  /** Slugs of groups. */
  readonly groups: readonly string[];
  readonly memory: ListMemory<MemberNote>;
  /** Logins of the people whom a group lists; undefined when it does not say. */
  readonly shownBy: (slug: string) => Promise<readonly string[] | undefined>;
  /** Slugs of the groups on a membership as it is now; undefined when it is over. */
  readonly groupsNow: (login: string) => Promise<readonly string[] | undefined>;
}

/**
 * Texts that should be somebody's own, such as addresses: with a key that sees less than all, one that several rows have
 * is what stands in place of them.
 */
export class SharedTexts {
  readonly #first = new Map<string, string>();
  /** Ids of those who had a text first that others turned out to have as well. */
  readonly sharing = new Set<string>();

  /** False when somebody else has it, too, as far as is known by now. */
  isOwn(id: string, text: string): boolean {
    const first = this.#first.get(text) ?? id;
    this.#first.set(text, first);
    if (first !== id) this.sharing.add(first);
    return first === id && !this.sharing.has(id);
  }
}
