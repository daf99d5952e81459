/**
 * What the grants need of each member and team, kept in the sync's session, so that one walk over the members gives
 * users, roles and team memberships of one moment. Compact: a page of 500 members takes some 30 kB.
 */
import { hashOf, type Note, type NoteCodec, plainNotes } from "../../sdk/api/list-memory.ts";
import { NumberedTexts, type PackedTexts } from "../../sdk/api/numbered-texts.ts";
import { usableEmail } from "../../sdk/resources/email-address.ts";
import type { Member, Team } from "../schemas.ts";
import { isTeamManager, roleSlug } from "../types.ts";

/** A member as far as grants go; `name` is the login, by which team member lists name people. */
export interface MemberNote extends Note {
  /** Entitlement slug of the organization role; "" when the role is unknown. */
  readonly role: string;
  /** Null when neither the row nor its list tells. */
  readonly active: boolean | null;
  /** What the row itself says of it; null when nothing. */
  readonly says: boolean | null;
  /** Hash of the address in its usual form, 0 for none. */
  readonly email: number;
  /** The teams on the membership, each once, by number of the slug; null when it does not carry them. */
  readonly teams: readonly number[] | null;
  /** Those that the member manages. */
  readonly manages: readonly number[];
}

/** What a row says of its status, as it is kept in memory. */
export const statusMark = { unknown: 0, active: 1, inactive: 2 } as const;

/** id, name, role, active, says, email, teams, managed ones. */
type PackedMember = readonly [
  ...(readonly [string, string, string, boolean | null, boolean | null, number]),
  ...(readonly [readonly number[] | null, readonly number[]]),
];

/** A stored page. Team slugs that no page before had stand with it. */
interface PackedMembers {
  readonly slugs: PackedTexts;
  readonly rows: readonly PackedMember[];
}

/** Most teams among which looking at each takes less than a set. */
const fewTeams = 32;

/** Makes, compares and writes the notes of one reading. */
export class MemberNotes implements NoteCodec<MemberNote> {
  readonly slugs = new NumberedTexts();

  /** The note of a checked member; only the pass of active members vouches for a row that does not say itself. */
  of(member: Member, pass: string): MemberNote {
    return {
      id: member.user_id,
      name: member.user ?? "",
      role: roleSlug(member.role) ?? "",
      active: member.is_active ?? (pass === "active" ? true : null),
      says: member.is_active ?? null,
      email: hashOfAddress(member.email),
      teams: member.teams ? this.#numbersOf(member.teams) : null,
      manages: member.teams ? this.#numbersOf(member.teams.filter(({ role }) => isTeamManager(role))) : [],
    };
  }

  print({ name, role, active, teams, manages }: MemberNote): number {
    let hash = hashOf(active === null ? 2 : Number(active), hashOf(role, hashOf(name)));
    for (const team of teams ?? [-1]) hash = hashOf(team, hash);
    hash = hashOf(-2, hash);
    for (const team of manages) hash = hashOf(team, hash);
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
    const rows = notes.map(({ id, name, role, active, says, email, teams, manages }): PackedMember => {
      return [id, name, role, active, says, email, teams, manages];
    });
    return { slugs: this.slugs.pack(), rows };
  }

  unpack(packed: unknown): readonly MemberNote[] {
    // Only `pack` made it.
    const { slugs, rows } = packed as PackedMembers;
    this.slugs.unpack(slugs);
    return rows.map(([id, name, role, active, says, email, teams, manages]) => {
      return { id, name, role, active, says, email, teams, manages };
    });
  }

  #numbersOf(places: NonNullable<Member["teams"]>): readonly number[] {
    const numbers = places.map(({ slug }) => this.slugs.numberOf(slug));
    const isDistinct = numbers.length <= fewTeams && numbers.every((one, index) => numbers.indexOf(one) === index);
    return isDistinct ? numbers : [...new Set(numbers)];
  }
}

function hashOfAddress(email: string | undefined): number {
  const address = usableEmail(email);
  return address === undefined ? 0 : hashOf(address.toLowerCase());
}

/** A team; `name` is its slug, by which memberships name it. */
export type TeamNote = Note;

/** The note of a checked team. */
export function teamNote({ slug_perm, slug }: Team): TeamNote {
  return { id: slug_perm, name: slug };
}

/** How team notes are compared and written. */
export const teamCodec: NoteCodec<TeamNote> = plainNotes();
