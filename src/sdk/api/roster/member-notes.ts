/**
 * What the grants need of each member of an organization, kept in the sync's session, so that one walk over the members
 * gives users, roles and memberships in groups of one moment. Compact: a page of 500 members takes some 30 kB. Knows no
 * product.
 */
import { distinct, usableEmail } from "../../resources/profile.ts";
import { hashOf, type Note, type NoteCodec, NumberedTexts, type PackedTexts } from "../notes.ts";

/** A member as far as grants go; `name` is the login, by which lists of groups name people. */
export interface MemberNote extends Note {
  /** Entitlement slug of the role in the organization; "" when the role is unknown. */
  readonly role: string;
  /** Null when neither the row nor its list tells. */
  readonly active: boolean | null;
  /** What the row itself says of it; null when nothing. */
  readonly says: boolean | null;
  /** Hash of the address in its usual form, 0 for none. */
  readonly email: number;
  /** The groups on the membership, each once, by number of the slug; null when it does not carry them. */
  readonly groups: readonly number[] | null;
  /** Those that the member manages. */
  readonly manages: readonly number[];
  /** How many places in groups have a role that is not known. */
  readonly unclear: number;
  /** Whether the row tells if the member uses two-factor authentication. */
  readonly tellsTwoFactor: boolean;
}

/** A member as its row tells it; a `Place` is a group on a membership. */
export interface MemberFields<Place>
  extends Pick<MemberNote, "id" | "name" | "role" | "active" | "says" | "tellsTwoFactor"> {
  readonly email: string | undefined;
  /** Undefined when the row does not carry them. */
  readonly places: readonly Place[] | undefined;
}

/** What is read of a group on a membership. */
export interface PlaceReader<Place> {
  /** The name by which the API knows the group. */
  readonly slugOf: (place: Place) => string;
  readonly isManager: (place: Place) => boolean;
  /** False where it is not known whether the member manages the group. */
  readonly isClear: (place: Place) => boolean;
}

/** What a row says of its status, as it is kept in memory. */
export const statusMark = { unknown: 0, active: 1, inactive: 2 } as const;

/** id, name, role, active, says, email, groups, managed ones, unclear places, whether two-factor use is told. */
type PackedMember = readonly [
  ...(readonly [string, string, string, boolean | null, boolean | null, number]),
  ...(readonly [readonly number[] | null, readonly number[], number, boolean]),
];

/** A stored page. Slugs of groups that no page before had stand with it. */
interface PackedMembers {
  readonly slugs: PackedTexts;
  readonly rows: readonly PackedMember[];
}

/** Makes, compares and writes the notes of one reading. */
export class MemberNotes<Place> implements NoteCodec<MemberNote> {
  /** Slugs of groups by number. */
  readonly slugs = new NumberedTexts();
  readonly #reader: PlaceReader<Place>;

  constructor(reader: PlaceReader<Place>) {
    this.#reader = reader;
  }

  /** The note of a member. */
  of({ id, name, role, active, says, email, places, tellsTwoFactor }: MemberFields<Place>): MemberNote {
    const { slugOf, isManager, isClear } = this.#reader;
    const address = usableEmail(email);
    const hash = address === undefined ? 0 : hashOf(address.toLowerCase());
    const numbers: number[] = [];
    const managed: number[] = [];
    let unclear = 0;
    for (const place of places ?? []) {
      const number = this.slugs.numberOf(slugOf(place));
      numbers.push(number);
      if (isManager(place)) managed.push(number);
      if (!isClear(place)) unclear++;
    }
    const groups = places ? distinct(numbers) : null;
    const manages = distinct(managed);
    return { id, name, role, active, says, email: hash, groups, manages, unclear, tellsTwoFactor };
  }

  print({ name, role, active, groups, manages }: MemberNote): number {
    let hash = hashOf(active === null ? 2 : Number(active), hashOf(role, hashOf(name)));
    for (const group of groups ?? [-1]) hash = hashOf(group, hash);
    hash = hashOf(-2, hash);
    for (const group of manages) hash = hashOf(group, hash);
    return hash;
  }

  identity({ email }: MemberNote): number {
    return email;
  }

  mark({ says }: MemberNote): number {
    if (says === null) return statusMark.unknown;
    return says ? statusMark.active : statusMark.inactive;
  }

  pack(notes: readonly MemberNote[]): PackedMembers {
    const rows = notes.map((note): PackedMember => {
      const { id, name, role, active, says, email, groups, manages, unclear, tellsTwoFactor } = note;
      return [id, name, role, active, says, email, groups, manages, unclear, tellsTwoFactor];
    });
    return { slugs: this.slugs.pack(), rows };
  }

  unpack(packed: unknown): readonly MemberNote[] {
    // Only `pack` made it.
    const { slugs, rows } = packed as PackedMembers;
    this.slugs.unpack(slugs);
    return rows.map(([id, name, role, active, says, email, groups, manages, unclear, tellsTwoFactor]) => {
      return { id, name, role, active, says, email, groups, manages, unclear, tellsTwoFactor };
    });
  }
}
