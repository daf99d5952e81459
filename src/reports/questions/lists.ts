/** What any Baton file holds, kind by kind, in the order in which its connector wrote it. */

import type { SyncView } from "../../sdk/c1z/read/sync-view.ts";
import { resourceKey } from "../../sdk/c1z/scratch/row-sql.ts";
import {
  type Entitlement,
  type Grant,
  Purpose,
  type Resource,
  type ResourceType,
  Trait,
} from "../../sdk/contracts/model.ts";
import { accountFacts } from "../account-facts.ts";
import { column } from "../columns.ts";
import { slugOf } from "../file-shape.ts";
import { howHeld, inheritedFrom } from "../grant-paths.ts";
import { Holdings } from "../holdings.ts";
import { type ColumnOf, counted, defineReport, type Items, type Subject } from "../report.ts";
import { unknownSubject } from "../unknown-subject.ts";

interface CountedType {
  readonly type: ResourceType;
  readonly resources: number;
  readonly entitlements: number;
  readonly grants: number;
}

/** Resource types with their counts. */
export const resourceTypes = defineReport<CountedType>({
  name: "resource-types",
  title: "Resource types",
  summary: "Resource types with numbers of resources, entitlements and grants",
  isEvidence: true,
  columns: [
    column("type", "Type", "text", ({ type }) => type.id),
    column("name", "Name", "text", ({ type }) => type.displayName),
    column("traits", "Traits", "list", ({ type }) => type.traits.map(traitName)),
    column("resources", "Resources", "number", ({ resources: count }) => count),
    column("entitlements", "Entitlements", "number", ({ entitlements: count }) => count),
    column("grants", "Grants", "number", ({ grants: count }) => count),
  ],
  items: countedTypes,
});

/** The columns of resources. */
export const resourceColumns: readonly ColumnOf<Resource>[] = [
  column("type", "Type", "text", ({ id }) => id.resourceType, { width: 12 }),
  column("id", "Id", "text", ({ id }) => id.resource, { width: 20, link: { type: "type", id: "id" } }),
  column("name", "Name", "text", ({ displayName }) => displayName, { width: 20 }),
  column("parent", "Parent", "text", ({ parentResourceId }) => parentResourceId && resourceKey(parentResourceId)),
  column("status", "Status", "status", statusText),
  column("description", "Description", "text", ({ description }) => description),
];

/** All resources, or those of one type. */
export const resources = defineReport<Resource>({
  name: "resources",
  title: "Resources",
  summary: "All resources, or those of one type",
  operand: "[TYPE]",
  columns: resourceColumns,
  items: resourcesOf,
});

/** An entitlement with what it is on, and how often it is held. */
export interface NamedEntitlement {
  readonly entitlement: Entitlement;
  readonly resourceName: string;
  readonly grants: number;
}

/** The columns of entitlements. */
export const entitlementColumns: readonly ColumnOf<NamedEntitlement>[] = [
  column("resourceType", "Resource type", "text", ({ entitlement }) => entitlement.resource.id.resourceType, {
    width: 11,
  }),
  column("resource", "Resource", "text", ({ resourceName }) => resourceName),
  column("slug", "Entitlement", "text", ({ entitlement }) => slugOf(entitlement)),
  column("name", "Name", "text", ({ entitlement }) => entitlement.displayName, { width: 20 }),
  column("purpose", "Purpose", "text", ({ entitlement }) => purposeName(entitlement.purpose)),
  column("grants", "Grants", "number", ({ grants: count }) => count),
  column("id", "Id", "text", ({ entitlement }) => entitlement.id, { width: 20 }),
];

/** All entitlements, or those on resources of one type. */
export const entitlements = defineReport<NamedEntitlement>({
  name: "entitlements",
  title: "Entitlements",
  summary: "All entitlements, or those on resources of one type, with numbers of grants",
  operand: "[TYPE]",
  columns: entitlementColumns,
  items: namedEntitlements,
});

/** A grant with the names of what and whom it is about. */
export interface NamedGrant {
  readonly grant: Grant;
  readonly resourceName: string;
  readonly slug: string;
  readonly principalName: string;
  /** What it is inherited from. */
  readonly through: readonly string[];
}

/** The columns of grants. */
export const grantColumns: readonly ColumnOf<NamedGrant>[] = [
  column("resource", "Resource", "text", ({ resourceName }) => resourceName),
  column("slug", "Entitlement", "text", ({ slug }) => slug),
  column("principal", "Principal", "text", ({ principalName }) => principalName, {
    link: { type: "principalType", id: "principalId" },
  }),
  column("how", "How", "text", ({ grant }) => howHeld(grant), { width: 9 }),
  column("through", "Through", "list", ({ through }) => through),
  column("principalType", "Principal type", "text", ({ grant }) => grant.principal.resourceType, { width: 9 }),
  column("principalId", "Principal id", "text", ({ grant }) => grant.principal.resource),
  column("entitlementId", "Entitlement id", "text", ({ grant }) => grant.entitlement.id, { width: 24 }),
];

/** All grants, or those on resources of one type. */
export const grants = defineReport<NamedGrant>({
  name: "grants",
  title: "Grants",
  summary: "All grants, or those on resources of one type",
  operand: "[TYPE]",
  columns: grantColumns,
  items: namedGrants,
});

function* countedTypes({ view }: Subject): Items<CountedType> {
  const stats = view.recount();
  for (const type of view.resourceTypes()) {
    yield {
      type,
      resources: stats.resourcesByResourceType[type.id] ?? 0,
      entitlements: stats.entitlementsByResourceType[type.id] ?? 0,
      grants: stats.grantsByResourceType[type.id] ?? 0,
    };
  }
  return {
    counts: [
      // Those of a type that the file does not describe as well.
      counted("resources", view.count("resource")),
      counted("entitlements", stats.entitlements),
      counted("grants", stats.grants),
    ],
    notices: [],
  };
}

function* resourcesOf({ view, about }: Subject): Items<Resource> {
  const filter = typeFilter(view, about);
  let count = 0;
  for (const resource of view.resources(filter)) {
    count++;
    yield resource;
  }
  return { counts: [counted("resources", count)], notices: [] };
}

function* namedEntitlements({ view, about }: Subject): Items<NamedEntitlement> {
  const filter = typeFilter(view, about);
  const holdings = new Holdings(view);
  const held = view.grantsPerEntitlement();
  let count = 0;
  for (const entitlement of view.entitlements(filter)) {
    count++;
    const resourceName = holdings.resourceName(entitlement.resource.id);
    yield { entitlement, resourceName, grants: held.get(entitlement.id) ?? 0 };
  }
  return { counts: [counted("entitlements", count)], notices: [] };
}

function* namedGrants({ view, about }: Subject): Items<NamedGrant> {
  const filter = typeFilter(view, about);
  const holdings = new Holdings(view);
  let count = 0;
  for (const grant of view.grants(filter)) {
    count++;
    const { id, resource } = grant.entitlement;
    const { resourceName, slug } = holdings.nameOf({ entitlementId: id, resource });
    const principalName = holdings.resourceName(grant.principal);
    yield { grant, resourceName, slug, principalName, through: inheritedFrom(grant) };
  }
  return { counts: [counted("grants", count)], notices: [] };
}

function typeFilter(view: SyncView, about: string | undefined): { readonly resourceTypeId?: string } {
  if (about === undefined) return {};
  if (view.getResourceType(about) !== undefined) return { resourceTypeId: about };
  throw unknownSubject("resource type", about, [...view.resourceTypes()].map(({ id }) => id).toSorted());
}

/** Nothing for a resource without a state, such as a team. */
function statusText(resource: Resource): string | undefined {
  const { status } = accountFacts(resource);
  return status === "unknown" ? undefined : status;
}

function traitName(trait: Trait): string {
  return nameIn(Trait, trait);
}

function purposeName(purpose: Purpose): string | undefined {
  return purpose === Purpose.unspecified ? undefined : nameIn(Purpose, purpose);
}

function nameIn(names: Readonly<Record<string, number>>, value: number): string {
  return Object.entries(names).find(([, known]) => known === value)?.[0] ?? String(value);
}
