/** Who manages which team, and which teams nobody is in or not everybody sees. */
import type { HeldEntitlement } from "../../sdk/c1z/read/sync-view.ts";
import { resourceKey } from "../../sdk/c1z/scratch/row-sql.ts";
import type { Resource } from "../../sdk/contracts/model.ts";
import { isManagerSlug, slugOf } from "../file-shape.ts";
import { type Account, Holdings } from "../holdings.ts";
import { columnsOf, compareTexts, counted, type Report, type Rows, type Subject } from "../report.ts";
import { accountCells, accountIdCells, accountTitles } from "./account-columns.ts";

/** A row for each team and manager; teams that nobody manages have one without. */
export const teamManagers: Report = {
  name: "team-managers",
  title: "Team managers",
  summary: "Who manages which team, and teams that nobody manages",
  isEvidence: true,
  columns: columnsOf({
    team: "Team",
    members: "Members",
    ...accountTitles,
    type: "Type",
    id: "Id",
    teamId: "Team id",
  }),
  rows: managerRows,
};

/** Teams without members, and teams that are hidden, by name. */
export const emptyAndHiddenTeams: Report = {
  name: "empty-and-hidden-teams",
  title: "Empty and hidden teams",
  summary: "Teams that nobody is in, and teams that not everybody sees",
  isEvidence: true,
  columns: columnsOf({
    team: "Team",
    slug: "Slug",
    why: "Why",
    members: "Members",
    visibility: "Visibility",
    id: "Id",
  }),
  rows: oddTeamRows,
};

function* managerRows({ view }: Subject): Rows {
  const holdings = new Holdings(view);
  const counts = { teams: 0, unmanaged: 0 };
  const managers = new Set<string>();
  const [membersOf, managersOf] = [memberCounts(holdings), managerFinder(view, holdings)];
  for (const team of teamsByName(view, holdings)) {
    counts.teams++;
    const found = managersOf(team);
    const head = [team.displayName, membersOf(team)];
    for (const account of found) {
      managers.add(accountIdCells(account).join(":"));
      yield [...head, ...accountCells(account), ...accountIdCells(account), team.id.resource];
    }
    if (found.length > 0) continue;
    counts.unmanaged++;
    const nobody = [...Object.keys(accountTitles), "type", "id"].map(() => undefined);
    yield [...head, ...nobody, team.id.resource];
  }
  return {
    counts: [
      counted("teams", counts.teams),
      counted("unmanaged", counts.unmanaged, "teams without a manager"),
      counted("managers", managers.size),
    ],
    notices: [],
  };
}

/** Finds the managers of a team, by key. What there is to hold on teams is read for all of them at once. */
function managerFinder(view: Subject["view"], holdings: Holdings): (team: Resource) => readonly Account[] {
  const entitlements = new Map<string, HeldEntitlement[]>();
  for (const resourceTypeId of holdings.shape.teamTypes) {
    for (const entitlement of view.entitlements({ resourceTypeId })) {
      if (!isManagerSlug(slugOf(entitlement))) continue;
      const key = resourceKey(entitlement.resource.id);
      const held = { entitlementId: entitlement.id, resource: entitlement.resource.id };
      entitlements.set(key, [...(entitlements.get(key) ?? []), held]);
    }
  }
  return ({ id }) => {
    const found = new Map<string, Account>();
    for (const entitlement of entitlements.get(resourceKey(id)) ?? []) {
      for (const holder of holdings.view.holdersOf(entitlement)) {
        found.set(resourceKey(holder), holdings.account(holder));
      }
    }
    return [...found].toSorted(([a], [b]) => compareTexts(a, b)).map(([, one]) => one);
  };
}

function* oddTeamRows({ view }: Subject): Rows {
  const holdings = new Holdings(view);
  const counts = { teams: 0, empty: 0, hidden: 0 };
  const membersOf = memberCounts(holdings);
  for (const team of teamsByName(view, holdings)) {
    counts.teams++;
    const members = membersOf(team);
    const visibility = profileText(team, "visibility");
    const isHidden = visibility?.toLowerCase() === "hidden";
    if (members === 0) counts.empty++;
    if (isHidden) counts.hidden++;
    const why = [...(members === 0 ? ["empty"] : []), ...(isHidden ? ["hidden"] : [])];
    if (why.length === 0) continue;
    yield [team.displayName, profileText(team, "slug"), why, members, visibility, team.id.resource];
  }
  return {
    counts: [counted("teams", counts.teams), counted("empty", counts.empty), counted("hidden", counts.hidden)],
    notices: [],
  };
}

/** Counted for all teams at once. */
function memberCounts({ shape, view }: Holdings): (team: Resource) => number {
  const counts = new Map(shape.teamTypes.map((type) => [type, view.countHolders(type)]));
  return ({ id }) => counts.get(id.resourceType)?.get(id.resource) ?? 0;
}

function teamsByName(view: Subject["view"], { shape }: Holdings): readonly Resource[] {
  const teams = shape.teamTypes.flatMap((resourceTypeId) => [...view.resources({ resourceTypeId })]);
  return teams.toSorted(
    (a, b) => compareTexts(a.displayName, b.displayName) || compareTexts(a.id.resource, b.id.resource),
  );
}

function profileText({ profile }: Resource, key: string): string | undefined {
  const value = profile?.[key];
  return typeof value === "string" ? value : undefined;
}
