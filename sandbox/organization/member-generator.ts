/**
 * Makes the members of a sandbox organization: every role, login method and null the API allows, people in no team
 * and people in very many. The first five are active and hold the sandbox's keys (owner, manager, member,
 * collaborator, second owner).
 */

import { alphanumeric, createRandom, pickDistinct, type Random } from "../random.ts";
import {
  type LoginMethod,
  loginMethods,
  type Member,
  type OrganizationRole,
  type Team,
  type TeamMembership,
} from "./model.ts";
import { personName } from "./names.ts";
import { distinctId } from "./team-generator.ts";

/** How many members, of which kind. */
export interface MemberPlan {
  readonly seed: number;
  readonly count: number;
  /** How many of them are inactive, exactly. */
  readonly inactive: number;
  /** Teams of an ordinary member; the average over every hundred members is the same. */
  readonly teamsPerMember: number;
  readonly teams: readonly Team[];
  /** Domain of the e-mail addresses. */
  readonly domain: string;
}

const DAY_MS = 86_400_000;
const FIRST_JOIN_MS = Date.UTC(2018, 0, 8);
const LAST_JOIN_MS = Date.UTC(2026, 4, 1);
const LAST_LOGIN_MS = Date.UTC(2026, 7, 30);

const firstRoles: readonly OrganizationRole[] = ["Owner", "Manager", "Member", "Collaborator", "Owner"];

/** The members of the plan, in the order they joined the sandbox's imagination. */
export function createMembers(plan: MemberPlan): Member[] {
  const random = createRandom(plan.seed, "members");
  const places = createRandom(plan.seed, "memberships");
  const identity: Identities = { slugs: new Map(), ids: new Set() };
  // One team stays empty, because real organizations have such teams and readers trip over them.
  const teams = plan.teams.length > 3 ? plan.teams.slice(0, -1) : plan.teams;
  const kept = Math.min(firstRoles.length, plan.count - plan.inactive);
  let inactiveLeft = plan.inactive;
  return Array.from({ length: plan.count }, (_, index) => {
    // Selection sampling: exactly `inactive` of them, each equally likely, in one pass.
    const isActive = index < kept || !random.chance(inactiveLeft / (plan.count - index));
    if (!isActive) inactiveLeft--;
    const role = firstRoles[index] ?? drawRole(random);
    const memberships = drawMemberships(places, teams, role, teamCount(index, plan.teamsPerMember));
    return {
      ...person(random, index, role, plan.domain, identity),
      role,
      isActive,
      ...login(random, isActive),
      memberships,
    };
  });
}

interface Identities {
  /** How often a user slug was wanted. */
  readonly slugs: Map<string, number>;
  readonly ids: Set<string>;
}

type Person = Pick<Member, "user" | "userId" | "userName" | "email" | "hasTwoFactor" | "visibility" | "overrides">;

function person(random: Random, index: number, role: OrganizationRole, domain: string, identity: Identities): Person {
  const name = personName(random, index);
  const before = identity.slugs.get(name.roman) ?? 0;
  identity.slugs.set(name.roman, before + 1);
  const user = before === 0 ? name.roman : `${name.roman}-${before + 1}`;
  return {
    user,
    userId: distinctId(() => alphanumeric(random, 12), identity.ids),
    userName: name.display,
    email: `${user}@${role === "Collaborator" ? "contractor.example" : domain}`,
    hasTwoFactor: random.chance(0.7),
    visibility: random.chance(0.6) ? "Public" : "Private",
    overrides: undefined,
  };
}

function drawRole(random: Random): OrganizationRole {
  const draw = random.next();
  if (draw < 0.01) return "Owner";
  if (draw < 0.07) return "Manager";
  return draw < 0.85 ? "Member" : "Collaborator";
}

/** Of every hundred: five in no team, one in six times as many, so that the average stays what was asked for. */
function teamCount(index: number, teamsPerMember: number): number {
  const place = index % 100;
  if (place % 20 === 10) return 0;
  return place === 20 ? 6 * teamsPerMember : teamsPerMember;
}

function drawMemberships(
  random: Random,
  teams: readonly Team[],
  role: OrganizationRole,
  count: number,
): readonly TeamMembership[] {
  const managerShare = role === "Owner" || role === "Manager" ? 0.5 : 0.08;
  const memberships: TeamMembership[] = [];
  for (const index of pickDistinct(random, teams.length, count)) {
    const team = teams[index];
    if (team) memberships.push(random.chance(managerShare) ? team.asManager : team.asMember);
  }
  return memberships;
}

type Login = Pick<Member, "joinedAt" | "lastLoginAt" | "lastLoginMethod">;

function login(random: Random, isActive: boolean): Login {
  const joinedMs = FIRST_JOIN_MS + random.below(LAST_JOIN_MS - FIRST_JOIN_MS);
  const joinedAt = timestamp(random, joinedMs);
  if (random.chance(0.06)) return { joinedAt, lastLoginAt: null, lastLoginMethod: "Unknown" };
  const latestMs = isActive ? LAST_LOGIN_MS : joinedMs + 200 * DAY_MS;
  const lastLoginAt = timestamp(random, joinedMs + random.below(Math.max(DAY_MS, latestMs - joinedMs)));
  return { joinedAt, lastLoginAt, lastLoginMethod: drawMethod(random) };
}

function drawMethod(random: Random): LoginMethod {
  return random.chance(0.5) ? "SAML" : random.pick(loginMethods);
}

/** RFC 3339 in UTC: half with microseconds, half with whole seconds, as both occur. */
export function timestamp(random: Random, epochMs: number): string {
  const iso = new Date(epochMs).toISOString();
  if (random.chance(0.5)) return `${iso.slice(0, 19)}Z`;
  return `${iso.slice(0, 23)}${String(random.below(1000)).padStart(3, "0")}Z`;
}
