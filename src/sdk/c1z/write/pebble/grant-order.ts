/**
 * Grants as numbers of entitlements and principals, put in the order of their keys by counting: a million take
 * milliseconds, and no key is made for it.
 */
import { releaseBuffer } from "../../../release-buffer.ts";
import {
  type EntitlementName,
  type PrincipalName,
  type SortedNames,
  sortEntitlements,
  sortPrincipals,
} from "./names.ts";

/** Grants in the order in which they were put; of those with one key the last counts. */
export interface GrantCodes {
  /** Each at its number; a name may have several numbers. */
  readonly entitlements: readonly EntitlementName[];
  readonly principals: readonly PrincipalName[];
  /** Number of each grant's entitlement. */
  readonly entitlementOf: Uint32Array;
  /** Number of each grant's principal. */
  readonly principalOf: Uint32Array;
  /** Row of v1_grants that holds what is not said by these two; 0 when nothing is. Empty: nothing is of any grant. */
  readonly rowOf: Uint32Array;
}

/** Grants in the order of their keys, each once. */
export interface GrantOrder {
  readonly entitlements: SortedNames;
  readonly principals: SortedNames;
  readonly count: number;
  /** Place of each grant's entitlement; ascending. */
  readonly entitlementOf: Uint32Array;
  /** Place of each grant's principal; ascending for each entitlement. */
  readonly principalOf: Uint32Array;
  /** As in {@link GrantCodes}. */
  readonly rowOf: Uint32Array;
}

/**
 * Puts grants in the order of their keys. The numbers in `codes` are gone afterwards, and with them their memory: a
 * million grants need not be held twice.
 */
export function orderGrants(codes: GrantCodes): GrantOrder {
  const entitlements = sortEntitlements(codes.entitlements);
  const principals = sortPrincipals(codes.principals);
  const byEntitlement = toPlaces(codes.entitlementOf, entitlements.rankOf);
  const byPrincipal = toPlaces(codes.principalOf, principals.rankOf);
  const ofPrincipals = sortedBy(byPrincipal, principals.count);
  const order = sortedBy(byEntitlement, entitlements.count, ofPrincipals);
  // Its numbers were needed for the order alone.
  const entitlementOf = ofPrincipals;
  const principalOf = new Uint32Array(order.length);
  const rowOf = new Uint32Array(codes.rowOf.length);
  let count = 0;
  for (const grant of order) {
    const entitlement = byEntitlement[grant] ?? 0;
    const principal = byPrincipal[grant] ?? 0;
    // Equals stand in the order in which they were put: the last replaces those before.
    const isAgain = count > 0 && entitlementOf[count - 1] === entitlement && principalOf[count - 1] === principal;
    if (!isAgain) count++;
    entitlementOf[count - 1] = entitlement;
    principalOf[count - 1] = principal;
    if (rowOf.length > 0) rowOf[count - 1] = codes.rowOf[grant] ?? 0;
  }
  for (const numbers of [order, byEntitlement, byPrincipal, codes.rowOf]) releaseBuffer(numbers);
  return {
    entitlements,
    principals,
    count,
    entitlementOf: entitlementOf.subarray(0, count),
    principalOf: principalOf.subarray(0, count),
    rowOf: rowOf.subarray(0, count),
  };
}

function toPlaces(numbers: Uint32Array, rankOf: Uint32Array): Uint32Array {
  for (let index = 0; index < numbers.length; index++) numbers[index] = rankOf[numbers[index] ?? 0] ?? 0;
  return numbers;
}

/**
 * Indexes of `values`, which are below `limit`, in their order; equals stay in the order of `before`, which is that of
 * the indexes when it is not given.
 */
export function sortedBy(values: Uint32Array, limit: number, before?: Uint32Array): Uint32Array {
  const next = countsBelow(values, limit);
  const order = new Uint32Array(values.length);
  for (let at = 0; at < values.length; at++) {
    const index = before ? (before[at] ?? 0) : at;
    const value = values[index] ?? 0;
    order[next[value] ?? 0] = index;
    next[value] = (next[value] ?? 0) + 1;
  }
  return order;
}

/** How many of `values` are below each number up to `limit`. */
export function countsBelow(values: Uint32Array, limit: number): Uint32Array {
  const below = new Uint32Array(limit + 1);
  for (const value of values) below[value + 1] = (below[value + 1] ?? 0) + 1;
  for (let value = 1; value <= limit; value++) below[value] = (below[value] ?? 0) + (below[value - 1] ?? 0);
  return below;
}
