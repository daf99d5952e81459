/** Checks that what rows name is in the same sync (Go SDK: I3, I7, I8, I9), by name and not grant by grant. */
import type { DatabaseSync } from "node:sqlite";
import { usualGrantId } from "../../pebble/keys.ts";
import type { BrokenReferences, ReferenceReport } from "../sync-store.ts";
import type { EntitlementName, PrincipalName } from "./names.ts";
import type { SyncSource } from "./sync-source.ts";

const mostExamples = 25;

/** Checks a sync. */
export function checkSource(db: DatabaseSync, syncId: string, source: SyncSource): ReferenceReport {
  const resources = idsOfResources(db, syncId);
  const { entitlementNames, entitlementCount, principalNames, order } = source;
  const hasResource = ([type, resource]: EntitlementName): boolean =>
    resource === "" || resources.has(`${type}:${resource}`);
  const ofEntitlement = entitlementNames.map(hasResource);
  const isPrincipal = principalNames.map(([type, id]) => id === "" || resources.has(`${type}:${id}`));
  const own = entitlementNames.slice(0, entitlementCount);
  const entitlementAt = (place: number): number => order.entitlements.numberAt[order.entitlementOf[place] ?? 0] ?? 0;
  const principalAt = (place: number): number => order.principals.numberAt[order.principalOf[place] ?? 0] ?? 0;
  const grants = (isBroken: (place: number) => boolean): BrokenReferences =>
    broken(order.count, isBroken, (place) => idOf(source, place, entitlementAt(place), principalAt(place)));
  return {
    entitlementsWithoutResource: broken(
      own.length,
      (number) => ofEntitlement[number] === false,
      (number) => own[number]?.[2] ?? "",
    ),
    grantsWithoutResource: grants((place) => ofEntitlement[entitlementAt(place)] === false),
    // Equal names have the smallest number, which an entitlement of the sync has.
    grantsWithoutEntitlement: grants(
      (place) => entitlementAt(place) >= entitlementCount && entitlementNames[entitlementAt(place)]?.[2] !== "",
    ),
    grantsWithoutPrincipal: grants((place) => isPrincipal[principalAt(place)] === false),
  };
}

function idsOfResources(db: DatabaseSync, syncId: string): ReadonlySet<string> {
  const statement = db.prepare("select external_id from v1_resources where sync_id = ?");
  statement.setReturnArrays(true);
  // With that setting rows are lists.
  const rows = statement.iterate(syncId) as unknown as Iterable<readonly [string]>;
  const ids = new Set<string>();
  for (const [id] of rows) ids.add(id);
  return ids;
}

function broken(
  count: number,
  isBroken: (index: number) => boolean,
  exampleOf: (index: number) => string,
): BrokenReferences {
  const examples: string[] = [];
  let found = 0;
  for (let index = 0; index < count; index++) {
    if (!isBroken(index)) continue;
    found++;
    if (examples.length < mostExamples) examples.push(exampleOf(index));
  }
  return { count: found, examples };
}

function idOf(source: SyncSource, place: number, entitlement: number, principal: number): string {
  const row = source.order.rowOf[place] ?? 0;
  const unusual = row === 0 ? undefined : source.storedGrant(row).unusualId;
  const [, , entitlementId]: EntitlementName = source.entitlementNames[entitlement] ?? ["", "", ""];
  const [type, id]: PrincipalName = source.principalNames[principal] ?? ["", ""];
  return unusual ?? usualGrantId(entitlementId, type, id);
}
