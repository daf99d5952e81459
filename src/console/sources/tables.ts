/** What any Baton file holds, in tables: resources, entitlements and grants, a page at a time, and one resource. */
import { accountFacts } from "../../reports/account-facts.ts";
import { slugOf } from "../../reports/file-shape.ts";
import { howHeld, inheritedFrom } from "../../reports/grant-paths.ts";
import { labelOf } from "../../reports/questions/access.ts";
import { resourceKey } from "../../sdk/c1z/scratch/row-sql.ts";
import type { ResourceId } from "../../sdk/contracts/model.ts";
import type { ResourceDetail, TablePage } from "../contract/sources.ts";
import type { OpenSource } from "./open-source.ts";
import { profileTexts, type Window } from "./people.ts";
import { notInSource } from "./source-error.ts";

type Column = TablePage["columns"][number];

/** Resources of one type, or all, in the order of the file. */
export function resourcesPage({ view }: OpenSource, type: string | undefined, window: Window): TablePage {
  const filter = type === undefined ? {} : { resourceTypeId: type };
  const rows = [...view.resources(filter, window)].map((resource) => {
    const { id, displayName, parentResourceId, description = "" } = resource;
    const { status } = accountFacts(resource);
    const parent = parentResourceId ? resourceKey(parentResourceId) : null;
    return [id.resourceType, id.resource, displayName, parent, status === "unknown" ? null : status, description];
  });
  const columns = textColumns({
    ...{ type: "Type", id: "Id", name: "Name", parent: "Parent", status: "Status", description: "Description" },
  });
  return { columns, total: view.count("resource", filter), offset: window.offset, rows };
}

/** What entitlements are asked for. */
export interface EntitlementsQuery {
  readonly type?: string | undefined;
  readonly resource?: ResourceId | undefined;
}

/** Entitlements on resources of one type or on one resource, or all. */
export function entitlementsPage(
  { view, holdings }: OpenSource,
  { type, resource }: EntitlementsQuery,
  window: Window,
): TablePage {
  const filter = { ...(type !== undefined && { resourceTypeId: type }), ...(resource && { resource }) };
  const rows = [...view.entitlements(filter, window)].map((entitlement) => {
    const { id, displayName, description } = entitlement;
    const on = entitlement.resource.id;
    const holders = view.count("grant", { entitlementId: id });
    return [on.resourceType, holdings.resourceName(on), slugOf(entitlement), displayName, description, holders, id];
  });
  const columns = [
    ...textColumns({ resourceType: "Resource type", resource: "Resource", slug: "Entitlement", name: "Name" }),
    ...textColumns({ description: "Description" }),
    { key: "grants", title: "Grants", isNumber: true },
    ...textColumns({ id: "Id" }),
  ];
  return { columns, total: view.count("entitlement", filter), offset: window.offset, rows };
}

/** What grants are asked for. */
export interface GrantsQuery {
  readonly entitlement?: string | undefined;
  readonly principal?: ResourceId | undefined;
}

/** Grants of one entitlement or to one principal, or all. */
export function grantsPage(
  { view, holdings }: OpenSource,
  { entitlement, principal }: GrantsQuery,
  window: Window,
): TablePage {
  const filter = { ...(entitlement !== undefined && { entitlementId: entitlement }), ...(principal && { principal }) };
  const rows = [...view.grants(filter, window)].map((grant) => {
    const { id, resource } = grant.entitlement;
    const { resourceName, slug } = holdings.nameOf({ entitlementId: id, resource });
    const who = grant.principal;
    const through = inheritedFrom(grant).map((one) => labelOf(one, holdings));
    return [
      resourceName,
      slug,
      holdings.resourceName(who),
      howHeld(grant),
      through,
      who.resourceType,
      who.resource,
      id,
    ];
  });
  const columns = textColumns({
    ...{ resource: "Resource", slug: "Entitlement", principal: "Principal", how: "How", through: "Through" },
    ...{ principalType: "Principal type", principalId: "Principal id", entitlementId: "Entitlement id" },
  });
  return { columns, total: view.count("grant", filter), offset: window.offset, rows };
}

/** One resource. @throws BatonError `CONSOLE-NOT-IN-FILE` */
export function resourceDetail({ view, holdings }: OpenSource, id: ResourceId): ResourceDetail {
  const resource = holdings.view.getResource(id);
  if (!resource) throw notInSource("resource");
  const { displayName, description = "", parentResourceId: parent, profile = {} } = resource;
  return {
    type: id.resourceType,
    id: id.resource,
    name: displayName || id.resource,
    description,
    parent: parent ? { type: parent.resourceType, id: parent.resource, name: holdings.resourceName(parent) } : null,
    profile: profileTexts(profile),
    entitlements: [...view.entitlements({ resource: id })].map((entitlement) => ({
      id: entitlement.id,
      slug: slugOf(entitlement),
      name: entitlement.displayName,
      holders: view.count("grant", { entitlementId: entitlement.id }),
    })),
  };
}

function textColumns(titles: Readonly<Record<string, string>>): readonly Column[] {
  return Object.entries(titles).map(([key, title]) => ({ key, title, isNumber: false }));
}
