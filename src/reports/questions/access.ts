/** What one person, or one team as a holder, has access to, and on which way. */

import { resourceKey } from "../../sdk/c1z/scratch/row-sql.ts";
import type { Grant, Resource } from "../../sdk/contracts/model.ts";
import { entitlementRefOf, howHeld, inheritedPaths } from "../grant-paths.ts";
import { Holdings } from "../holdings.ts";
import { findAccounts } from "../people/find-accounts.ts";
import { columnsOf, compareTexts, counted, type Report, type Row, type Rows, type Subject } from "../report.ts";
import { ambiguousSubject, unknownSubject } from "../unknown-subject.ts";

/** All that the principal holds, by resource and slug. */
export const access: Report = {
  name: "access",
  title: "Access of a person",
  summary: "What one person holds, directly or inherited, and through what",
  operand: "WHO",
  takesList: true,
  columns: columnsOf({
    resource: "Resource",
    slug: "Entitlement",
    how: "How",
    through: "Through",
    resourceType: "Resource type",
    resourceId: "Resource id",
    entitlementId: "Entitlement id",
  }),
  rows: accessRows,
};

function* accessRows({ view, about = "" }: Subject): Rows {
  const holdings = new Holdings(view);
  const who = findPrincipal(about, holdings);
  const grants = new Map<string, Grant>();
  for (const grant of view.grants({ principal: who.id })) grants.set(grant.entitlement.id, grant);
  const rows = [...grants.values()].map((grant) => rowOf(grant, grants, holdings));
  for (const row of rows.toSorted(compareRows)) yield row;
  const { facts } = holdings.account(who.id);
  const isOff = rows.length > 0 && (facts.status === "disabled" || facts.status === "deleted");
  return {
    counts: [counted("held", rows.length, "entitlements held")],
    notices: [
      `This is ${who.displayName || who.id.resource} (${who.id.resourceType}:${who.id.resource}).`,
      ...(isOff ? [`The account is ${facts.status} and still holds access.`] : []),
    ],
  };
}

function rowOf(grant: Grant, grants: ReadonlyMap<string, Grant>, holdings: Holdings): Row {
  const { id, resource } = grant.entitlement;
  const { slug, resourceName } = holdings.nameOf({ entitlementId: id, resource });
  const through = inheritedPaths(grant, grants).map((path) => path.map((one) => labelOf(one, holdings)).join(" > "));
  return [resourceName, slug, howHeld(grant), through, resource.resourceType, resource.resource, id];
}

/** `resource: slug` of an entitlement. */
export function labelOf(entitlementId: string, holdings: Holdings): string {
  const { resource } = entitlementRefOf(entitlementId);
  const known = holdings.view.getEntitlement(entitlementId);
  const { resourceName, slug } = holdings.nameOf({ entitlementId, resource: known?.resource.id ?? resource });
  return `${resourceName}: ${slug}`;
}

function compareRows(a: Row, b: Row): number {
  const key = (row: Row, index: number): string => String(row[index] ?? "");
  return compareTexts(key(a, 0), key(b, 0)) || compareTexts(key(a, 6), key(b, 6));
}

/** By `type:id`, by id, or by login, address or name, however it is typed. */
function findPrincipal(about: string, holdings: Holdings): Resource {
  const [found = []] = findAccounts([[about]], holdings);
  const [first, second] = found;
  if (!first) throw unknownSubject("account", about);
  if (!second) return first.resource;
  const ids = found.map(({ resource }) => resourceKey(resource.id));
  throw ambiguousSubject("account", about, ids);
}
