/**
 * What changed between two syncs: accounts, teams and other resources, entitlements, and who holds what. Both syncs are
 * walked side by side in the order of their keys, so that memory stays flat.
 */
import { mergeByKey } from "../../sdk/c1z/read/merge-by-key.ts";
import type { GrantChange, HeldEntitlement, KeyedResource, SyncView } from "../../sdk/c1z/read/sync-view.ts";
import { resourceKey } from "../../sdk/c1z/scratch/row-sql.ts";
import type { ProfileValue, Resource } from "../../sdk/contracts/model.ts";
import { accountFacts } from "../account-facts.ts";
import { column } from "../columns.ts";
import { Holdings } from "../holdings.ts";
import { type Count, counted, defineReport, type Items, type Subject } from "../report.ts";
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
  const lacking = [since, view].find((one) => one.sync?.type === "resources_only");
  if (lacking !== undefined) {
    yield* resourceChanges(comparison, []);
  } else {
    const found = view.grantChanges(since);
    const first = firstOf(found, namedOnTheWay);
    yield* resourceChanges(comparison, first);
    yield* entitlementChanges(comparison);
    for (const change of first) yield grantRow(comparison, change);
    for (const change of found) yield grantRow(comparison, change);
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

/** Changes of access that are found first, so that who they are about is named as all resources go by. */
const namedOnTheWay = 20_000;

function firstOf<T>(items: Iterator<T>, count: number): readonly T[] {
  const first: T[] = [];
  for (let next = items.next(); !next.done; next = items.next()) {
    if (first.push(next.value) === count) break;
  }
  return first;
}

/** @param access changes that name somebody, whom looking up one by one would take longer. */
function* resourceChanges(comparison: Comparison, access: readonly GrantChange[]): Generator<Changed> {
  const { before, after } = comparison;
  const [lost, gained] = [keysIn(access, "removed"), keysIn(access, "added")];
  for (const pair of after.view.resourceChanges(before.view, new Set([...lost, ...gained]))) {
    rememberIfAsked(before, pair.before, lost);
    rememberIfAsked(after, pair.after, gained);
    if (!pair.before) yield resourceRow(comparison, "added", pair.after.resource());
    else if (!pair.after) yield resourceRow(comparison, "removed", pair.before.resource());
    else yield* valueChanges(comparison, pair.before, pair.after);
  }
}

/** Keys of those to whom access was added or removed. */
function keysIn(access: readonly GrantChange[], change: Change): ReadonlySet<string> {
  return new Set(access.filter((one) => one.change === change).map(({ grant }) => resourceKey(grant.principal)));
}

function rememberIfAsked(side: Holdings, keyed: KeyedResource | undefined, asked: ReadonlySet<string>): void {
  if (keyed && asked.has(keyed.key)) side.remember(keyed.key, keyed.resource());
}

function resourceRow(comparison: Comparison, change: Change, resource: Resource): Changed {
  const what = kindOf(comparison, resource);
  count(comparison, what, change);
  return { what, change, name: resource.displayName, ...idsOf(resource) };
}

function* valueChanges(comparison: Comparison, left: KeyedResource, right: KeyedResource): Generator<Changed> {
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

/**
 * What of a resource counts as a change, as texts by name: name, state, second factor, address, login, description, parent
 * and the profile; what is absent is left out.
 * @param notCompared keys of the profile.
 */
function resourceValues(
  resource: Resource,
  isAccount: boolean,
  notCompared: ReadonlySet<string>,
): ReadonlyMap<string, string> {
  const values = new Map<string, string>();
  for (const [key, value] of Object.entries(resource.profile ?? {})) {
    if (!notCompared.has(key)) values.set(key, textOf(value));
  }
  const { parentResourceId: parent } = resource;
  const named = {
    name: resource.displayName,
    description: resource.description,
    parent: parent && `${parent.resourceType}:${parent.resource}`,
    ...(isAccount && accountValues(resource)),
  };
  for (const [key, value] of Object.entries(named)) if (value) values.set(key, value);
  return values;
}

function accountValues(resource: Resource): Readonly<Record<string, string | undefined>> {
  const { status, twoFactor, email, login } = accountFacts(resource);
  const factor = twoFactor === undefined ? "unknown" : yesOrNo(twoFactor);
  return { status, "two-factor": factor, email, login };
}

function yesOrNo(value: boolean): string {
  return value ? "yes" : "no";
}

function textOf(value: ProfileValue): string {
  return typeof value === "string" ? value : JSON.stringify(sortKeys(value));
}

function sortKeys(value: ProfileValue): ProfileValue {
  if (typeof value !== "object") return value;
  if (isList(value)) return value.map(sortKeys);
  const entries = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, inner]) => [key, sortKeys(inner)]));
}

function isList(value: ProfileValue): value is readonly ProfileValue[] {
  return Array.isArray(value);
}
