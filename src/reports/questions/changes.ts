/**
 * What changed between two syncs: accounts, teams and other resources, entitlements, and who holds what. Both syncs are
 * walked side by side in the order of their keys, so that memory stays flat.
 */
import type { GrantChange, HeldEntitlement, KeyedResource, SyncView } from "../../sdk/c1z/read/sync-view.ts";
import type { Resource } from "../../sdk/contracts/model.ts";
import { column } from "../columns.ts";
import { Holdings } from "../holdings.ts";
import { mergeByKey } from "../merge-by-key.ts";
import { type Count, counted, defineReport, type Items, type Subject } from "../report.ts";
import { resourceValues } from "../resource-values.ts";
import { barsByKind, inText } from "../screen/chart.ts";

/** What became of one thing or one value. */
interface Changed {
  /** `account`, `access`, `entitlement`, or the id of a resource type. */
  readonly what: string;
  readonly change: Change;
  readonly name: string;
  readonly field?: string | undefined;
  readonly before?: string | undefined;
  readonly after?: string | undefined;
  readonly type: string;
  readonly id: string;
}

/** Resources, then entitlements, then grants, each by key. */
export const changes = defineReport<Changed>({
  name: "changes",
  title: "Changes",
  summary: "What changed since an earlier sync, of the same file or another",
  comparesSyncs: true,
  isReview: true,
  columns: [
    column("what", "What", "word", ({ what }) => what, { width: 9 }),
    column("change", "Change", "word", ({ change }) => change, { width: 9 }),
    column("name", "Name", "text", ({ name }) => name, { width: 20, link: { type: "type", id: "id" } }),
    column("field", "Field", "text", ({ field }) => field),
    column("before", "Before", "text", ({ before }) => before, { width: 18 }),
    column("after", "After", "text", ({ after }) => after, { width: 18 }),
    column("type", "Type", "text", ({ type }) => type, { isExportedOnly: true }),
    column("id", "Id", "text", ({ id }) => id, { isExportedOnly: true }),
  ],
  screen: ["name", "what", "change", "field", "before", "after"],
  headline: ({ total, counts }) => {
    if (total === 0) return { figure: "0", sentence: "changes", tone: "good" };
    const things = counts.reduce((sum, { count }) => sum + count, 0);
    const parts = counts.filter(({ count }) => count > 0).map(({ label, count }) => `${inText(count)} ${label}`);
    return { figure: inText(things), sentence: `changes: ${parts.join(", ")}`, tone: "neutral" };
  },
  chart: ({ counts }) => ({
    title: "Changes by kind",
    scale: "count",
    bars: barsByKind(counts, "what", "change"),
  }),
  items: changed,
});

type Change = "added" | "removed" | "changed";

/** Both syncs, and what was counted on the way. */
interface Comparison {
  readonly before: Holdings;
  readonly after: Holdings;
  readonly accountTypes: ReadonlySet<string>;
  readonly notCompared: ReadonlySet<string>;
  readonly counts: Map<string, Count>;
}

function* changed({ view, since, notCompared }: Subject): Items<Changed> {
  if (since === undefined) throw new TypeError("changes need an earlier sync");
  const [before, after] = [new Holdings(since), new Holdings(view)];
  const accountTypes = new Set([...before.shape.accountTypes, ...after.shape.accountTypes]);
  const comparison: Comparison = { before, after, accountTypes, notCompared, counts: new Map() };
  yield* resourceChanges(comparison);
  const lacking = [since, view].find((one) => one.sync?.type === "resources_only");
  if (lacking === undefined) {
    yield* entitlementChanges(comparison);
    yield* grantChanges(comparison);
  }
  return { counts: [...comparison.counts.values()], notices: noticesFor(since, view) };
}

function noticesFor(since: SyncView, view: SyncView): string[] {
  const notices: string[] = [];
  for (const { sync } of [since, view]) {
    if (sync === undefined) continue;
    if (sync.type === "resources_only") notices.push(`Sync ${sync.id} holds resources only: access is not compared.`);
    else if (sync.type !== "full") notices.push(`Sync ${sync.id} is ${sync.type}: what it lacks is not removed.`);
  }
  return notices;
}

function* resourceChanges(comparison: Comparison): Generator<Changed> {
  const { before, after } = comparison;
  const keyOf = ({ key }: KeyedResource): string => key;
  const old = { items: before.view.resourcesByKey(), keyOf };
  const pairs = mergeByKey(old, { items: after.view.resourcesByKey(), keyOf });
  for (const pair of pairs) {
    if (pair.kind === "left") yield resourceRow(comparison, "removed", pair.left.resource());
    else if (pair.kind === "right") yield resourceRow(comparison, "added", pair.right.resource());
    else yield* valueChanges(comparison, pair.left, pair.right);
  }
}

function resourceRow(comparison: Comparison, change: Change, resource: Resource): Changed {
  const what = kindOf(comparison, resource);
  count(comparison, what, change);
  return { what, change, name: resource.displayName, ...idsOf(resource) };
}

function* valueChanges(comparison: Comparison, left: KeyedResource, right: KeyedResource): Generator<Changed> {
  // Rows of the same bytes are most of them, and need not be decoded.
  if (left.encoding === right.encoding && Buffer.compare(left.content, right.content) === 0) return;
  const [old, current] = [left.resource(), right.resource()];
  const what = kindOf(comparison, current);
  const isAccount = comparison.accountTypes.has(current.id.resourceType);
  const valuesOf = (one: Resource) => resourceValues(one, isAccount, comparison.notCompared);
  const [was, is] = [valuesOf(old), valuesOf(current)];
  const fields = [...new Set([...was.keys(), ...is.keys()])].filter((field) => was.get(field) !== is.get(field));
  if (fields.length > 0) count(comparison, what, "changed");
  for (const field of fields.toSorted()) {
    const [before, after] = [was.get(field), is.get(field)];
    yield { what, change: "changed", name: current.displayName, field, before, after, ...idsOf(current) };
  }
}

/** Entitlements that came or went while their resource stayed. */
function* entitlementChanges(comparison: Comparison): Generator<Changed> {
  const { before, after } = comparison;
  const [old, current] = [before.view, after.view];
  const keyOf = ({ entitlementId }: HeldEntitlement): string => entitlementId;
  const left = { items: old.entitlementKeys(), keyOf };
  for (const pair of mergeByKey(left, { items: current.entitlementKeys(), keyOf })) {
    if (pair.kind === "both") continue;
    const change = pair.kind === "left" ? "removed" : "added";
    const { entitlementId: key, resource } = pair.kind === "left" ? pair.left : pair.right;
    const entitlement = (pair.kind === "left" ? old : current).getEntitlement(key, resource);
    if (!entitlement || !isInBoth(entitlement.resource, old, current)) continue;
    count(comparison, "entitlement", change);
    const { displayName: name, slug: field } = entitlement;
    yield { what: "entitlement", change, name, field, ...sideOf(change, name), type: "entitlement", id: key };
  }
}

function isInBoth({ id }: Resource, old: SyncView, current: SyncView): boolean {
  return old.getResource(id) !== undefined && current.getResource(id) !== undefined;
}

function* grantChanges(comparison: Comparison): Generator<Changed> {
  const { before, after } = comparison;
  for (const found of after.view.grantChanges(before.view)) yield grantRow(comparison, found);
}

function grantRow(comparison: Comparison, { change, grant }: GrantChange): Changed {
  const side = change === "removed" ? comparison.before : comparison.after;
  const { principal } = grant;
  const { resourceName, slug } = side.nameOf(grant);
  count(comparison, "access", change);
  const ids = { type: principal.resourceType, id: principal.resource };
  const name = side.resourceName(principal);
  return { what: "access", change, name, field: resourceName, ...sideOf(change, slug), ...ids };
}

/** `account`, else the type's id, such as `team`. */
function kindOf({ accountTypes }: Comparison, { id }: Resource): string {
  return accountTypes.has(id.resourceType) ? "account" : id.resourceType;
}

function idsOf({ id }: Resource): Pick<Changed, "type" | "id"> {
  return { type: id.resourceType, id: id.resource };
}

function sideOf(change: Change, value: string): Pick<Changed, "before" | "after"> {
  return change === "removed" ? { before: value } : { after: value };
}

function count({ counts }: Comparison, what: string, change: Change): void {
  const key = `${what}/${change}`;
  counts.set(key, counted(key, (counts.get(key)?.count ?? 0) + 1, `${what} ${change}`));
}
