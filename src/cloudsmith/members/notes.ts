/**
 * What the grants need of each member and team, kept in the sync's session, so that one walk over the members gives
 * users, roles and team memberships of one moment. Compact: a page of 500 members takes some 30 kB.
 */
import { hashOf, type Note, type NoteCodec } from "../../sdk/api/list-memory.ts";
import type { Member, Team } from "../schemas.ts";
import { isTeamManager, roleSlug } from "../types.ts";

/**
 * The two passes over the member list, in order; together they are everybody, whatever `is_active=false` means. In this
 * order, somebody who is deactivated in between is in neither, which a second look at the inactive ones shows; the other
 * way round it would take a second look at all the active ones.
 */
export const passes = ["inactive", "active"] as const;

/** A member as far as grants go; `name` is the login, by which team member lists name people. */
export interface MemberNote extends Note {
  /** Entitlement slug of the organization role; "" when the role is unknown. */
  readonly role: string;
  /** Null when neither the row nor its list tells. */
  readonly active: boolean | null;
  /** What the row itself says of it; null when nothing. */
  readonly says: boolean | null;
  /** Hash of the address, 0 for none. */
  readonly email: number;
  /** Slugs of the teams on the membership, each once; null when it does not carry them. */
  readonly teams: readonly string[] | null;
  /** Slugs of those teams that the member manages. */
  readonly manages: readonly string[];
}

/** The note of a checked member; only the pass of active members vouches for a row that does not say itself. */
export function memberNote(member: Member, pass: string): MemberNote {
  const { teams, manages } = placesOf(member.teams ?? []);
  return {
    id: member.user_id,
    name: member.user ?? "",
    role: roleSlug(member.role) ?? "",
    active: member.is_active ?? (pass === "active" ? true : null),
    says: member.is_active ?? null,
    email: member.email ? hashOf(member.email.toLowerCase()) : 0,
    teams: member.teams ? teams : null,
    manages,
  };
}

/** Most slugs among which looking at each takes less than a set. */
const fewSlugs = 32;

function placesOf(memberships: NonNullable<Member["teams"]>): Record<"teams" | "manages", readonly string[]> {
  const teams: string[] = [];
  const manages: string[] = [];
  const isFew = memberships.length <= fewSlugs;
  for (const { slug, role } of memberships) {
    if (!(isFew && teams.includes(slug))) teams.push(slug);
    if (isTeamManager(role) && !(isFew && manages.includes(slug))) manages.push(slug);
  }
  return isFew ? { teams, manages } : { teams: [...new Set(teams)], manages: [...new Set(manages)] };
}

/** What a row says of its status, as it is kept in memory. */
export const statusMark = { unknown: 0, active: 1, inactive: 2 } as const;

/** id, name, role, active, says, email, indexes of teams, indexes of managed ones. */
type PackedMember = readonly [
  ...(readonly [string, string, string, boolean | null, boolean | null, number]),
  readonly number[] | null,
  readonly number[],
];

/** A stored page: team slugs stand once, members refer to them by index. */
interface PackedMembers {
  readonly slugs: readonly string[];
  readonly rows: readonly PackedMember[];
}

/** How member notes are compared and written. */
export const memberCodec: NoteCodec<MemberNote> = {
  print({ name, role, active, teams, manages }) {
    let hash = hashOf(role, hashOf(name));
    hash = hashOf(`${active}${teams?.length}`, hash);
    for (const slug of teams ?? []) hash = hashOf(slug, hash);
    hash = hashOf("managed", hash);
    for (const slug of manages) hash = hashOf(slug, hash);
    return hash;
  },
  identity: ({ email }) => email,
  mark({ says }) {
    if (says === null) return statusMark.unknown;
    return says ? statusMark.active : statusMark.inactive;
  },
  pack(notes): PackedMembers {
    const indexes = new Map<string, number>();
    const indexOf = (slug: string): number => {
      const known = indexes.get(slug);
      if (known !== undefined) return known;
      indexes.set(slug, indexes.size);
      return indexes.size - 1;
    };
    const rows = notes.map(({ id, name, role, active, says, email, teams, manages }): PackedMember => {
      return [id, name, role, active, says, email, teams?.map(indexOf) ?? null, manages.map(indexOf)];
    });
    return { slugs: [...indexes.keys()], rows };
  },
  unpack(packed) {
    // Only `pack` made it.
    const { slugs, rows } = packed as PackedMembers;
    const slugAt = (index: number): string => slugs[index] ?? "";
    return rows.map(([id, name, role, active, says, email, teams, manages]) => {
      return { id, name, role, active, says, email, teams: teams?.map(slugAt) ?? null, manages: manages.map(slugAt) };
    });
  },
};

/** A team; `name` is its slug, by which memberships name it. */
export type TeamNote = Note;

/** The note of a checked team. */
export function teamNote({ slug_perm, slug }: Team): TeamNote {
  return { id: slug_perm, name: slug };
}

/** How team notes are compared and written. */
export const teamCodec: NoteCodec<TeamNote> = {
  print: ({ name }) => hashOf(name),
  identity: () => 0,
  mark: () => 0,
  pack: (notes) => notes,
  // Only `pack` made it.
  unpack: (packed) => packed as readonly TeamNote[],
};
