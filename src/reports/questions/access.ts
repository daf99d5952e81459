/** What one person, or one team as a holder, has access to, and on which way. */

import { resourceKey } from "../../sdk/c1z/scratch/row-sql.ts";
import type { Grant, Resource } from "../../sdk/contracts/model.ts";
import { column } from "../columns.ts";
import { entitlementRefOf, howHeld, inheritedPaths } from "../grant-paths.ts";
import { Holdings } from "../holdings.ts";
import { findAccounts } from "../people/find-accounts.ts";
import { compareTexts, counted, defineReport, type Items, type Subject } from "../report.ts";
import { ambiguousSubject, unknownSubject } from "../unknown-subject.ts";

interface Held {
  readonly grant: Grant;
  readonly resourceName: string;
  readonly slug: string;
  readonly through: readonly string[];
}

/** All that the principal holds, by resource and slug. */
export const access = defineReport<Held>({
  name: "access",
  title: "Access of a person",
  summary: "What one person holds, directly or inherited, and through what",
  operand: "WHO",
  takesList: true,
  columns: [
    column("resource", "Resource", "text", ({ resourceName }) => resourceName),
    column("slug", "Entitlement", "text", ({ slug }) => slug),
    column("how", "How", "text", ({ grant }) => howHeld(grant)),
    column("through", "Through", "list", ({ through }) => through),
    column("resourceType", "Resource type", "text", ({ grant }) => grant.entitlement.resource.resourceType),
    column("resourceId", "Resource id", "text", ({ grant }) => grant.entitlement.resource.resource),
    column("entitlementId", "Entitlement id", "text", ({ grant }) => grant.entitlement.id),
  ],
  items: accessItems,
});

function* accessItems({ view, about = "" }: Subject): Items<Held> {
  const holdings = new Holdings(view);
  const who = findPrincipal(about, holdings);
  const grants = new Map<string, Grant>();
  for (const grant of view.grants({ principal: who.id })) grants.set(grant.entitlement.id, grant);
  const rows = [...grants.values()].map((grant) => heldBy(grant, grants, holdings));
  yield* rows.toSorted(compareHeld);
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

function heldBy(grant: Grant, grants: ReadonlyMap<string, Grant>, holdings: Holdings): Held {
  const { id, resource } = grant.entitlement;
  const { slug, resourceName } = holdings.nameOf({ entitlementId: id, resource });
  const through = inheritedPaths(grant, grants).map((path) => path.map((one) => labelOf(one, holdings)).join(" > "));
  return { grant, resourceName, slug, through };
}

/** `resource: slug` of an entitlement. */
export function labelOf(entitlementId: string, holdings: Holdings): string {
  const { resource } = entitlementRefOf(entitlementId);
  const known = holdings.view.getEntitlement(entitlementId);
  const { resourceName, slug } = holdings.nameOf({ entitlementId, resource: known?.resource.id ?? resource });
  return `${resourceName}: ${slug}`;
}

function compareHeld(a: Held, b: Held): number {
  return compareTexts(a.resourceName, b.resourceName) || compareTexts(a.grant.entitlement.id, b.grant.entitlement.id);
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
