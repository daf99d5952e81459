/** Reads everybody, their roles and their places in teams out of a file, step by step, so that others get their turn. */
import { type AccountFacts, accountFacts } from "../../reports/account-facts.ts";
import { twoFactorText } from "../../reports/columns.ts";
import { compareRoles, isManagerSlug } from "../../reports/file-shape.ts";
import type { Holdings } from "../../reports/holdings.ts";
import type { HeldEntitlement, SyncView } from "../../sdk/c1z/read/sync-view.ts";
import type { Resource } from "../../sdk/contracts/model.ts";
import type { PersonRow, TeamRow } from "../contract/sources.ts";
import { type RosterContent, type RosterTeam, rosterKey, type TeamPlace } from "./roster.ts";
import { byPrivilege } from "./rows/team-columns.ts";

interface GrowingTeam {
  readonly resource: Resource;
  readonly places: TeamPlace[];
}

/** Yields often, at no particular moments; at the end gives what a roster is made of. */
export function* buildRoster(view: SyncView, holdings: Holdings): Generator<void, RosterContent> {
  const teams = new Map<string, GrowingTeam>();
  for (const resourceTypeId of holdings.shape.teamTypes) {
    for (const resource of view.resources({ resourceTypeId })) {
      teams.set(rosterKey({ type: resourceTypeId, id: resource.id.resource }), { resource, places: [] });
      yield;
    }
  }
  const people: PersonRow[] = [];
  const byKey = new Map<string, number>();
  for (const { resource, facts } of holdings.accounts()) {
    const row = personRow(resource, facts);
    byKey.set(rosterKey(row), people.length);
    people.push(row);
    yield;
  }
  for (const type of holdings.shape.accountTypes) {
    for (const { principal, held } of holdings.view.holders(type)) {
      const index = byKey.get(rosterKey({ type, id: principal.resource }));
      const row = index === undefined ? undefined : people[index];
      if (index === undefined || !row) continue;
      people[index] = { ...row, ...place(index, held, holdings, teams) };
      yield;
    }
  }
  const rows: RosterTeam[] = [];
  for (const team of teams.values()) {
    rows.push(withCounts(team, people));
    yield;
  }
  return { people, teams: rows };
}

/** A person as a row, without what depends on grants. */
export function personRow(resource: Resource, facts: AccountFacts = accountFacts(resource)): PersonRow {
  const { id, displayName, profile } = resource;
  const visibility = profile?.["visibility"];
  return {
    type: id.resourceType,
    id: id.resource,
    name: displayName,
    email: facts.email ?? null,
    login: facts.login ?? null,
    status: facts.status,
    roles: [],
    teamCount: 0,
    twoFactor: twoFactorText(facts),
    visibility: typeof visibility === "string" ? visibility : null,
    lastLoginMs: milliseconds(facts.lastLoginSeconds),
    joinedMs: milliseconds(facts.createdSeconds),
  };
}

function milliseconds(seconds: number | undefined): number | null {
  return seconds === undefined ? null : seconds * 1000;
}

/** Finds the roles and puts the person into its teams. */
function place(
  person: number,
  held: readonly HeldEntitlement[],
  holdings: Holdings,
  teams: ReadonlyMap<string, GrowingTeam>,
): Pick<PersonRow, "roles" | "teamCount"> {
  const roles = new Set<string>();
  const places = new Map<GrowingTeam, string[]>();
  for (const one of held) {
    const { resourceType, resource } = one.resource;
    const { slug } = holdings.nameOf(one);
    if (holdings.shape.organizationTypes.includes(resourceType)) roles.add(slug);
    const team = teams.get(rosterKey({ type: resourceType, id: resource }));
    if (team) places.set(team, [...(places.get(team) ?? []), slug]);
  }
  for (const [team, slugs] of places) team.places.push({ person, role: slugs.toSorted(compareRoles)[0] ?? "" });
  return { roles: [...roles].toSorted(compareRoles), teamCount: places.size };
}

function withCounts({ resource, places }: GrowingTeam, people: readonly PersonRow[]): RosterTeam {
  const text = (key: string): string | null => {
    const value = resource.profile?.[key];
    return typeof value === "string" ? value : null;
  };
  const members = places.flatMap(({ person }) => people[person] ?? []);
  const byRole = new Map<string, number>();
  for (const { roles } of members) byRole.set(roles[0] ?? "", (byRole.get(roles[0] ?? "") ?? 0) + 1);
  const row: TeamRow = {
    type: resource.id.resourceType,
    id: resource.id.resource,
    name: resource.displayName,
    slug: text("slug"),
    description: resource.description ?? null,
    visibility: text("visibility"),
    memberCount: places.length,
    managerCount: places.filter(({ role }) => isManagerSlug(role)).length,
    disabledCount: members.filter(({ status }) => status === "disabled" || status === "deleted").length,
    withoutTwoFactor: members.filter(({ twoFactor }) => twoFactor === "no").length,
    byRole: [...byRole].toSorted(([a], [b]) => byPrivilege(a, b)),
  };
  return { row, places };
}
