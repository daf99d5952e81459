/**
 * Signs that what was read is not all there is, or not as it is (docs/troubleshooting.md lists them): what each means,
 * its sentence, and what tells it. Each is a warning of the sync; what they add up to is decided elsewhere.
 */

import type { ListMemory } from "../../sdk/api/list-memory.ts";
import { type ListWords, type SignMeanings, sharedSign, signTable } from "../../sdk/api/list-words.ts";
import type { MemberNote } from "../../sdk/api/roster/member-notes.ts";
import type { RosterFacts, RosterFinding } from "../../sdk/api/roster/roster-facts.ts";
import type { ListOptions, SyncWarning } from "../../sdk/contracts/connector.ts";
import { isBlank, looksMasked, usableEmail } from "../../sdk/resources/profile.ts";
import { timestampOf } from "../../sdk/resources/timestamps.ts";
import { product } from "../errors.ts";
import type { Member, Self } from "../schemas.ts";
import { isTeamRole, roleSlug, teamType, userType } from "../types.ts";

type Warn = Pick<ListOptions, "warn">;

/** What a code means for the whole; one that is not here is a note. */
const meanings: SignMeanings = {
  "CS-EMAIL-REDACTED": ["R2", "partial"],
  "CS-TEAM-BY-NAME": ["R3", "note"],
  "CS-TEAM-UNLISTED": ["R3", "partial"],
  "CS-TEAM-LATE": ["R5", "incomplete"],
  "CS-TEAMS-CONTRADICTED": ["R3", "partial"],
  "CS-MEMBER-UNLISTED": ["R4", "partial"],
  "CS-TEAM-MEMBER-AMBIGUOUS": ["R4", "partial"],
  "CS-ROSTER-EMPTY": ["R5", "incomplete"],
  "CS-ROSTER-INCOMPLETE": ["R5", "incomplete"],
  "CS-TOO-MANY-LOOK-UPS": ["R5", "incomplete"],
  "CS-KEY-OWNER-NARROWED": ["R1", "partial"],
  "CS-TWO-FACTOR-UNKNOWN": ["R6", "note"],
  "CS-STATUS-UNPROVEN": ["R7", "partial"],
  "CS-STATUS-UNKNOWN": ["R7", "note"],
  "CS-STATUS-CONTRADICTED": ["R7", "note"],
  "CS-ROLES-UNKNOWN": ["R9", "incomplete"],
  "CS-TEAM-ROLES-UNKNOWN": ["R9", "partial"],
  "CS-NO-OWNER": ["R10", "partial"],
  "CS-KEY-OWNER-UNLISTED": ["R12", "partial"],
  "CS-KEY-OWNER-DIFFERS": ["R12", "partial"],
};

/** `{name}` stands for what a sign is about. */
const sentences = {
  "CS-EMAIL-REDACTED": "e-mail addresses are redacted or missing: this key may see less than all",
  "CS-EMAIL-SHARED": "most people have one and the same e-mail address: it may be what stands in place of their own",
  "CS-EMAIL-UNUSABLE": "people have no e-mail address, or text in its place; they are in the file without one",
  "CS-KEY-OWNER-DIFFERS":
    "the key's owner '{owner}' is {state} when asked for alone, and something else in the member list: its roles and states are not to be relied on",
  "CS-KEY-OWNER-NARROWED":
    "the key's owner '{owner}' was {before} when the run began, and is {state} by now: members, teams or addresses may have been left out meanwhile",
  "CS-KEY-OWNER-UNLISTED":
    "the key's owner '{owner}' is a member, and the member list does not show them: others may be missing as well",
  "CS-MEMBER-UNLISTED":
    "the team '{team}' has a member '{member}' whom the member list does not show: the roster is partial",
  "CS-MEMBERSHIP-MOVED": "the teams of member {member} changed while they were read",
  "CS-NO-OWNER": "the list shows no Owner, and every organization has one: somebody or somebody's role is missing",
  "CS-ROLE-UNKNOWN": "member {member} has {role}: no role is granted",
  "CS-ROLES-UNKNOWN":
    "{withoutRole} of {people} people have no role that this connector knows: nearly nobody would hold one",
  "CS-ROSTER-EMPTY": "Cloudsmith shows not a single member, and every organization has an owner",
  "CS-SERVICE-AMONG-MEMBERS":
    "service accounts stand among the members as well: they are in the file as users and as service accounts",
  "CS-STATUS-CONTRADICTED":
    "{contradicted} people stand in the list of active or of inactive members, and their rows say the opposite: their status is not to be relied on",
  "CS-STATUS-UNKNOWN":
    "{unknown} people stand in the list of inactive members, and their rows do not say whether they are: their status is unknown",
  "CS-STATUS-UNPROVEN":
    "no row says whether the person is active, and nothing else proves that the list tells it: inactive members may be missing or look active",
  "CS-TEAM-BY-NAME": "memberships name teams that the list did not show; they were found by name and are in the file",
  "CS-TEAM-GONE": "the team '{team}' went while its members were read",
  "CS-TEAM-LATE": "the team '{team}' turned up after the teams were read",
  "CS-TEAM-MEMBER-AMBIGUOUS":
    "the team '{team}' has a member '{member}', which is a person and a service account, and Cloudsmith does not say which: nothing is granted",
  "CS-TEAM-ROLE-UNKNOWN": "member {member} has {role} in the team '{team}': membership is granted, management is not",
  "CS-TEAM-ROLES-UNKNOWN":
    "{unclearPlaces} of {places} places in teams have no role that this connector knows: who manages a team is unknown",
  "CS-TEAM-UNLISTED":
    "memberships name the team '{team}', which this key cannot see: its grants are missing, the roster is partial",
  "CS-TEAMS-CONTRADICTED":
    "memberships say that their members are in no team, and the team '{team}' has members: they are in the file as the teams show them",
  "CS-LAST-LOGIN-UNREADABLE":
    "the last login of members is in a form that cannot be read as a time: it is left out, which does not mean never",
  "CS-TOO-MANY-LOOK-UPS":
    "lists and memberships contradict each other in so many places that asking for each would take more requests than reading the organization",
  "CS-TWO-FACTOR-UNKNOWN": "whether {lackTwoFactor} of {people} people use two-factor authentication is unknown",
};

/** Signs about what their sentence names, and those with a sentence of their own. */
export const { sign, meant } = signTable(sentences, meanings);

/** The sign of what a roster shows and should not. */
export function signOf({ kind, about, count, isMost = false, severity }: RosterFinding): SyncWarning {
  const found = { ...sign(`CS-${kind}`, about), ...(severity && { severity }) };
  return count === undefined ? found : sharedSign(found, count, isMost);
}

/**
 * Warns of a role that grants nothing, of addresses that are redacted or missing. The key's owner may see of themselves
 * what they cannot see of others.
 */
export function warnOfMember(
  row: Member,
  { caller, seesAll }: { readonly caller: Self; readonly seesAll: boolean },
  { warn }: Warn,
): void {
  const { user_id: member, role, teams = [], user, email, last_login_at } = row;
  if (roleSlug(role) === undefined) warn(sign("CS-ROLE-UNKNOWN", { member, role: roleText(role) }));
  if (last_login_at && timestampOf(last_login_at) === undefined) warn(sign("CS-LAST-LOGIN-UNREADABLE"));
  for (const place of teams) warnOfTeamRole(place.role, { member, team: place.slug }, { warn });
  if (user !== undefined && user === caller.slug) return;
  const address = usableEmail(email);
  if (address === undefined || (!seesAll && looksMasked(address)))
    warn(sign(seesAll ? "CS-EMAIL-UNUSABLE" : "CS-EMAIL-REDACTED"));
}

/** Warns of a role in a team that is neither of the two that there are: whether the member manages the team is unknown. */
export function warnOfTeamRole(
  role: string | undefined,
  about: { readonly member: string; readonly team: string },
  { warn }: Warn,
): void {
  if (!isTeamRole(role)) warn(sign("CS-TEAM-ROLE-UNKNOWN", { ...about, role: roleText(role) }));
}

/** A role in a sentence. */
export function roleText(role: string | undefined): string {
  return role === undefined || isBlank(role) ? "no role" : `the role '${role}'`;
}

/** Signs in what the whole roster adds up to. */
export function rosterSigns(
  facts: RosterFacts,
  memory: ListMemory<MemberNote>,
  { seesAll }: { readonly seesAll: boolean },
): readonly SyncWarning[] {
  if (memory.size === 0) return [sign("CS-ROSTER-EMPTY")];
  const signs = facts.findings(memory).map(signOf);
  return facts.roles.has("owner") || !seesAll ? signs : [...signs, sign("CS-NO-OWNER")];
}

/** What the words of every list share. */
export const sharedWords = {
  product,
  signals: { missing: "R5", identity: "R11" },
} as const;

/** The words for the members, and for the teams. */
export const memberWords: ListWords = {
  ...sharedWords,
  list: "the member list",
  rows: "members",
  moved: "CS-ROSTER-MOVED",
  resourceType: userType.id,
  statement: {
    inactive: { list: "members/inactive", title: "inactive members" },
    active: { list: "members/active", title: "active members" },
  },
};
export const teamWords: ListWords = {
  ...sharedWords,
  list: "the team list",
  rows: "teams",
  moved: "CS-TEAMS-MOVED",
  resourceType: teamType.id,
  statement: { teams: { list: "teams", title: "teams" } },
};
