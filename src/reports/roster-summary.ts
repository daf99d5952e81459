/**
 * Counts what one sync of a finished file holds: accounts by status and second factor, and who holds which kind of
 * entitlement. Works for any connector's file: kinds are told apart by resource type and slug, not by name.
 */
import type { SyncView } from "../sdk/c1z/read/sync-view.ts";
import { type ResourceType, Trait } from "../sdk/contracts/model.ts";
import { accountFacts } from "./account-facts.ts";

/** Accounts of one sync: resources whose type has the user trait. */
export interface AccountCounts {
  readonly total: number;
  readonly enabled: number;
  readonly disabled: number;
  readonly deleted: number;
  /** The connector did not say. */
  readonly pending: number;
  readonly unspecified: number;
  readonly twoFactor: { readonly on: number; readonly off: number; readonly unknown: number };
}

/** Entitlements of one slug on resources of one type, and how often they are held. */
export interface EntitlementKind {
  readonly resourceTypeId: string;
  readonly slug: string;
  /** How many resources have it. */
  readonly entitlements: number;
  readonly grants: number;
}

/** What one sync holds. */
export interface RosterSummary {
  /** Undefined for a file that names no sync. */
  readonly syncId: string | undefined;
  readonly resourceTypes: readonly ResourceType[];
  /** Resources by resource type id; types without resources are 0. */
  readonly resources: Readonly<Record<string, number>>;
  readonly accounts: AccountCounts;
  /** In the order in which the file has them. */
  readonly entitlementKinds: readonly EntitlementKind[];
  readonly entitlements: number;
  readonly grants: number;
}

/** A titled list of counts, for a table. */
export interface CountSection {
  readonly title: string;
  readonly rows: readonly (readonly [label: string, count: number])[];
}

/** Counts the rows of a sync. Reads every account, but no grant one by one. */
export function summarizeRoster(view: SyncView): RosterSummary {
  const resourceTypes = [...view.resourceTypes()];
  const stats = view.recount();
  return {
    syncId: view.sync?.id,
    resourceTypes,
    resources: stats.resourcesByResourceType,
    accounts: countAccounts(view, resourceTypes),
    entitlementKinds: countKinds(view),
    entitlements: stats.entitlements,
    grants: stats.grants,
  };
}

function countAccounts(view: SyncView, types: readonly ResourceType[]): AccountCounts {
  const byStatus = { enabled: 0, disabled: 0, deleted: 0, pending: 0, unspecified: 0 };
  const twoFactor = { on: 0, off: 0, unknown: 0 };
  let total = 0;
  for (const { id } of types.filter(({ traits }) => traits.includes(Trait.user))) {
    for (const account of view.resources({ resourceTypeId: id })) {
      const facts = accountFacts(account);
      total++;
      byStatus[facts.status === "unknown" ? "unspecified" : facts.status]++;
      if (facts.twoFactor === undefined) twoFactor.unknown++;
      else if (facts.twoFactor) twoFactor.on++;
      else twoFactor.off++;
    }
  }
  return { total, ...byStatus, twoFactor };
}

function countKinds(view: SyncView): readonly EntitlementKind[] {
  const held = view.grantsPerEntitlement();
  const kinds = new Map<string, { resourceTypeId: string; slug: string; entitlements: number; grants: number }>();
  for (const { id, resource, slug } of view.entitlements()) {
    const resourceTypeId = resource.id.resourceType;
    const key = `${resourceTypeId}:${slug}`;
    const kind = kinds.get(key) ?? { resourceTypeId, slug, entitlements: 0, grants: 0 };
    kind.entitlements++;
    kind.grants += held.get(id) ?? 0;
    kinds.set(key, kind);
  }
  return [...kinds.values()];
}

/** The parts of a summary that a bare count of rows does not tell: states of accounts, and grants by kind. */
export function summarySections({ accounts, entitlementKinds, resourceTypes }: RosterSummary): readonly CountSection[] {
  const { enabled, disabled, deleted, pending, unspecified, twoFactor } = accounts;
  const byType = resourceTypes.map(({ id, displayName }) => ({
    title: `${displayName} grants`,
    rows: entitlementKinds
      .filter(({ resourceTypeId }) => resourceTypeId === id)
      .map(({ slug, grants }) => [slug, grants] as const),
  }));
  const isTold = twoFactor.on + twoFactor.off > 0;
  const shown = (label: string, count: number, isUsual = false): CountSection["rows"] =>
    isUsual || count > 0 ? [[label, count]] : [];
  const accountRows = [
    ...shown("enabled", enabled, true),
    ...shown("disabled", disabled, true),
    ...shown("deleted", deleted),
    ...shown("pending", pending),
    ...shown("status unknown", unspecified),
    ...shown("two-factor on", twoFactor.on, isTold),
    ...shown("two-factor off", twoFactor.off, isTold),
    ...shown("two-factor unknown", twoFactor.unknown),
  ];
  const rows = accounts.total === 0 ? [] : accountRows;
  return [{ title: "Accounts", rows }, ...byType].filter(({ rows: counted }) => counted.length > 0);
}
