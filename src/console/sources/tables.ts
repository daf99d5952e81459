/** What any Baton file holds, in tables: resources, entitlements and grants, a page at a time, and one resource. */
import { slugOf } from "../../reports/file-shape.ts";
import { inheritedFrom } from "../../reports/grant-paths.ts";
import { labelOf } from "../../reports/questions/access.ts";
import { entitlementColumns, grantColumns, resourceColumns } from "../../reports/questions/lists.ts";
import type { ColumnOf } from "../../reports/report.ts";
import type { ResourceId } from "../../sdk/contracts/model.ts";
import type { LinkTarget, ResourceDetail, TableColumn, TablePage, TableRow } from "../contract/sources.ts";
import type { OpenSource } from "./open-source.ts";
import { profileTexts } from "./people.ts";
import { cellOf, shownColumn, type Window } from "./rows/table-page.ts";
import { notInSource } from "./source-error.ts";

/**
 * Columns as a screen has them: what a row is called comes first and leads to it. A row without a name is told by what
 * stands in its place.
 */
function namedFirst<Item>(columns: readonly ColumnOf<Item>[], otherwise: string): readonly ColumnOf<Item>[] {
  const [name, other] = ["name", otherwise].map((key) => columns.find((column) => column.key === key));
  if (!name || !other) return columns;
  const { link, ...plain } = other;
  const first = { ...name, value: (item: Item) => name.value(item) || other.value(item), ...(link && { link }) };
  return [first, ...columns.flatMap((one) => (one === name ? [] : [one === other ? plain : one]))];
}

const resourcesOnScreen = namedFirst(resourceColumns, "id");
const entitlementsOnScreen = namedFirst(entitlementColumns, "slug");

/** Resources of one type, or all, in the order of the file. */
export async function resourcesPage(open: OpenSource, type: string | undefined, window: Window): Promise<TablePage> {
  const filter = type === undefined ? {} : { resourceTypeId: type };
  return pageOf(resourcesOnScreen, open.view.resources(filter, window), {
    total: await open.total("resource", filter),
    window,
  });
}

/** Entitlements on resources of one type, or all. */
export async function entitlementsPage(open: OpenSource, type: string | undefined, window: Window): Promise<TablePage> {
  const { view, holdings } = open;
  const filter = type === undefined ? {} : { resourceTypeId: type };
  const rows = [...view.entitlements(filter, window)].map((entitlement) => ({
    entitlement,
    resourceName: holdings.resourceName(entitlement.resource.id),
    grants: open.count("grant", { entitlementId: entitlement.id }),
  }));
  return pageOf(entitlementsOnScreen, rows, { total: await open.total("entitlement", filter), window });
}

/** What grants are asked for. */
export interface GrantsQuery {
  readonly entitlement?: string | undefined;
  readonly principal?: ResourceId | undefined;
}

/** Grants of one entitlement or to one principal, or all. */
export async function grantsPage(
  open: OpenSource,
  { entitlement, principal }: GrantsQuery,
  window: Window,
): Promise<TablePage> {
  const { view, holdings } = open;
  const filter = { ...(entitlement !== undefined && { entitlementId: entitlement }), ...(principal && { principal }) };
  const rows = [...view.grants(filter, window)].map((grant) => {
    const { id, resource } = grant.entitlement;
    const { resourceName, slug } = holdings.nameOf({ entitlementId: id, resource });
    const through = inheritedFrom(grant).map((one) => labelOf(one, holdings));
    return { grant, resourceName, slug, principalName: holdings.resourceName(grant.principal), through };
  });
  return pageOf(grantColumns, rows, { total: await open.total("grant", filter), window });
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

/** Everything as it was written: each name leads to its resource. */
function pageOf<Item>(
  columns: readonly ColumnOf<Item>[],
  items: Iterable<Item>,
  { total, window }: { readonly total: number; readonly window: Window },
): TablePage {
  const rows = Array.from(items, (item): TableRow => {
    const textIn = (key: string): string => String(columns.find((one) => one.key === key)?.value(item) ?? "");
    const links = columns.map(({ link }): LinkTarget | null =>
      link?.type === undefined ? null : { to: "resource", type: textIn(link.type), id: textIn(link.id) },
    );
    return { cells: columns.map(({ value }) => cellOf(value(item))), links };
  });
  const served = columns.map((one): TableColumn => ({ ...shownColumn(one, true), choices: [] }));
  return { columns: served, all: total, total, offset: window.offset, rows };
}
