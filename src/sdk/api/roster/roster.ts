/**
 * The members of a root such as an organization, and their groups, in one sync: both lists, what is kept of their rows, and
 * what members hold. One walk over the members tells users, roles and memberships of one moment. Knows no product.
 */
import type { ListOptions, SessionStore } from "../../contracts/connector.ts";
import type { Note } from "../notes.ts";
import { ResourceList, type ResourceListOptions } from "../resource-list.ts";
import { GroupPlaces, type GroupPlacesOptions } from "./group-places.ts";
import { MemberIds } from "./member-ids.ts";
import { type MemberFields, type MemberNote, MemberNotes, type PlaceReader } from "./member-notes.ts";
import { RosterFacts, SharedTexts } from "./roster-facts.ts";

/** How a roster is read. */
export interface RosterOptions<Row, Place, Group>
  extends Pick<GroupPlacesOptions<Group>, "refsOf" | "findGroup" | "tell">,
    Pick<ResourceListOptions<Row, MemberNote>, "mayLookUp" | "nowMs" | "parent"> {
  /** Its passes are `active` and `inactive`. */
  readonly members: Pick<ResourceListOptions<Row, MemberNote>, "name" | "source" | "words" | "idOf" | "passOf">;
  readonly groups: Pick<ResourceListOptions<Group, Note>, "name" | "source" | "words" | "idOf" | "noteOf">;
  /** What a row of a pass tells of its member; "" is the pass of a row that was found by itself. */
  readonly fieldsOf: (row: Row, pass: string) => MemberFields<Place>;
  readonly place: PlaceReader<Place>;
  /** One member by login; undefined when there is none, or it cannot be asked for. */
  readonly findMember: (login: string, options: ListOptions) => Promise<Row | undefined>;
}

/** The roster of one sync. */
export class Roster<Row, Place, Group> {
  readonly members: ResourceList<Row, MemberNote>;
  readonly groups: ResourceList<Group>;
  readonly memberIds: MemberIds;
  /** With a key that sees less than all. Addresses that several people share are redacted ones. */
  readonly addresses = new SharedTexts();
  readonly #options: RosterOptions<Row, Place, Group>;
  readonly #notes: MemberNotes<Place>;
  readonly #facts: RosterFacts;
  #places: GroupPlaces<Group> | undefined;

  /** Sends nothing yet. */
  constructor(options: RosterOptions<Row, Place, Group>) {
    const { members, groups, place, findMember, mayLookUp, nowMs, parent } = options;
    const shared = { nowMs, ...(mayLookUp && { mayLookUp }), ...(parent && { parent }) };
    this.#options = options;
    this.#notes = new MemberNotes<Place>(place);
    this.#facts = new RosterFacts(this.#notes.slugs);
    this.members = new ResourceList<Row, MemberNote>({
      ...shared,
      ...members,
      noteOf: (row, pass) => this.noteOf(row, pass),
      codec: this.#notes,
      observer: this.#facts,
    });
    this.groups = new ResourceList<Group>({ ...shared, ...groups });
    this.memberIds = new MemberIds(async (login, asked) => {
      const row = await findMember(login, asked);
      return row && members.idOf(row);
    });
  }

  /** Asks for the first pages of both lists at once: they will all be needed, and waiting costs most of a sync's time. */
  begin(signal: AbortSignal): void {
    this.members.begin(signal);
    this.groups.begin(signal);
  }

  /** The note of a checked member. */
  noteOf(row: Row, pass: string): MemberNote {
    return this.#notes.of(this.#options.fieldsOf(row, pass));
  }

  /** What the members add up to that were read, by a run before as well. */
  factsOf(session: SessionStore): RosterFacts {
    this.members.memory(session);
    return this.#facts;
  }

  /** What members hold in groups. */
  places(session: SessionStore): GroupPlaces<Group> {
    const { groups, refsOf, findGroup, findMember, tell } = this.#options;
    this.#places ??= new GroupPlaces<Group>({
      groups: this.groups.memory(session),
      slugs: this.#notes.slugs,
      noteOf: (group) => groups.noteOf(group, ""),
      refsOf,
      findGroup,
      findMember: async (login, asked) => {
        const row = await findMember(login, asked);
        return row && this.noteOf(row, "active");
      },
      tell,
    });
    return this.#places;
  }

  /** Stops what is still on its way. */
  stop(): void {
    this.members.stop();
    this.groups.stop();
  }
}
