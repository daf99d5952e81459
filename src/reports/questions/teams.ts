/** Who manages which team, and which teams nobody is in or not everybody sees. */
import type { HeldEntitlement } from "../../sdk/c1z/read/sync-view.ts";
import { resourceKey } from "../../sdk/c1z/scratch/row-sql.ts";
import type { Resource } from "../../sdk/contracts/model.ts";
import { accountColumns, accountIdColumns, column } from "../columns.ts";
import { isManagerSlug, slugOf } from "../file-shape.ts";
import { type Account, Holdings, slim } from "../holdings.ts";
import { compareTexts, counted, defineReport, type Items, type Subject } from "../report.ts";
import { capitalized, countIn, inText, partOf } from "../screen/chart.ts";

interface ManagedTeam {
  readonly team: Resource;
  readonly members: number;
  /** Undefined for a team that nobody manages. */
  readonly manager: Account | undefined;
}

const managerOf = ({ manager }: ManagedTeam): Account | undefined => manager;

/** A row for each team and manager; teams that nobody manages have one without, before the others. */
export const teamManagers = defineReport<ManagedTeam>({
  name: "team-managers",
  title: "Team managers",
  summary: "Who manages which team, and teams that nobody manages",
  isReview: true,
  columns: [
    column("team", "Team", "text", ({ team }) => team.displayName, { width: 20, link: { id: "teamId" } }),
    column("members", "Members", "number", ({ members }) => members),
    ...accountColumns(managerOf),
    ...accountIdColumns(managerOf),
    column("teamId", "Team id", "text", ({ team }) => team.id.resource, { isExportedOnly: true }),
  ],
  screen: ["team", "members", "name", "status", "twoFactor", "lastLogin"],
  headline: ({ count }) => {
    const [teams, without] = [inText(count("teams")), count("unmanaged")];
    const sentence = `of ${teams} teams ${without === 1 ? "has" : "have"} no manager`;
    return { figure: inText(without), sentence, tone: without > 0 ? "warn" : "good" };
  },
  chart: ({ counts }) => {
    const [teams, without] = [countIn(counts, "teams"), countIn(counts, "unmanaged")];
    const unmanaged = partOf("teams", without, { name: "" }, "warn");
    const bars = [
      { label: "Managed", parts: [partOf("teams", teams - without)] },
      { label: "Not managed", parts: [unmanaged] },
    ];
    return { title: "Teams with and without a manager", scale: "count", bars };
  },
  items: managedTeams,
});

interface OddTeam {
  readonly team: Resource;
  readonly members: number;
  readonly why: readonly string[];
}

/** Teams without members, and teams that are hidden, by name. */
export const emptyAndHiddenTeams = defineReport<OddTeam>({
  name: "empty-and-hidden-teams",
  title: "Empty and hidden teams",
  summary: "Teams that nobody is in, and teams that not everybody sees",
  isReview: true,
  columns: [
    column("team", "Team", "text", ({ team }) => team.displayName, { width: 24, link: { id: "id" } }),
    column("slug", "Slug", "text", ({ team }) => profileText(team, "slug")),
    column("why", "Why", "word", ({ why }) => why),
    column("members", "Members", "number", ({ members }) => members),
    column("visibility", "Visibility", "visibility", ({ team }) => profileText(team, "visibility")),
    column("id", "Id", "text", ({ team }) => team.id.resource, { isExportedOnly: true }),
  ],
  headline: ({ count }) => {
    const [empty, hidden] = [count("empty"), count("hidden")];
    const sentence = `of ${inText(count("teams"))} teams ${empty === 1 ? "is" : "are"} empty, ${inText(hidden)} hidden`;
    return { figure: inText(empty), sentence, tone: empty + hidden > 0 ? "warn" : "good" };
  },
  chart: ({ counts }) => ({
    title: "Teams",
    scale: "count",
    bars: ["empty", "hidden"].map((why) => ({
      label: capitalized(why),
      parts: [partOf("teams", countIn(counts, why), { why }, "warn")],
    })),
  }),
  items: oddTeams,
});

function* managedTeams({ view }: Subject): Items<ManagedTeam> {
  const holdings = new Holdings(view);
  const counts = { teams: 0, unmanaged: 0 };
  const managers = new Set<string>();
  const [membersOf, managersOf] = [memberCounts(holdings), managerFinder(view, holdings)];
  const managed: ManagedTeam[] = [];
  for (const team of teamsByName(view, holdings)) {
    counts.teams++;
    const found = managersOf(team);
    const members = membersOf(team);
    for (const manager of found) {
      managers.add(resourceKey(manager.resource.id));
      managed.push({ team, members, manager });
    }
    if (found.length > 0) continue;
    counts.unmanaged++;
    yield { team, members, manager: undefined };
  }
  yield* managed;
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
        found.set(resourceKey(holder), slim(holdings.account(holder)));
      }
    }
    return [...found].toSorted(([a], [b]) => compareTexts(a, b)).map(([, one]) => one);
  };
}

function* oddTeams({ view }: Subject): Items<OddTeam> {
  const holdings = new Holdings(view);
  const counts = { teams: 0, empty: 0, hidden: 0 };
  const membersOf = memberCounts(holdings);
  for (const team of teamsByName(view, holdings)) {
    counts.teams++;
    const members = membersOf(team);
    const isHidden = profileText(team, "visibility")?.toLowerCase() === "hidden";
    if (members === 0) counts.empty++;
    if (isHidden) counts.hidden++;
    const why = [...(members === 0 ? ["empty"] : []), ...(isHidden ? ["hidden"] : [])];
    if (why.length === 0) continue;
    yield { team, members, why };
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
