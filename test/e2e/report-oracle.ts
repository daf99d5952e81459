/** What the reports must say of a sandbox organization, worked out from the organization itself. */
import type { Member, Organization, Team } from "../../sandbox/organization/model.ts";

const roleOrder = ["Owner", "Manager", "Member", "Collaborator"];
const twoFactorOrder = ["no", "yes"];

/** Order of texts that is the same everywhere. */
export function byText(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

/** Names of a member's teams as the reports show them. */
export function teamsOf({ memberships }: Member): string[] {
  return memberships.map(({ team, role }) => (role === "Manager" ? `${team.name} (manager)` : team.name)).sort(byText);
}

/** Everybody who is inactive, by role and id. @param asOf to when days since the last login are counted, ISO 8601. */
export function expectedOffboarding({ members }: Organization, asOf: string): unknown[] {
  return members
    .filter(({ isActive }) => !isActive)
    .sort((a, b) => roleOrder.indexOf(a.role) - roleOrder.indexOf(b.role) || byText(a.userId, b.userId))
    .map((member) => ({
      id: member.userId,
      roles: [member.role.toLowerCase()],
      teams: teamsOf(member),
      days: daysUnseen(member, asOf) ?? null,
    }));
}

/** How many days a member was not seen for, by UTC days; undefined for never. */
export function daysUnseen({ lastLoginAt }: Member, asOf: string): number | undefined {
  if (lastLoginAt === null) return undefined;
  return (Date.parse(asOf.slice(0, 10)) - Date.parse(lastLoginAt.slice(0, 10))) / 86_400_000;
}

/** Numbers of active members by age. */
export function expectedAges({ members: all }: Organization, asOf: string) {
  const members = all.filter(({ isActive }) => isActive);
  const within = (from: number, to: number): number =>
    members.filter((member) => {
      const days = daysUnseen(member, asOf);
      return days !== undefined && days >= from && days <= to;
    }).length;
  return {
    accounts: members.length,
    "never or hidden": members.filter(({ lastLoginAt }) => lastLoginAt === null).length,
    ">180 days": within(181, Number.MAX_SAFE_INTEGER),
    "91-180 days": within(91, 180),
    "31-90 days": within(31, 90),
    "0-30 days": within(Number.MIN_SAFE_INTEGER, 30),
    "disabled, not looked at": all.length - members.length,
  };
}

/** Ids of all members: by role, then those without a second factor, then by id. */
export function expectedTwoFactor({ members }: Organization): string[] {
  const factor = ({ hasTwoFactor }: Member): string => (hasTwoFactor ? "yes" : "no");
  return members
    .toSorted(
      (a, b) =>
        roleOrder.indexOf(a.role) - roleOrder.indexOf(b.role) ||
        twoFactorOrder.indexOf(factor(a)) - twoFactorOrder.indexOf(factor(b)) ||
        byText(a.userId, b.userId),
    )
    .map(({ userId }) => userId);
}

/** Members of a team. */
export function membersOf({ members }: Organization, team: Team): Member[] {
  return members.filter(({ memberships }) => memberships.some((place) => place.team === team));
}

/** Team and manager, for every team and each of its managers; teams without one have undefined. */
export function expectedManagers(organization: Organization): string[] {
  return organization.teams
    .flatMap((team) => {
      const managers = organization.members.filter(({ memberships }) =>
        memberships.some((place) => place.team === team && place.role === "Manager"),
      );
      return managers.length === 0
        ? [`${team.slugPerm} null`]
        : managers.map(({ userId }) => `${team.slugPerm} ${userId}`);
    })
    .sort(byText);
}
