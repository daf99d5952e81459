/** Endpoints under /orgs/{org}/members/ (Cloudsmith API: members list, members read). */

import type { Member, Organization } from "../organization/model.ts";
import type { Switches } from "../switches.ts";
import { type Answer, jsonAnswer, notFound } from "./answer.ts";
import { type Body, memberBody, memberSummary } from "./bodies.ts";
import type { OrganizationContext } from "./context.ts";
import { pageAnswer } from "./paging.ts";
import { type RowList, rowsOnDemand, rowsPrepared } from "./row-list.ts";
import { createSearch, type Searchable } from "./search.ts";
import { arranged, isUnsteady, type Sort, sortOf, turned, unknownSort } from "./sort.ts";

type MemberSort = Sort<"user_name" | "role">;

/** GET /orgs/{org}/members/ */
export function listMembers(context: OrganizationContext): Answer {
  const sort = sortOf(context.query, ["user_name", "role"]);
  if (!sort) return unknownSort();
  const wanted = activeFilter(context.query.get("is_active"), context.switches.isActiveSemantics);
  return pageAnswer(memberRows(context, sort, wanted), context);
}

/** GET /orgs/{org}/members/{member}/, by user slug or e-mail address; finds inactive members too. */
export function readMember(context: OrganizationContext, id: string): Answer {
  const member = context.directory.member(id);
  if (!member || !context.view.seesMember(member)) return notFound();
  return jsonAnswer(200, JSON.stringify(memberBody(member, context.view.lookAt(member))));
}

/** What `is_active` asks for under one of the three possible meanings; undefined is everyone. */
function activeFilter(text: string | null, semantics: Switches["isActiveSemantics"]): boolean | undefined {
  const value = text?.toLowerCase();
  if (value === "true" || value === "1") return true;
  if (semantics === "H1") return undefined;
  const isExplicit = value === "false" || value === "0";
  return semantics === "H2" || isExplicit ? false : undefined;
}

function memberRows(context: OrganizationContext, sort: MemberSort, wanted: boolean | undefined): RowList {
  const { directory, view, switches } = context;
  const search = createSearch(context.query.get("query"));
  const body = switches.summaryRows ? memberSummary : memberBody;
  const render = (member: Member): Body => body(member, view.lookAt(member));
  const rows = (): readonly Member[] => {
    const sorted = directory.membersBy(sort.field);
    const shown = sorted.filter(
      (member) =>
        (wanted === undefined || member.isActive === wanted) &&
        view.seesMember(member) &&
        (!search || search(searchable(member, directory.organization))),
    );
    const isByRole = sort.field === "role";
    const arrangedRows = arranged(shown, sort, switches.unstableSort ? context.random : undefined);
    return turned(arrangedRows, ({ role, userName }) => (isByRole ? role : userName), context);
  };
  if (!context.prepare || !view.isComplete || search || isUnsteady(switches)) return rowsOnDemand(rows(), render);
  const { membersCarryTeams, redactedEmails, summaryRows } = switches;
  const key = JSON.stringify(["members", sort, wanted, membersCarryTeams, redactedEmails, summaryRows]);
  return directory.prepared(key, () => rowsPrepared(rows(), render));
}

function searchable(member: Member, organization: Organization): Searchable {
  const { email, user, userName, role, isActive } = member;
  return {
    fields: {
      email,
      org: organization.slug,
      user: userName,
      userslug: user,
      inactive: String(!isActive),
      user_name: userName,
      role,
    },
    text: [email, user, userName],
  };
}
