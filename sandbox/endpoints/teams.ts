/** Endpoints under /orgs/{org}/teams/ (Cloudsmith API: teams list, teams read, team members list). */

import type { Directory } from "../organization/directory.ts";
import type { Team } from "../organization/model.ts";
import { type Answer, errorAnswer, jsonAnswer, notFound } from "./answer.ts";
import { teamBody, teamSummary } from "./bodies.ts";
import type { OrganizationContext } from "./context.ts";
import { pageAnswer } from "./paging.ts";
import { type RowList, rowsOnDemand, rowsPrepared } from "./row-list.ts";
import { createSearch, type Searchable } from "./search.ts";
import { arranged, isUnsteady, type Sort, sortOf, turned, unknownSort } from "./sort.ts";

/** GET /orgs/{org}/teams/ */
export function listTeams(context: OrganizationContext): Answer {
  const sort = sortOf(context.query, ["name", "members"]);
  if (!sort) return unknownSort();
  return pageAnswer(teamRows(context, sort), context);
}

/** GET /orgs/{org}/teams/{team}/, by slug or immutable id. */
export function readTeam(context: OrganizationContext, id: string): Answer {
  const team = context.directory.team(id);
  if (!team || !context.view.seesTeam(team)) return notFound();
  return jsonAnswer(200, JSON.stringify(teamBody(team)));
}

/** GET /orgs/{org}/teams/{team}/members, by slug only: people, or services with `user_kind=service`. Not paged. */
export function listTeamMembers(context: OrganizationContext, slug: string): Answer {
  const { directory, view, switches } = context;
  const team = directory.team(slug);
  if (team?.slug !== slug || !view.seesTeam(team)) return notFound();
  if (context.nowMs - (team.madeAtMs ?? Number.NEGATIVE_INFINITY) < switches.newTeamMs) return notFound();
  const kind = context.query.get("user_kind") || "user";
  if (kind !== "user" && kind !== "service") return errorAnswer(400, "user_kind is either user or service.");
  const people = directory
    .teamMembers(team)
    .map(({ holder, role }) => ({ role, user: holder.user, user_kind: "User" }));
  const services = directory
    .teamServices(team)
    .map(({ holder, role }) => ({ role, user: holder.slug, user_kind: "Service" }));
  const wanted = kind === "user" ? people : services;
  const members = switches.ignoreUserKind ? [...people, ...services] : wanted;
  return jsonAnswer(200, JSON.stringify({ members }));
}

function teamRows(context: OrganizationContext, sort: Sort<"name" | "members">): RowList {
  const { directory, view, switches, query } = context;
  const search = createSearch(query.get("query"));
  const body = switches.summaryRows ? teamSummary : teamBody;
  const isForUser = query.get("for_user")?.toLowerCase() === "true";
  const rows = (): readonly Team[] => {
    const shown = directory
      .teamsBy(sort.field)
      .filter(
        (team) =>
          view.seesTeam(team) && (!isForUser || view.isIn(team)) && (!search || search(searchable(team, directory))),
      );
    const size = (team: Team): string => String(directory.teamMembers(team).length);
    const arrangedRows = arranged(shown, sort, switches.unstableSort ? context.random : undefined);
    return turned(arrangedRows, (team) => (sort.field === "name" ? team.name : size(team)), context);
  };
  if (!context.prepare || !view.isComplete || isForUser || search || isUnsteady(switches)) {
    return rowsOnDemand(rows(), body);
  }
  const key = JSON.stringify(["teams", sort, switches.summaryRows]);
  return directory.prepared(key, () => rowsPrepared(rows(), body));
}

function searchable(team: Team, directory: Directory): Searchable {
  const people = directory.teamMembers(team).map(({ holder }) => holder);
  const user = people.map((member) => member.userName).join("\n");
  const userslug = people.map((member) => member.user).join("\n");
  return { fields: { name: team.name, slug: team.slug, user, userslug }, text: [team.name, team.slug] };
}
