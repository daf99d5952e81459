/**
 * Signs in the rows themselves that a key sees a part of the organization only (docs/troubleshooting.md lists them all).
 * Each is a warning of the sync; what they add up to is decided elsewhere.
 */
import type { ListOptions } from "../../sdk/contracts/connector.ts";
import { realEmail } from "../converters.ts";
import type { Member } from "../schemas.ts";
import { roleSlug } from "../types.ts";
import type { Roster } from "./roster.ts";

/** What else must be known of a member. */
export interface MemberContext {
  /** False when a row of the same person was looked at before. */
  readonly isNew: boolean;
  /** Slug of the key's owner, who may see of themselves what they cannot see of others. */
  readonly callerSlug: string | undefined;
}

/** Warns of a role that grants nothing, of addresses that are redacted or missing (R2), of unknown 2FA states (R6). */
export function warnOfMember(
  member: Member,
  { isNew, callerSlug }: MemberContext,
  { warn }: Pick<ListOptions, "warn">,
): void {
  if (roleSlug(member.role) === undefined) {
    const role = member.role === undefined ? "no role" : `the role '${member.role}'`;
    warn({ code: "CS-ROLE-UNKNOWN", message: `member ${member.user_id} has ${role}: no role is granted` });
  }
  for (const { role, slug } of member.teams ?? []) {
    warnOfTeamRole(role, { member: member.user_id, team: slug }, { warn });
  }
  if (!isNew || (member.user !== undefined && member.user === callerSlug)) return;
  if (realEmail(member.email) === undefined) {
    warn({
      code: "CS-EMAIL-REDACTED",
      signal: "R2",
      severity: "partial",
      message: "e-mail addresses are redacted or missing: this key may see less than all",
    });
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
  { warn }: Pick<ListOptions, "warn">,
): void {
  if (role === "Manager" || role === "Member") return;
  const said = role === undefined ? "no role" : `the role '${role}'`;
  warn({
    code: "CS-TEAM-ROLE-UNKNOWN",
    message: `member ${member} has ${said} in the team '${team}': membership is granted, management is not`,
  });
}

/**
 * Warns when nobody is there at all (R5), since an organization has an owner at least; and when nobody is inactive and
 * nothing proves that inactive members would have been shown (R7).
 */
export function warnOfRoster(roster: Roster, sweep: number, { warn }: ListOptions): void {
  if (roster.isEmpty) {
    warn({
      code: "CS-ROSTER-EMPTY",
      signal: "R5",
      severity: "incomplete",
      message: "Cloudsmith shows not a single member, and every organization has an owner",
    });
  }
  if (!roster.isStatusUnproven(sweep)) return;
  warn({
    code: "CS-STATUS-UNPROVEN",
    signal: "R7",
    severity: "partial",
    message:
      "Cloudsmith shows the same people as active and as inactive, and no row says which: inactive members may be missing or look active",
  });
}
