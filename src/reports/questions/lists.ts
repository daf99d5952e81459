/** What any Baton file holds, kind by kind, in the order in which its connector wrote it. */

import type { SyncView } from "../../sdk/c1z/read/sync-view.ts";
import { resourceKey } from "../../sdk/c1z/scratch/row-sql.ts";
import { Purpose, type Resource, Trait } from "../../sdk/contracts/model.ts";
import { accountFacts } from "../account-facts.ts";
import { slugOf } from "../file-shape.ts";
import { howHeld, inheritedFrom } from "../grant-paths.ts";
import { Holdings } from "../holdings.ts";
import { columnsOf, counted, type Report, type Rows, type Subject } from "../report.ts";
import { unknownSubject } from "../unknown-subject.ts";

/** Resource types with their counts. */
export const resourceTypes: Report = {
  name: "resource-types",
  title: "Resource types",
  summary: "Resource types with numbers of resources, entitlements and grants",
  isEvidence: true,
  columns: columnsOf({
    type: "Type",
    name: "Name",
    traits: "Traits",
    resources: "Resources",
    entitlements: "Entitlements",
    grants: "Grants",
  }),
  rows: typeRows,
};

/** All resources, or those of one type. */
export const resources: Report = {
  name: "resources",
  title: "Resources",
  summary: "All resources, or those of one type",
  operand: "[TYPE]",
  columns: columnsOf({
    type: "Type",
    id: "Id",
    name: "Name",
    parent: "Parent",
    status: "Status",
    description: "Description",
  }),
  rows: resourceRows,
};

/** All entitlements, or those on resources of one type. */
export const entitlements: Report = {
  name: "entitlements",
  title: "Entitlements",
  summary: "All entitlements, or those on resources of one type, with numbers of grants",
  operand: "[TYPE]",
  columns: columnsOf({
    resourceType: "Resource type",
    resource: "Resource",
    slug: "Entitlement",
    name: "Name",
    purpose: "Purpose",
    grants: "Grants",
    id: "Id",
  }),
  rows: entitlementRows,
};

/** All grants, or those on resources of one type. */
export const grants: Report = {
  name: "grants",
  title: "Grants",
  summary: "All grants, or those on resources of one type",
  operand: "[TYPE]",
  columns: columnsOf({
    resource: "Resource",
    slug: "Entitlement",
    principal: "Principal",
    how: "How",
    through: "Through",
    principalType: "Principal type",
    principalId: "Principal id",
    entitlementId: "Entitlement id",
  }),
  rows: grantRows,
};

function* typeRows({ view }: Subject): Rows {
  const stats = view.recount();
  for (const { id, displayName, traits } of view.resourceTypes()) {
    const counts = [stats.resourcesByResourceType, stats.entitlementsByResourceType, stats.grantsByResourceType];
    yield [id, displayName, traits.map(traitName), ...counts.map((count) => count[id] ?? 0)];
  }
  return {
    counts: [
      counted("resources", stats.resources),
      counted("entitlements", stats.entitlements),
      counted("grants", stats.grants),
    ],
    notices: [],
  };
}

function* resourceRows({ view, about }: Subject): Rows {
  const filter = typeFilter(view, about);
  let count = 0;
  for (const resource of view.resources(filter)) {
    count++;
    const { id, displayName, parentResourceId, description } = resource;
    const parent = parentResourceId && resourceKey(parentResourceId);
    yield [id.resourceType, id.resource, displayName, parent, statusText(resource), description];
  }
  return { counts: [counted("resources", count)], notices: [] };
}

function* entitlementRows({ view, about }: Subject): Rows {
  const filter = typeFilter(view, about);
  const holdings = new Holdings(view);
  const held = view.grantsPerEntitlement();
  let count = 0;
  for (const entitlement of view.entitlements(filter)) {
    count++;
    const { id, displayName, purpose } = entitlement;
    const { resourceType } = entitlement.resource.id;
    const resource = holdings.resourceName(entitlement.resource.id);
    const grantCount = held.get(id) ?? 0;
    yield [resourceType, resource, slugOf(entitlement), displayName, purposeName(purpose), grantCount, id];
  }
  return { counts: [counted("entitlements", count)], notices: [] };
}

function* grantRows({ view, about }: Subject): Rows {
  const filter = typeFilter(view, about);
  const holdings = new Holdings(view);
  let count = 0;
  for (const grant of view.grants(filter)) {
    count++;
    const { id, resource } = grant.entitlement;
    const { resourceName, slug } = holdings.nameOf({ entitlementId: id, resource });
    const { resourceType, resource: principalId } = grant.principal;
    const principal = holdings.resourceName(grant.principal);
    yield [resourceName, slug, principal, howHeld(grant), inheritedFrom(grant), resourceType, principalId, id];
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
