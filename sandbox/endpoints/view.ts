/**
 * Who sees what (Cloudsmith documentation: roles and privileges). Owners and managers see everything; members see
 * all members, visible teams and their own; collaborators only their own teams and the people in them.
 */

import type { Caller } from "../keys.ts";
import type { Member, OrganizationRole, Team, TeamMembership } from "../organization/model.ts";
import type { Switches } from "../switches.ts";
import type { MemberLook } from "./bodies.ts";

/** A caller who is in the organization. */
export type Insider = Extract<Caller, { kind: "user" | "service" }>;

/** What one caller sees. */
export interface View {
  /** True when nothing is hidden, so that lists can be shared between callers. */
  readonly isComplete: boolean;
  /** Whether service accounts may be listed; not documented for low roles, assumed not. */
  readonly seesServices: boolean;
  seesTeam(team: Team): boolean;
  seesMember(member: Member): boolean;
  /** Whether the caller is in the team. */
  isIn(team: Team): boolean;
  lookAt(member: Member): MemberLook;
}

/** What `caller` sees under the given switches. */
export function createView(caller: Insider, switches: Readonly<Switches>): View {
  const holder = caller.kind === "user" ? caller.member : caller.service;
  const role: OrganizationRole = holder.role;
  const ownTeams = new Set(holder.memberships.map((membership) => membership.team));
  const isComplete = role === "Owner" || role === "Manager";
  const isIn = (team: Team): boolean => ownTeams.has(team);
  const seesTeam = (team: Team): boolean =>
    isComplete || isIn(team) || (role === "Member" && team.visibility === "Visible");
  const isSelf = (member: Member): boolean => member === holder;
  return {
    isComplete,
    seesServices: isComplete,
    isIn,
    seesTeam,
    seesMember: (member) =>
      role !== "Collaborator" || isSelf(member) || member.memberships.some(({ team }) => isIn(team)),
    lookAt(member) {
      const isRedacted = switches.redactedEmails || !(isComplete || isSelf(member));
      return {
        email: isRedacted ? redact(member.email) : member.email,
        memberships: switches.membersCarryTeams ? shownMemberships(member) : undefined,
      };
    },
  };

  function shownMemberships(member: Member): readonly TeamMembership[] {
    if (isComplete || !switches.filterMemberTeams) return member.memberships;
    return member.memberships.filter(({ team }) => seesTeam(team));
  }
}

/** The real redaction is not documented; this keeps the first letter and the top-level domain. */
function redact(email: string): string {
  const first = [...email][0] ?? "";
  return `${first}*****@****.${email.slice(email.lastIndexOf(".") + 1)}`;
}
