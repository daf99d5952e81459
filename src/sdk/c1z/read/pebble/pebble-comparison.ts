/**
 * Compares the syncs of two version 3 files by their keys and digests: nothing is made of what is the same, and of grants
 * no value is read.
 */
import { indexPrefixBytes, type KeyRange, prefixes, rangeFrom, rangeOf, unescaped } from "../../pebble/keys.ts";
import type { GrantChange, ResourcePair } from "../sync-view.ts";
import { compareKeys, type KeyPlace } from "./block-rows.ts";
import { grantKeyOf, grantsIn, inOrderOfKeys, keyOfResource, type PebbleRows } from "./pebble-rows.ts";
import { saysTheSame } from "./records.ts";
import type { StoreEntry } from "./store.ts";

/** Resources that only one of the two has, or whose rows differ, and those of the keys `also`; by key. */
export function* changedResources(
  earlier: PebbleRows,
  later: PebbleRows,
  also: ReadonlySet<string>,
): Generator<ResourcePair> {
  const types = new Set([...earlier.typesWith(prefixes.resource), ...later.typesWith(prefixes.resource)]);
  for (const type of inOrderOfKeys([...types])) {
    const range = rangeOf(prefixes.resource, type);
    const isLeftOut = (before: StoreEntry, after: StoreEntry): boolean =>
      later.guard(() => saysTheSame(before.value, after.value)) && !also.has(keyOfResource(type, after.key));
    for (const { before, after } of mergeEntries(earlier.walk(range), later.walk(range), isLeftOut)) {
      if (before) yield { before: earlier.keyed(type, before), after: after && later.keyed(type, after) };
      else yield { before, after: later.keyed(type, after) };
    }
  }
}

/** Grants that only one of the two has: only of those entitlements whose digests differ are keys compared. */
export function* changedGrants(earlier: PebbleRows, later: PebbleRows): Generator<GrantChange> {
  if (hasSameGrants(earlier, later)) return;
  const found = differsInMost(earlier, later) ? changesByPrincipal(earlier, later) : undefined;
  if (found) {
    for (const { change, key } of found) yield { change, grant: later.grantAt(key) };
    return;
  }
  for (const range of differingRanges(earlier, later)) {
    for (const { before, after } of mergeEntries(earlier.walk(range), later.walk(range), () => true)) {
      if (before === undefined) yield { change: "added", grant: later.grantAt(after.key) };
      else yield { change: "removed", grant: later.grantAt(before.key) };
    }
  }
}

/** True when the digest of all grants is there, and the same. */
function hasSameGrants(earlier: PebbleRows, later: PebbleRows): boolean {
  const [own, theirs] = [later.wholeDigest(), earlier.wholeDigest()];
  return own !== undefined && theirs !== undefined && own.equals(theirs);
}

/** True when most grants are of entitlements whose digests differ. */
function differsInMost(earlier: PebbleRows, later: PebbleRows): boolean {
  let [all, differing] = [0, 0];
  for (const { before, after } of mergeEntries(earlier.digestRoots(), later.digestRoots(), () => false)) {
    const count = Math.max(before ? grantsIn(before) : 0, after ? grantsIn(after) : 0);
    all += count;
    if (!before || !after || !before.value.equals(after.value)) differing += count;
  }
  return differing * 2 > all;
}

/** A grant that only one of two stores has, by its key. */
interface ChangedKey {
  readonly change: GrantChange["change"];
  readonly key: Buffer;
}

/** Changes of grants that are held in memory to be sorted. */
const mostSortedChanges = 50_000;

/**
 * Keys of the grants that only one of two stores has, ascending, from the index by principal: it has no values, and is a
 * third of the bytes. Undefined: they are too many to be sorted.
 */
function changesByPrincipal(earlier: PebbleRows, later: PebbleRows): readonly ChangedKey[] | undefined {
  const range = rangeOf(prefixes.grantByPrincipal);
  const found: ChangedKey[] = [];
  for (const { before, after } of mergeEntries(earlier.walk(range), later.walk(range), () => true)) {
    if (found.length === mostSortedChanges) return undefined;
    found.push({ change: before ? "removed" : "added", key: grantKeyOf((before ?? after).key) });
  }
  return found.sort((a, b) => Buffer.compare(a.key, b.key));
}

/** Ranges of grants in which two stores may differ, ascending: all of them, where one has no digests. */
function* differingRanges(earlier: PebbleRows, later: PebbleRows): Generator<KeyRange> {
  const hasDigests = later.wholeDigest() !== undefined && earlier.wholeDigest() !== undefined;
  if (!hasDigests) {
    yield rangeOf(prefixes.grant);
    return;
  }
  let range: KeyRange | undefined;
  for (const pair of mergeEntries(earlier.digestRoots(), later.digestRoots(), () => false)) {
    if (pair.after !== undefined && pair.before?.value.equals(pair.after.value) === true) {
      if (range) yield range;
      range = undefined;
      continue;
    }
    const { key } = pair.before ?? pair.after;
    const { from, to } = rangeFrom(
      Buffer.concat([prefixes.grant, unescaped(key.subarray(indexPrefixBytes, key.length - 2))]),
    );
    // What follows upon one another is walked through at once.
    range = { from: range?.from ?? from, to };
  }
  if (range) yield range;
}

type EntryPair =
  | { readonly before: StoreEntry; readonly after: StoreEntry | undefined }
  | { readonly before: undefined; readonly after: StoreEntry };

/** Entries of two stores side by side, by key, but for those that `isLeftOut` when both have the key. */
function* mergeEntries(
  earlier: Iterator<StoreEntry, undefined>,
  later: Iterator<StoreEntry, undefined>,
  isLeftOut: (before: StoreEntry, after: StoreEntry) => boolean,
): Generator<EntryPair> {
  const [left, right] = [noPlace(), noPlace()];
  let [before, after] = [earlier.next(), later.next()];
  while (!before.done || !after.done) {
    before.value?.locateKey(left);
    after.value?.locateKey(right);
    const order = before.done ? 1 : after.done ? -1 : compareKeys(left, right);
    if (order === 0 && !before.done && !after.done) {
      if (!isLeftOut(before.value, after.value)) yield { before: before.value, after: after.value };
    } else if (!before.done && order < 0) yield { before: before.value, after: undefined };
    else if (!after.done) yield { before: undefined, after: after.value };
    if (order <= 0) before = earlier.next();
    if (order >= 0) after = later.next();
  }
}

function noPlace(): KeyPlace {
  return { keys: Buffer.alloc(0), keyStart: 0, keyEnd: 0 };
}
