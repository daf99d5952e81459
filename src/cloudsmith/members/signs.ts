/**
 * Signs that what was read is not all there is, or not as it is (docs/troubleshooting.md lists them). Each is a warning
 * of the sync; what they add up to is decided elsewhere.
 */
import type { ListEvent, MovingList, PassStatement, Sum } from "../../sdk/api/moving-list.ts";
import type { ListReading } from "../../sdk/contracts/completeness.ts";
import type { ListOptions, SyncWarning } from "../../sdk/contracts/connector.ts";
import { listed } from "../access.ts";
import { realEmail } from "../converters.ts";
import type { Member } from "../schemas.ts";
import { isTeamRole, roleSlug, teamType, userType } from "../types.ts";
import { type MemberNote, statusMark } from "./notes.ts";
import type { RosterFacts } from "./roster-facts.ts";

type Warn = Pick<ListOptions, "warn">;

/** What else must be known of a member. */
export interface MemberContext {
  /** Slug of the key's owner, who may see of themselves what they cannot see of others. */
  readonly callerSlug: string | undefined;
  /** Whether the role of the key's owner proves that everything is shown. */
  readonly seesAll: boolean;
}

/** Warns of a role that grants nothing, of addresses that are redacted or missing (R2), of unknown 2FA states (R6). */
export function warnOfMember(member: Member, { callerSlug, seesAll }: MemberContext, { warn }: Warn): void {
  if (roleSlug(member.role) === undefined) {
    const role = member.role === undefined ? "no role" : `the role '${member.role}'`;
    warn({ code: "CS-ROLE-UNKNOWN", message: `member ${member.user_id} has ${role}: no role is granted` });
  }
  for (const { role, slug } of member.teams ?? []) {
    warnOfTeamRole(role, { member: member.user_id, team: slug }, { warn });
  }
  if (member.user !== undefined && member.user === callerSlug) return;
  if (realEmail(member.email) === undefined) {
    warn(
      seesAll
        ? {
            code: "CS-EMAIL-UNUSABLE",
            message: "people have no e-mail address, or text in its place; they are in the file without one",
          }
        : {
            code: "CS-EMAIL-REDACTED",
            signal: "R2",
            severity: "partial",
            message: "e-mail addresses are redacted or missing: this key may see less than all",
          },
    );
  }
  if (member.has_two_factor === undefined) {
    warn({
      code: "CS-TWO-FACTOR-UNKNOWN",
      signal: "R6",
      severity: "partial",
      message: "the two-factor state of members is unknown: this key may see less than all",
    });
  }
}

/** Warns of a role in a team that is neither of the two that there are: whether the member manages the team is unknown. */
export function warnOfTeamRole(
  role: string | undefined,
  { member, team }: { readonly member: string; readonly team: string },
  { warn }: Warn,
): void {
  if (isTeamRole(role)) return;
  const said = role === undefined ? "no role" : `the role '${role}'`;
  warn({
    code: "CS-TEAM-ROLE-UNKNOWN",
    message: `member ${member} has ${said} in the team '${team}': membership is granted, management is not`,
  });
}

/** Signs in what the whole roster adds up to. */
export function warnOfRoster(facts: RosterFacts, { inactive, seesAll }: RosterContext, { warn }: Warn): void {
  const { people, owners, withoutRole, tellStatus, contradicted } = facts;
  if (people === 0) {
    warn({
      code: "CS-ROSTER-EMPTY",
      signal: "R5",
      severity: "incomplete",
      message: "Cloudsmith shows not a single member, and every organization has an owner",
    });
    return;
  }
  if (withoutRole * 2 > people) {
    warn({
      code: "CS-ROLES-UNKNOWN",
      signal: "R9",
      severity: "incomplete",
      message: `${withoutRole} of ${people} people have no role that this connector knows: nearly nobody would hold one`,
    });
  }
  if (owners === 0 && seesAll) {
    warn({
      code: "CS-NO-OWNER",
      signal: "R10",
      severity: "partial",
      message: "the list shows no Owner, and every organization has one: somebody or somebody's role is missing",
    });
  }
  if (tellStatus === 0) {
    warn({
      code: "CS-STATUS-UNPROVEN",
      signal: "R7",
      severity: "partial",
      message:
        "no row says whether the person is active, and nothing else proves that the list tells it: inactive members may be missing or look active",
    });
  }
  if (contradicted > 0) {
    const isMost = contradicted * 2 > inactive;
    warn({
      code: "CS-STATUS-CONTRADICTED",
      signal: "R7",
      count: contradicted,
      severity: isMost ? "partial" : "note",
      message: `${contradicted} people stand in the list of active or of inactive members, and their rows say the opposite: their status is not to be relied on`,
    });
  }
}

/** What else the signs of the roster are told from. */
export interface RosterContext {
  /** People in the list of inactive members. */
  readonly inactive: number;
  readonly seesAll: boolean;
}

/** Ids of people whose rows say the opposite of the list in which they stand. */
export function contradictedIds(memory: MemberMemory): readonly string[] {
  return memory.idsWhere((mark, pass) => mark === (pass === "active" ? statusMark.inactive : statusMark.active));
}

/** Warns when the list does not show the key's owner as a look-up did (R12); `listed` is undefined when not at all. */
export function keyOwnerWarning(
  owner: Member,
  listed: MemberNote | undefined,
  seesAll: boolean,
): SyncWarning | undefined {
  const name = owner.user ?? owner.user_id;
  if (!listed) {
    return {
      code: "CS-KEY-OWNER-UNLISTED",
      signal: "R12",
      severity: seesAll ? "incomplete" : "partial",
      message: `the key's owner '${name}' is a member, and the member list does not show them: others may be missing as well`,
    };
  }
  const differs = listed.role !== (roleSlug(owner.role) ?? "") || listed.active !== (owner.is_active ?? listed.active);
  if (!differs) return undefined;
  return {
    code: "CS-KEY-OWNER-DIFFERS",
    signal: "R12",
    severity: "partial",
    message: `the key's owner '${name}' is ${owner.role ?? "of unknown role"}${owner.is_active === false ? ", inactive" : ""} when asked for alone, and something else in the member list: its roles and states are not to be relied on`,
  };
}

type MemberMemory = MovingList<Member, MemberNote>["memory"];

/** Names of a list: in the codes and texts of its warnings, and in the completeness statement by pass. */
export interface ListWords {
  readonly list: string;
  readonly rows: string;
  readonly moved: string;
  readonly resourceType: string;
  readonly statement: Readonly<Record<string, Pick<ListReading, "list" | "title">>>;
}

/** The words for the two lists. */
export const memberWords: ListWords = {
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
  list: "the team list",
  rows: "teams",
  moved: "CS-TEAMS-MOVED",
  resourceType: teamType.id,
  statement: { teams: { list: "teams", title: "teams" } },
};

/** Tells what was compared of a list so far. */
export function reportList(
  statement: readonly PassStatement[],
  { statement: names, resourceType }: ListWords,
  { report }: Pick<ListOptions, "report">,
): void {
  for (const { pass, ...counts } of statement) {
    const { list, title } = names[pass] ?? { list: pass, title: pass };
    report({ kind: "list", list, title, resourceType, ...counts });
  }
}

/** What happened to a list while it was read, as a warning; undefined when all went well. */
export function warningOf(event: ListEvent, { list, rows, moved }: ListWords): SyncWarning | undefined {
  const incomplete = { code: "CS-ROSTER-INCOMPLETE", signal: "R5", severity: "incomplete" } as const;
  switch (event.kind) {
    case "moved":
      return { code: moved, message: `${list} changed while it was read, and is read again` };
    case "smaller-pages":
      return {
        code: "CS-PAGES-SMALLER",
        message: `Cloudsmith did not answer for ${event.from} ${rows} at once: pages of ${event.to} are asked for from now on (page_size)`,
      };
    case "found-singly":
      return {
        code: "CS-FOUND-SINGLY",
        count: event.count,
        message: `${event.count} ${rows} that pages of ${list} left out at their edges were asked for one by one`,
      };
    case "whole":
      if (event.differing.length === 0) return undefined;
      return {
        code: "CS-ROW-TWICE",
        count: event.differing.length,
        message: `${list} shows some ${rows} twice, in two states: each is in the file once, in the newest (${listed(event.differing)})`,
      };
    case "count-differs":
      return {
        code: "CS-COUNT-DIFFERS",
        signal: "R5",
        severity: "partial",
        message: `${list} at rest shows the same ${rows} at every reading, and another number than it announces: ${sumsOf(event.sums)}${twiceOf(event.twice)}; ${rows} may be missing`,
      };
    case "unproven":
      return { ...incomplete, message: unprovenText(event, list, rows), ...(event.isStill && { hint: hintAtRest }) };
    case "collision":
      return {
        ...incomplete,
        code: "CS-ID-COLLISION",
        signal: "R11",
        hint: hintAtRest,
        count: event.ids.length,
        message: `one id or name stands for different ${rows} in ${list} (${listed(event.ids)}): who holds what cannot be told`,
      };
    case "without-id":
      return {
        ...incomplete,
        code: "CS-ID-MISSING",
        signal: "R11",
        hint: hintAtRest,
        count: event.count,
        message: `${event.count} ${rows} in ${list} have no id: they cannot be told from others`,
      };
    default:
      return event satisfies never;
  }
}

const hintAtRest = "Waiting will not help. Compare with Cloudsmith's own page, and report this message to Cloudsmith.";

/** What was seen; waiting for rest is advised only to a list that did not rest. */
function unprovenText({ sweeps, sums, isStill }: ListEvent & { kind: "unproven" }, list: string, rows: string): string {
  if (!isStill) return `read ${sweeps} times, ${list} never added up, and changed each time: ${sumsOf(sums)}`;
  return `${list} is at rest and does not add up: in ${sweeps} readings with other pages and orders ${sumsOf(sums)}. Either its count is off, or ${rows} cannot be seen`;
}

function sumsOf(sums: readonly Sum[]): string {
  return sums
    .map(({ pass, announced, distinct }) => {
      const said = announced === undefined ? "nothing was announced" : `${announced} were announced`;
      return `${pass}: ${said}, ${distinct} different ones shown`;
    })
    .join("; ");
}

function twiceOf(ids: readonly string[]): string {
  return ids.length === 0 ? "" : ` (shown twice in one answer: ${listed([...new Set(ids)])})`;
}
