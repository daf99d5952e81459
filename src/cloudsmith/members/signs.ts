/**
 * Signs that what was read is not all there is, or not as it is (docs/troubleshooting.md lists them): what each means,
 * its sentence, and what tells it. Each is a warning of the sync; what they add up to is decided elsewhere.
 */
import type { ListMemory, ListObserver } from "../../sdk/api/list-memory.ts";
import type { ListWords } from "../../sdk/api/list-words.ts";
import type { NumberedTexts } from "../../sdk/api/numbered-texts.ts";
import type { ListOptions, SyncWarning, WarningSeverity } from "../../sdk/contracts/connector.ts";
import { usableEmail } from "../../sdk/resources/email-address.ts";
import { codePrefix, productName } from "../errors.ts";
import type { Member } from "../schemas.ts";
import { isTeamRole, roleSlug, teamType, userType } from "../types.ts";
import { type MemberNote, statusMark } from "./notes.ts";

type Warn = Pick<ListOptions, "warn">;

/** What a code means for the whole; one that is not here is a note. */
const meanings: Readonly<Record<string, readonly [signal: string, severity: WarningSeverity]>> = {
  "CS-EMAIL-REDACTED": ["R2", "partial"],
  "CS-TEAM-BY-NAME": ["R3", "note"],
  "CS-TEAM-UNLISTED": ["R3", "partial"],
  "CS-TEAMS-CONTRADICTED": ["R3", "partial"],
  "CS-MEMBER-UNLISTED": ["R4", "partial"],
  "CS-TEAM-MEMBER-AMBIGUOUS": ["R4", "partial"],
  "CS-ROSTER-EMPTY": ["R5", "incomplete"],
  "CS-ROSTER-INCOMPLETE": ["R5", "incomplete"],
  "CS-TOO-MANY-LOOK-UPS": ["R5", "incomplete"],
  "CS-TWO-FACTOR-UNKNOWN": ["R6", "partial"],
  "CS-STATUS-UNPROVEN": ["R7", "partial"],
  "CS-STATUS-CONTRADICTED": ["R7", "note"],
  "CS-ROLES-UNKNOWN": ["R9", "incomplete"],
  "CS-NO-OWNER": ["R10", "partial"],
  "CS-KEY-OWNER-UNLISTED": ["R12", "partial"],
  "CS-KEY-OWNER-DIFFERS": ["R12", "partial"],
};

/** `{name}` stands for what a sign is about. */
const sentences = {
  "CS-EMAIL-REDACTED": "e-mail addresses are redacted or missing: this key may see less than all",
  "CS-EMAIL-UNUSABLE": "people have no e-mail address, or text in its place; they are in the file without one",
  "CS-KEY-OWNER-DIFFERS":
    "the key's owner '{owner}' is {state} when asked for alone, and something else in the member list: its roles and states are not to be relied on",
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
  "CS-STATUS-CONTRADICTED":
    "{contradicted} people stand in the list of active or of inactive members, and their rows say the opposite: their status is not to be relied on",
  "CS-STATUS-UNPROVEN":
    "no row says whether the person is active, and nothing else proves that the list tells it: inactive members may be missing or look active",
  "CS-TEAM-BY-NAME": "memberships name teams that the list did not show; they were found by name and are in the file",
  "CS-TEAM-GONE": "the team '{team}' went while its members were read",
  "CS-TEAM-MEMBER-AMBIGUOUS":
    "the team '{team}' has a member '{member}', which is a person and a service account, and Cloudsmith does not say which: nothing is granted",
  "CS-TEAM-ROLE-UNKNOWN": "member {member} has {role} in the team '{team}': membership is granted, management is not",
  "CS-TEAM-UNLISTED":
    "memberships name the team '{team}', which this key cannot see: its grants are missing, the roster is partial",
  "CS-TEAMS-CONTRADICTED":
    "every membership says that its member is in no team, and the team '{team}' has members: they are in the file as the teams show them",
  "CS-TOO-MANY-LOOK-UPS":
    "lists and memberships contradict each other in so many places that asking for each would take more requests than reading the organization",
  "CS-TWO-FACTOR-UNKNOWN": "the two-factor state of members is unknown: this key may see less than all",
};

type SignCode = keyof typeof sentences;

/** The sign of a code, with a sentence of its own. */
export function meant(code: string, message: string): SyncWarning {
  const [signal, severity] = meanings[code] ?? [];
  return { code, message, ...(signal !== undefined && { signal }), ...(severity !== undefined && { severity }) };
}

/** A sign about what its sentence names. */
export function sign(code: SignCode, about: Readonly<Record<string, string | number>> = {}): SyncWarning {
  return meant(
    code,
    sentences[code].replaceAll(/\{(\w+)\}/g, (gap, name: string) => String(about[name] ?? gap)),
  );
}

/** What else must be known of a member. */
export interface MemberContext {
  /** Slug of the key's owner, who may see of themselves what they cannot see of others. */
  readonly callerSlug: string | undefined;
  /** Whether the role of the key's owner proves that everything is shown. */
  readonly seesAll: boolean;
}

/** Warns of a role that grants nothing, of addresses that are redacted or missing, of unknown 2FA states. */
export function warnOfMember(row: Member, { callerSlug, seesAll }: MemberContext, { warn }: Warn): void {
  const { user_id: member, role, teams = [], user, email, has_two_factor } = row;
  if (roleSlug(role) === undefined) warn(sign("CS-ROLE-UNKNOWN", { member, role: roleText(role) }));
  for (const place of teams) warnOfTeamRole(place.role, { member, team: place.slug }, { warn });
  if (user !== undefined && user === callerSlug) return;
  if (usableEmail(email) === undefined) warn(sign(seesAll ? "CS-EMAIL-UNUSABLE" : "CS-EMAIL-REDACTED"));
  if (has_two_factor === undefined) warn(sign("CS-TWO-FACTOR-UNKNOWN"));
}

/** Warns of a role in a team that is neither of the two that there are: whether the member manages the team is unknown. */
export function warnOfTeamRole(
  role: string | undefined,
  about: { readonly member: string; readonly team: string },
  { warn }: Warn,
): void {
  if (!isTeamRole(role)) warn(sign("CS-TEAM-ROLE-UNKNOWN", { ...about, role: roleText(role) }));
}

function roleText(role: string | undefined): string {
  return role === undefined ? "no role" : `the role '${role}'`;
}

const noRows = {
  people: 0,
  owners: 0,
  withoutRole: 0,
  /** Rows that say their status. */
  tellStatus: 0,
  /** Memberships without a list of teams, and those with an empty one. */
  lackTeams: 0,
  inNoTeam: 0,
  /** In the list of inactive members, and said to be active; those of them that the list of active ones has, too. */
  activeAmongInactive: 0,
  activeAgain: 0,
  inactiveAmongActive: 0,
};

/** What the rows of one sweep over the members add up to. */
export class RosterFacts implements ListObserver<MemberNote> {
  counts = { ...noRows };
  readonly #slugs: NumberedTexts;
  /** By number of the slug: the login of somebody who was last seen in the team. */
  #lastSeen: string[] = [];

  constructor(slugs: NumberedTexts) {
    this.#slugs = slugs;
  }

  begins(): void {
    this.counts = { ...noRows };
    this.#lastSeen = [];
  }

  note({ name, role, says, teams }: MemberNote, pass: string): void {
    const { counts } = this;
    counts.people++;
    if (role === "owner") counts.owners++;
    if (role === "") counts.withoutRole++;
    if (says !== null) counts.tellStatus++;
    if (teams === null) counts.lackTeams++;
    else if (teams.length === 0) counts.inNoTeam++;
    if (pass === "inactive" && says === true) counts.activeAmongInactive++;
    if (pass === "active" && says === false) counts.inactiveAmongActive++;
    for (const team of teams ?? []) this.#lastSeen[team] = name;
  }

  again(mark: number, pass: string): void {
    if (pass !== "active") return;
    if (mark === statusMark.active) this.counts.activeAgain++;
    if (mark === statusMark.inactive) this.counts.inactiveAmongActive++;
  }

  /** How many people the list in which they stand contradicts. */
  get contradicted(): number {
    const { activeAmongInactive, activeAgain, inactiveAmongActive } = this.counts;
    return Math.max(0, activeAmongInactive - activeAgain) + inactiveAmongActive;
  }

  /** True when a membership came without its teams, or nobody is in one: then the teams have to be asked. */
  get mustAskTeams(): boolean {
    const { people, lackTeams, inNoTeam } = this.counts;
    return lackTeams > 0 || (people > 0 && inNoTeam === people);
  }

  /** Slugs of all teams on the memberships, each with the login of somebody who was last seen in it. */
  teams(): readonly (readonly [teamSlug: string, login: string])[] {
    return this.#lastSeen.flatMap((login, team) => [[this.#slugs.at(team), login] as const]);
  }
}

/** Signs in what the whole roster adds up to; `inactive` are the people in the list of inactive members. */
export function rosterSigns(
  { counts, contradicted }: RosterFacts,
  { inactive, seesAll }: { readonly inactive: number; readonly seesAll: boolean },
): readonly SyncWarning[] {
  const { people, owners, withoutRole, tellStatus } = counts;
  if (people === 0) return [sign("CS-ROSTER-EMPTY")];
  const signs: SyncWarning[] = [];
  if (withoutRole * 2 > people) signs.push(sign("CS-ROLES-UNKNOWN", { withoutRole, people }));
  if (owners === 0 && seesAll) signs.push(sign("CS-NO-OWNER"));
  if (tellStatus === 0) signs.push(sign("CS-STATUS-UNPROVEN"));
  if (contradicted === 0) return signs;
  const severity = contradicted * 2 > inactive ? "partial" : "note";
  return [...signs, { ...sign("CS-STATUS-CONTRADICTED", { contradicted }), count: contradicted, severity }];
}

/** Ids of people whose rows say the opposite of the list in which they stand. */
export function contradictedIds(memory: ListMemory<MemberNote>): readonly string[] {
  return memory.idsWhere((mark, pass) => mark === (pass === "active" ? statusMark.inactive : statusMark.active));
}

/** The sign that the list does not show the key's owner as a look-up did; `listed` is undefined when not at all. */
export function keyOwnerSign(
  { user, user_id, role, is_active }: Member,
  listed: MemberNote | undefined,
  seesAll: boolean,
): SyncWarning | undefined {
  const owner = user ?? user_id;
  if (!listed) return { ...sign("CS-KEY-OWNER-UNLISTED", { owner }), severity: seesAll ? "incomplete" : "partial" };
  if (listed.role === (roleSlug(role) ?? "") && listed.active === (is_active ?? listed.active)) return undefined;
  const state = `${role ?? "of unknown role"}${is_active === false ? ", inactive" : ""}`;
  return sign("CS-KEY-OWNER-DIFFERS", { owner, state });
}

/** What the words of every list share. */
export const sharedWords = {
  product: { name: productName, codePrefix },
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
