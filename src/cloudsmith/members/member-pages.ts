/**
 * What the grants need of each member, kept per page of the member list in the sync's session, so that one walk over
 * the members gives users, roles and team memberships of one moment. Compact: a page of 500 members takes some 20 kB.
 */
import type { SessionStore } from "../../sdk/contracts/connector.ts";
import type { Member } from "../schemas.ts";
import { roleSlug } from "../types.ts";

/** A member as far as grants go. */
export interface MemberRecord {
  readonly userId: string;
  /** The user's slug, by which the team member lists name people. */
  readonly userSlug: string;
  /** Entitlement slug of the organization role; "" when the role is unknown. */
  readonly roleSlug: string;
  readonly active: boolean | undefined;
  /** Slugs of the teams on the membership. */
  readonly teams: readonly string[];
  /** Slugs of those teams that the member manages. */
  readonly managedTeams: readonly string[];
  /** True when the membership carried a list of teams, be it empty. */
  readonly hasTeams: boolean;
}

/** A stored page. Team slugs stand once in `slugs`, members refer to them by index. */
interface StoredPage {
  readonly slugs: readonly string[];
  readonly members: readonly StoredMember[];
}

/** user id, user slug, role slug, active (1, 0, -1 unknown), team indexes (null: not carried), indexes of managed teams. */
type StoredMember = readonly [string, string, string, 1 | 0 | -1, readonly number[] | null, readonly number[]];

const prefix = "members/";

/** The record of a checked member. */
export function memberRecord(member: Member, active: boolean | undefined): MemberRecord {
  const teams = member.teams ?? [];
  return {
    userId: member.user_id,
    userSlug: member.user ?? "",
    roleSlug: roleSlug(member.role) ?? "",
    active,
    teams: teams.map((team) => team.slug),
    managedTeams: teams.filter((team) => team.role === "Manager").map((team) => team.slug),
    hasTeams: member.teams !== undefined,
  };
}

/** Stores the records of one page under a key that sorts in the order of reading. */
export function storeMemberPage(session: SessionStore, key: string, records: readonly MemberRecord[]): void {
  const indexes = new Map<string, number>();
  const indexOf = (slug: string): number => {
    const known = indexes.get(slug);
    if (known !== undefined) return known;
    indexes.set(slug, indexes.size);
    return indexes.size - 1;
  };
  const members = records.map(
    (record): StoredMember => [
      record.userId,
      record.userSlug,
      record.roleSlug,
      record.active === undefined ? -1 : record.active ? 1 : 0,
      record.hasTeams ? record.teams.map(indexOf) : null,
      record.managedTeams.map(indexOf),
    ],
  );
  const page: StoredPage = { slugs: [...indexes.keys()], members };
  session.set(prefix + key, Buffer.from(JSON.stringify(page), "utf8"));
}

/** Keys of all stored pages, in the order of reading. */
export function memberPageKeys(session: SessionStore): readonly string[] {
  return session.keys(prefix).map((key) => key.slice(prefix.length));
}

/** The records of one stored page; none when it was never stored. */
export function loadMemberPage(session: SessionStore, key: string): readonly MemberRecord[] {
  const bytes = session.get(prefix + key);
  if (!bytes) return [];
  // Only storeMemberPage writes under this prefix.
  const page = JSON.parse(Buffer.from(bytes).toString("utf8")) as StoredPage;
  const slugAt = (index: number): string => page.slugs[index] ?? "";
  return page.members.map(([userId, userSlug, role, active, teams, managed]) => ({
    userId,
    userSlug,
    roleSlug: role,
    active: active === -1 ? undefined : active === 1,
    teams: (teams ?? []).map(slugAt),
    managedTeams: managed.map(slugAt),
    hasTeams: teams !== null,
  }));
}
