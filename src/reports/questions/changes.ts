/**
 * What changed between two syncs: accounts, teams and other resources, entitlements, and who holds what. Both syncs are
 * walked side by side in the order of their keys, so that memory stays flat.
 */
import type { GrantChange, HeldEntitlement, KeyedResource, SyncView } from "../../sdk/c1z/read/sync-view.ts";
import type { Resource } from "../../sdk/contracts/model.ts";
import { Holdings } from "../holdings.ts";
import { mergeByKey } from "../merge-by-key.ts";
import { type Count, columnsOf, counted, type Report, type Row, type Rows, type Subject } from "../report.ts";
import { resourceValues } from "../resource-values.ts";

/** Resources, then entitlements, then grants, each by key. */
export const changes: Report = {
  name: "changes",
  title: "Changes",
  summary: "What changed since an earlier sync, of the same file or another",
  comparesSyncs: true,
  isEvidence: true,
  columns: columnsOf({
    what: "What",
    change: "Change",
    name: "Name",
    field: "Field",
    before: "Before",
    after: "After",
    type: "Type",
    id: "Id",
  }),
  rows: changeRows,
};

type Change = "added" | "removed" | "changed";

/** Both syncs, and what was counted on the way. */
interface Comparison {
  readonly before: Holdings;
  readonly after: Holdings;
  readonly accountTypes: ReadonlySet<string>;
  readonly notCompared: ReadonlySet<string>;
  readonly counts: Map<string, Count>;
}

function* changeRows({ view, since, notCompared }: Subject): Rows {
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

function* resourceChanges(comparison: Comparison): Generator<Row> {
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

function resourceRow(comparison: Comparison, change: Change, resource: Resource): Row {
  const what = kindOf(comparison, resource);
  count(comparison, what, change);
  return [what, change, resource.displayName, undefined, undefined, undefined, ...idCells(resource)];
}

function* valueChanges(comparison: Comparison, left: KeyedResource, right: KeyedResource): Generator<Row> {
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
    yield [what, "changed", current.displayName, field, was.get(field), is.get(field), ...idCells(current)];
  }
}

/** Entitlements that came or went while their resource stayed. */
function* entitlementChanges(comparison: Comparison): Generator<Row> {
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
    const values = change === "removed" ? [entitlement.displayName, undefined] : [undefined, entitlement.displayName];
    yield ["entitlement", change, entitlement.displayName, entitlement.slug, ...values, "entitlement", key];
  }
}

function isInBoth({ id }: Resource, old: SyncView, current: SyncView): boolean {
  return old.getResource(id) !== undefined && current.getResource(id) !== undefined;
}

function* grantChanges(comparison: Comparison): Generator<Row> {
  const { before, after } = comparison;
  for (const found of after.view.grantChanges(before.view)) yield grantRow(comparison, found);
}

function grantRow(comparison: Comparison, { change, grant }: GrantChange): Row {
  const side = change === "removed" ? comparison.before : comparison.after;
  const { principal } = grant;
  const { resourceName, slug } = side.nameOf(grant);
  count(comparison, "access", change);
  const values = change === "removed" ? [slug, undefined] : [undefined, slug];
  const ids = [principal.resourceType, principal.resource];
  return ["access", change, side.resourceName(principal), resourceName, ...values, ...ids];
}

/** `account`, else the type's id, such as `team`. */
function kindOf({ accountTypes }: Comparison, { id }: Resource): string {
  return accountTypes.has(id.resourceType) ? "account" : id.resourceType;
}

function idCells({ id }: Resource): readonly [string, string] {
  return [id.resourceType, id.resource];
}

function count({ counts }: Comparison, what: string, change: Change): void {
  const key = `${what}/${change}`;
  counts.set(key, counted(key, (counts.get(key)?.count ?? 0) + 1, `${what} ${change}`));
}
