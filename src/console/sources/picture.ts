/** The organization as a picture: teams as clusters of people, roles as colours; counts where there are too many. */
import type { PersonRow, Picture, PictureCluster } from "../contract/sources.ts";
import type { OpenSource } from "./open-source.ts";
import type { Roster, RosterTeam } from "./roster.ts";

/** People who are drawn one by one. */
const drawnPeople = 200;
/** Clusters that are drawn, so that with some roles in each there are no more marks than people; the smallest teams beyond them become one. */
const drawnClusters = 40;
/** Role of people who have none. */
const noRole = "none";

/** Clusters by size. */
export async function pictureOf(open: OpenSource): Promise<Picture> {
  const roster = await open.roster();
  const isAggregated = roster.people.length > drawnPeople;
  const bySize = roster.teams.toSorted((a, b) => b.places.length - a.places.length);
  const shown = bySize.slice(0, bySize.length > drawnClusters ? drawnClusters - 1 : drawnClusters);
  const rest = bySize.slice(shown.length);
  const clusters = shown.map(({ row: { type, id, name }, places }) => {
    const people = places.flatMap(({ person }) => roster.people[person] ?? []);
    return cluster({ type, id, name }, people, isAggregated);
  });
  const alone = roster.people.filter(({ teamCount }) => teamCount === 0);
  return {
    organization: organizationName(open),
    clusters: rest.length === 0 ? clusters : [...clusters, furtherTeams(rest, roster, isAggregated)],
    alone: cluster({ type: "", id: "", name: "No team" }, alone, isAggregated),
    isAggregated,
  };
}

/** Everybody of the teams that are not drawn, once each. */
function furtherTeams(teams: readonly RosterTeam[], roster: Roster, isAggregated: boolean): PictureCluster {
  const indexes = new Set(teams.flatMap(({ places }) => places.map(({ person }) => person)));
  const people = [...indexes].flatMap((index) => roster.people[index] ?? []);
  const names = { type: "", id: "", name: `${teams.length} more teams`, teams: teams.length };
  return cluster(names, people, isAggregated);
}

function cluster(
  names: Pick<PictureCluster, "type" | "id" | "name" | "teams">,
  people: readonly PersonRow[],
  isAggregated: boolean,
): PictureCluster {
  const counts = new Map<string, number>();
  for (const { roles } of people) counts.set(roles[0] ?? noRole, (counts.get(roles[0] ?? noRole) ?? 0) + 1);
  const byRole = [...counts].map(([role, count]) => ({ role, count })).toSorted((a, b) => b.count - a.count);
  const members = people.map(({ type, id, name, roles, status }) => ({
    type,
    id,
    name,
    role: roles[0] ?? noRole,
    isDisabled: status === "disabled" || status === "deleted",
  }));
  return { ...names, total: people.length, byRole, members: isAggregated ? [] : members };
}

function organizationName({ view, holdings }: OpenSource): string {
  for (const resourceTypeId of holdings.shape.organizationTypes) {
    for (const { displayName, id } of view.resources({ resourceTypeId })) return displayName || id.resource;
  }
  return "";
}
