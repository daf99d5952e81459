/**
 * What members hold in groups. Memberships name groups by slug; a slug that no listed group has is looked into: the group
 * is hidden from this key, or it was renamed or deleted while the sync went on, and then the membership as it is now
 * counts. Knows no product.
 */
import type { ListOptions } from "../../contracts/connector.ts";
import type { EntitlementRef, Grant, ResourceId } from "../../contracts/model.ts";
import { newGrant } from "../../resources/ids.ts";
import type { ListMemory } from "../list-memory.ts";
import type { Note, NumberedTexts } from "../notes.ts";
import type { MemberNote } from "./member-notes.ts";
import type { RosterFinding } from "./roster-facts.ts";

/** The two entitlements of a group: its grants share them. */
export interface GroupRefs {
  readonly member: EntitlementRef;
  readonly manager: EntitlementRef;
}

/** What grants are made of. */
export interface Holding {
  readonly principalOf: (memberId: string) => ResourceId;
  readonly roleOf: (slug: string) => EntitlementRef;
}

/** Where places are found. */
export interface GroupPlacesOptions<Group> {
  readonly groups: ListMemory<Note>;
  /** Slugs of groups by number, as members' notes have them. */
  readonly slugs: NumberedTexts;
  readonly noteOf: (group: Group) => Note;
  readonly refsOf: (groupId: string) => GroupRefs;
  /** One group by slug; undefined when there is none, or this key cannot see it. */
  readonly findGroup: (slug: string, options: ListOptions) => Promise<Group | undefined>;
  /** A membership as it is now, by login; undefined when it is over or cannot be asked for. */
  readonly findMember: (login: string, options: ListOptions) => Promise<MemberNote | undefined>;
  readonly tell: (finding: RosterFinding, options: ListOptions) => void;
}

/** Finds what members hold, one member at a time, when members and groups are read. */
export class GroupPlaces<Group> {
  readonly #options: GroupPlacesOptions<Group>;
  /** By id, and by number of the slug. */
  readonly #refs = new Map<string, GroupRefs>();
  readonly #refsBySlug: GroupRefs[] = [];
  /** By slug: the id of a group asked for by name; undefined: this key cannot see such a group. */
  readonly #asked = new Map<string, string | undefined>();
  /** Slugs that memberships name, also when asked again, and that this key cannot see. */
  readonly #hidden = new Set<string>();
  #isRead: boolean | undefined;

  constructor(options: GroupPlacesOptions<Group>) {
    this.#options = options;
  }

  /** What members hold: each one's role, and what they hold in groups. */
  async grantsOf(
    notes: readonly MemberNote[],
    { principalOf, roleOf }: Holding,
    options: ListOptions,
  ): Promise<Grant[]> {
    const roles = new Map<string, EntitlementRef>();
    const grants: Grant[] = [];
    for (const note of notes) {
      const principal = principalOf(note.id);
      if (note.role !== "") {
        // Grants of one entitlement share it.
        const role = roles.get(note.role) ?? roleOf(note.role);
        roles.set(note.role, role);
        grants.push(newGrant(role, principal));
      }
      const held = this.of(note, options);
      // Nearly always there is nothing to wait for, and a hundred thousand waits would add up.
      for (const entitlement of held instanceof Promise ? await held : held) {
        grants.push(newGrant(entitlement, principal));
      }
    }
    return grants;
  }

  /** The entitlements of groups in the file that the member holds; an array when nothing has to be asked. */
  of(note: MemberNote, options: ListOptions): readonly EntitlementRef[] | Promise<readonly EntitlementRef[]> {
    // Groups may be no part of the sync.
    this.#isRead ??= this.#options.groups.endedAtMs !== undefined;
    if (!note.groups || !this.#isRead) return [];
    const isKnown = note.groups.every((group) => this.#refsOf(group) !== undefined);
    return isKnown ? this.#held(note) : this.#lookInto(note, options);
  }

  /**
   * Groups that memberships name and the list did not show, as far as they are found; each slug comes with the login of
   * a member. One that is not found by its slug is looked for under those that the membership names by now, because it
   * may have been renamed.
   */
  async findUnlisted(
    unlisted: readonly (readonly [slug: string, login: string])[],
    options: ListOptions,
  ): Promise<readonly Group[]> {
    const { groups, findGroup, noteOf } = this.#options;
    const found = new Map<string, Group>();
    const isThere = new Map<string, boolean>();
    const find = async (slug: string): Promise<boolean> => {
      const known = isThere.get(slug);
      if (known !== undefined) return known;
      const group = await findGroup(slug, options);
      const { id = "" } = group ? noteOf(group) : {};
      if (group && id !== "" && !groups.has(id)) found.set(id, group);
      isThere.set(slug, group !== undefined);
      return group !== undefined;
    };
    const namedBy = new Map<string, ReadonlySet<string>>();
    for (const [slug, login] of unlisted) {
      if ((await find(slug)) || login === "") continue;
      const named = namedBy.get(login) ?? (await this.#slugsNow(login, options));
      namedBy.set(login, named);
      if (named.has(slug)) this.#hidden.add(slug);
      else for (const other of named) if (groups.idOf(other) === undefined) await find(other);
    }
    if (found.size > 0) {
      this.#options.tell({ kind: "TEAM-BY-NAME", about: {}, count: found.size }, options);
      groups.correct([...found.values()].map(noteOf));
    }
    return [...found.values()];
  }

  /** Slugs of the groups on a membership as it is now. */
  async #slugsNow(login: string, options: ListOptions): Promise<ReadonlySet<string>> {
    return this.#slugsOf(await this.#options.findMember(login, options));
  }

  #slugsOf(note: MemberNote | undefined): ReadonlySet<string> {
    return new Set(note?.groups?.map((group) => this.#options.slugs.at(group)));
  }

  /** What the member holds of the groups that are known. */
  #held({ groups, manages }: MemberNote): readonly EntitlementRef[] {
    const held: EntitlementRef[] = [];
    for (const group of groups ?? []) {
      const refs = this.#refsOf(group);
      if (!refs) continue;
      held.push(refs.member);
      if (manages.includes(group)) held.push(refs.manager);
    }
    // Two slugs may lead to one group, in another case or after a rename.
    return this.#asked.size === 0 ? held : [...new Set(held)];
  }

  #refsOf(group: number): GroupRefs | undefined {
    const known = this.#refsBySlug[group];
    if (known) return known;
    const slug = this.#options.slugs.at(group);
    const id = this.#options.groups.idOf(slug) ?? this.#asked.get(slug);
    if (id === undefined) return undefined;
    const refs = this.#refs.get(id) ?? this.#options.refsOf(id);
    this.#refs.set(id, refs);
    this.#refsBySlug[group] = refs;
    return refs;
  }

  async #lookInto(note: MemberNote, options: ListOptions): Promise<readonly EntitlementRef[]> {
    const { tell } = this.#options;
    const missing = await this.#missing(note, options);
    if (missing.every((slug) => this.#hidden.has(slug))) {
      for (const team of missing) tell({ kind: "TEAM-UNLISTED", about: { team } }, options);
      return this.#held(note);
    }
    const moved = { kind: "MEMBERSHIP-MOVED", about: { member: note.id } } as const;
    const current = await this.#lookUp(note, options);
    if (current === undefined) {
      tell(moved, options);
      return this.#held(note);
    }
    const named = current.groups && this.#slugsOf(current);
    for (const slug of missing) if (!named || named.has(slug)) this.#hidden.add(slug);
    if (missing.some((slug) => !this.#hidden.has(slug))) tell(moved, options);
    for (const team of await this.#missing(current, options)) {
      if (this.#hidden.has(team)) tell({ kind: "TEAM-UNLISTED", about: { team } }, options);
    }
    return this.#held(current);
  }

  /** Slugs without a group in the file, each asked for by name once. */
  async #missing({ groups }: MemberNote, options: ListOptions): Promise<readonly string[]> {
    const missing: string[] = [];
    for (const group of groups ?? []) {
      if (this.#refsOf(group)) continue;
      const slug = this.#options.slugs.at(group);
      if (!this.#asked.has(slug) && !this.#hidden.has(slug)) this.#asked.set(slug, await this.#ask(slug, options));
      if (this.#asked.get(slug) === undefined) missing.push(slug);
    }
    return missing;
  }

  async #ask(slug: string, options: ListOptions): Promise<string | undefined> {
    const { groups, findGroup, noteOf, tell } = this.#options;
    const group = await findGroup(slug, options);
    if (!group) return undefined;
    const { id } = noteOf(group);
    if (groups.has(id)) return id;
    tell({ kind: "TEAM-LATE", about: { team: slug } }, options);
    return undefined;
  }

  /** The membership as it is now; undefined when it is over, another's, or cannot be asked for. */
  async #lookUp(note: MemberNote, options: ListOptions): Promise<MemberNote | undefined> {
    if (note.name === "") return note;
    const now = await this.#options.findMember(note.name, options);
    return now?.id === note.id ? now : undefined;
  }
}
