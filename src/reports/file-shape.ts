/**
 * Which resource types of a file are accounts, organizations and teams, whatever their connector calls them: accounts
 * have the user trait, an organization is what accounts lie under, teams are the other groups.
 */
import type { SyncView } from "../sdk/c1z/read/sync-view.ts";
import { type Entitlement, type ResourceType, Trait } from "../sdk/contracts/model.ts";
import { compareTexts } from "./report.ts";

/** Resource type ids by what they stand for, each sorted. */
export interface FileShape {
  readonly accountTypes: readonly string[];
  readonly organizationTypes: readonly string[];
  readonly teamTypes: readonly string[];
}

/** Where accounts lie under nothing, types of these ids are taken for organizations. */
const usualOrganizationIds: ReadonlySet<string> = new Set(["organization", "org", "workspace", "tenant"]);

/** Looks at the resource types and at the first account of each. */
export function fileShape(view: SyncView): FileShape {
  const types = [...view.resourceTypes()].toSorted((a, b) => compareTexts(a.id, b.id));
  const accountTypes = idsWith(types, Trait.user);
  const organizationTypes = findOrganizationTypes(view, types, accountTypes);
  const teamTypes = idsWith(types, Trait.group).filter((id) => !organizationTypes.includes(id));
  return { accountTypes, organizationTypes, teamTypes };
}

/** Ids of the types that have a trait. */
export function idsWith(types: Iterable<ResourceType>, trait: Trait): readonly string[] {
  return [...types].filter(({ traits }) => traits.includes(trait)).map(({ id }) => id);
}

function findOrganizationTypes(
  view: SyncView,
  types: readonly ResourceType[],
  accountTypes: readonly string[],
): readonly string[] {
  const parents = new Set<string>();
  for (const resourceTypeId of accountTypes) {
    const [first] = view.resources({ resourceTypeId });
    if (first?.parentResourceId) parents.add(first.parentResourceId.resourceType);
  }
  const isOrganization = parents.size > 0 ? parents : usualOrganizationIds;
  return types.map(({ id }) => id).filter((id) => isOrganization.has(id));
}

/** Slugs of roles, most privileged first; others come after them. */
const rankedSlugs = ["owner", "admin", "administrator", "manager", "maintainer", "member", "collaborator"];

/** Orders slugs of roles, most privileged first, then by name. */
export function compareRoles(a: string, b: string): number {
  return roleRank(a) - roleRank(b) || compareTexts(a, b);
}

/** The smaller, the more privileged. */
export function roleRank(slug: string | undefined): number {
  const rank = rankedSlugs.indexOf(slug?.toLowerCase() ?? "");
  return rank === -1 ? rankedSlugs.length : rank;
}

/** Slug of the role that is above all. */
export const ownerSlug = "owner";

/** Whether the role is above all others. */
export function isOwnerSlug(slug: string): boolean {
  return slug.toLowerCase() === ownerSlug;
}

const managerSlugs: ReadonlySet<string> = new Set(["owner", "admin", "administrator", "manager", "maintainer"]);

/** Whether who holds it manages what it is on: a team, an organization. */
export function isManagerSlug(slug: string): boolean {
  return managerSlugs.has(slug.toLowerCase());
}

/** The slug; of an entitlement without one, the last part of its id, else its name. */
export function slugOf({ slug, id, displayName }: Entitlement): string {
  return slug || id.slice(id.lastIndexOf(":") + 1) || displayName;
}
