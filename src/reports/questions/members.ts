/** Who holds something on one team or other resource, or one entitlement of it. */

import type { SyncView } from "../../sdk/c1z/read/sync-view.ts";
import { resourceKey } from "../../sdk/c1z/scratch/row-sql.ts";
import type { Entitlement, Grant, Resource } from "../../sdk/contracts/model.ts";
import { accountColumns, accountIdColumns, column } from "../columns.ts";
import { compareRoles, slugOf } from "../file-shape.ts";
import { closestNamed, nameKey } from "../folded-text.ts";
import { howHeld, inheritedFrom } from "../grant-paths.ts";
import { type Account, Holdings } from "../holdings.ts";
import { counted, defineReport, type Items, type Subject } from "../report.ts";
import { ambiguousSubject, unknownSubject } from "../unknown-subject.ts";
import { labelOf } from "./access.ts";

/** A holder of an entitlement. */
export interface Member {
  readonly slug: string;
  readonly account: Account;
  readonly grant: Grant;
  readonly through: readonly string[];
}

const accountOf = ({ account }: Member): Account => account;

/** Holders of each entitlement of the resource, the most privileged first. */
export const members = defineReport<Member>({
  name: "members",
  title: "Members of a team",
  summary: "Who holds what on one team, other resource or entitlement",
  operand: "WHAT",
  columns: [
    column("slug", "Entitlement", "text", ({ slug }) => slug),
    ...accountColumns(accountOf),
    column("how", "How", "text", ({ grant }) => howHeld(grant)),
    column("through", "Through", "list", ({ through }) => through),
    ...accountIdColumns(accountOf),
    column("entitlementId", "Entitlement id", "text", ({ grant }) => grant.entitlement.id, { isExportedOnly: true }),
  ],
  items: membersOf,
});

function* membersOf({ view, about = "" }: Subject): Items<Member> {
  const holdings = new Holdings(view);
  const counts = new Map<string, number>();
  const { name, entitlements } = findEntitlements(about, view, holdings);
  for (const entitlement of entitlements) {
    counts.set(slugOf(entitlement), 0);
    for (const member of heldBy(entitlement, holdings)) {
      counts.set(member.slug, (counts.get(member.slug) ?? 0) + 1);
      yield member;
    }
  }
  return { counts: [...counts].map(([slug, count]) => counted(slug, count)), notices: [`This is ${name}.`] };
}

/** Who holds the entitlement, and through what. */
export function* heldBy(entitlement: Entitlement, holdings: Holdings): Generator<Member> {
  const slug = slugOf(entitlement);
  for (const grant of holdings.view.grants({ entitlementId: entitlement.id })) {
    const through = inheritedFrom(grant).map((id) => labelOf(id, holdings));
    yield { slug, account: holdings.account(grant.principal), grant, through };
  }
}

interface Found {
  readonly name: string;
  readonly entitlements: readonly Entitlement[];
}

/** By entitlement id, by `type:id`, or by exact id, slug or name of a resource that is no account. */
function findEntitlements(about: string, view: SyncView, holdings: Holdings): Found {
  const entitlement = holdings.view.getEntitlement(about);
  if (entitlement) return { name: labelOf(about, holdings), entitlements: [entitlement] };
  const resource = findResource(about, holdings);
  const name = `${resource.displayName || resource.id.resource} (${resourceKey(resource.id)})`;
  const entitlements = [...view.entitlements({ resource: resource.id })];
  return { name, entitlements: entitlements.toSorted((a, b) => compareRoles(slugOf(a), slugOf(b))) };
}

function findResource(about: string, { view, shape }: Holdings): Resource {
  const colon = about.indexOf(":");
  const byKey =
    colon > 0 && view.getResource({ resourceType: about.slice(0, colon), resource: about.slice(colon + 1) });
  if (byKey) return byKey;
  const asked = nameKey(about);
  const matching: Resource[] = [];
  for (const keyed of view.resourcesByKey()) {
    if (shape.accountTypes.some((type) => keyed.key.startsWith(`${type}:`))) continue;
    const resource = keyed.resource();
    if (namesOf(resource).some((name) => name !== undefined && nameKey(name) === asked)) matching.push(resource);
  }
  const found = closestNamed(about, matching, namesOf);
  const [first, second] = found;
  if (!first) throw unknownSubject("team or other resource", about);
  if (second)
    throw ambiguousSubject(
      "resource",
      about,
      found.map(({ id }) => resourceKey(id)),
    );
  return first;
}

function namesOf({ id, displayName, profile }: Resource): readonly (string | undefined)[] {
  const slug = profile?.["slug"];
  return [id.resource, displayName, typeof slug === "string" ? slug : undefined];
}
