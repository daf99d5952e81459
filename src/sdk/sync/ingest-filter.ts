/**
 * What becomes of rows before they are stored. Those that name a resource type which is not part of the sync are dropped,
 * and counted for one summary at the end; in a targeted sync rows name what other syncs of the file hold, and only those
 * without an id are dropped. Grants whose principals live in another connector's data become grants of the principals
 * found; where and how they are found is not known here.
 */
import type { RowTables } from "../c1z/write/row-tables.ts";
import type { SyncWarning } from "../contracts/connector.ts";
import type { Entitlement, Grant, GrantExpandable, Resource, ResourceType } from "../contracts/model.ts";
import type { Logger } from "../log.ts";
import { annotationUrl } from "../resources/annotations.ts";
import { grantId } from "../resources/ids.ts";

const matchUrls: ReadonlySet<string> = new Set(
  ["ExternalResourceMatch", "ExternalResourceMatchAll", "ExternalResourceMatchID"].map(annotationUrl),
);

/** True when an annotation says that the principal is to be found elsewhere. */
export function namesExternalPrincipal(grant: Grant): boolean {
  return grant.annotations?.some(({ typeUrl }) => matchUrls.has(typeUrl)) ?? false;
}

/** Types named in the summary. */
const mostNamed = 5;

/** The filter of one run. */
export class IngestFilter {
  readonly #rows: RowTables;
  readonly #keepsForeign: boolean;
  readonly #types = new Map<string, boolean>();
  /** Types that dropped rows name. */
  readonly #foreign = new Set<string>();
  #entitlements = 0;
  #grants = 0;

  constructor(rows: RowTables, options: { readonly keepsForeign: boolean }) {
    this.#rows = rows;
    this.#keepsForeign = options.keepsForeign;
  }

  /** True when rows of the type are part of the sync. */
  isSynced(resourceTypeId: string): boolean {
    let synced = this.#types.get(resourceTypeId);
    if (synced === undefined) {
      synced = this.#rows.hasResourceType(resourceTypeId);
      this.#types.set(resourceTypeId, synced);
    }
    return synced;
  }

  /** From now on rows of the type are part of the sync. */
  add(resourceTypeId: string): void {
    this.#types.set(resourceTypeId, true);
  }

  /** Entitlements on resources whose type is synced. */
  entitlements(rows: readonly Entitlement[]): readonly Entitlement[] {
    const kept = rows.filter((row) => row.id !== "" && this.#mayBeNamed(row.resource.id.resourceType));
    this.#entitlements += rows.length - kept.length;
    if (kept.length < rows.length) this.#noteForeign(rows.map(({ resource }) => resource.id.resourceType));
    return kept;
  }

  /** Grants whose entitlement's resource type and principal type are both synced. */
  grants(rows: readonly Grant[]): readonly Grant[] {
    if (rows.every((row) => this.#isPlainSynced(row))) return rows;
    const kept: Grant[] = [];
    for (const row of rows) {
      if (this.#isSyncedGrant(row)) kept.push(row);
      else this.#noteForeign([row.entitlement.resource.resourceType, row.principal.resourceType]);
    }
    this.#grants += rows.length - kept.length;
    return kept.map((row) => (row.expandable ? this.#withSyncedExpansion(row, row.expandable) : row));
  }

  #isPlainSynced(row: Grant): boolean {
    return row.expandable === undefined && this.#isSyncedGrant(row);
  }

  #isSyncedGrant(row: Grant): boolean {
    return (
      row.id !== "" &&
      this.#mayBeNamed(row.entitlement.resource.resourceType) &&
      // A reader of the file finds the principals of such a grant.
      (this.#mayBeNamed(row.principal.resourceType) || namesExternalPrincipal(row))
    );
  }

  #mayBeNamed(resourceTypeId: string): boolean {
    return this.#keepsForeign || this.isSynced(resourceTypeId);
  }

  #noteForeign(resourceTypeIds: readonly string[]): void {
    for (const id of resourceTypeIds) if (!this.#mayBeNamed(id)) this.#foreign.add(id);
  }

  /** An expansion limited to types of which none is synced would, with an empty list, mean no limit: it is dropped. */
  #withSyncedExpansion(row: Grant, expandable: GrantExpandable): Grant {
    const resourceTypeIds = expandable.resourceTypeIds.filter((id) => this.#mayBeNamed(id));
    const { expandable: _dropped, ...plain } = row;
    if (resourceTypeIds.length === 0 && expandable.resourceTypeIds.length > 0) return plain;
    return { ...plain, expandable: { ...expandable, resourceTypeIds } };
  }

  /** One warning for all that was dropped; undefined when nothing was. */
  summary(): SyncWarning | undefined {
    const count = this.#entitlements + this.#grants;
    if (count === 0) return undefined;
    const named = [...this.#foreign].slice(0, mostNamed).map((id) => `'${id}'`);
    return {
      code: "BATON-DROPPED",
      count,
      message: `dropped ${this.#entitlements} entitlements and ${this.#grants} grants that name resource types outside this sync${named.length > 0 ? `: ${named.join(", ")}` : ""}`,
    };
  }
}

/** Somebody in another connector's data. */
export interface ExternalPrincipal {
  readonly type: ResourceType;
  readonly resource: Resource;
}

/** Finds principals in another connector's data. */
export interface ExternalPrincipals {
  /** Whom a grant with an ExternalResourceMatch annotation is for; nobody when none is found. */
  principalsOf(grant: Grant): readonly ExternalPrincipal[];
}

/** On resources that come from another connector's data (wire: BatonID). */
const batonId = { typeUrl: annotationUrl("BatonID"), value: new Uint8Array(0) };

/** Replaces such grants as they come in, and takes over the principals. */
export class ExternalGrants {
  readonly #principals: ExternalPrincipals;
  readonly #rows: RowTables;
  readonly #filter: IngestFilter;
  readonly #taken = new Set<string>();
  #asked = 0;
  #made = 0;

  constructor(principals: ExternalPrincipals, rows: RowTables, filter: IngestFilter) {
    this.#principals = principals;
    this.#rows = rows;
    this.#filter = filter;
  }

  /** The grants with those of external principals in the place of those that name none. */
  resolve(grants: readonly Grant[]): readonly Grant[] {
    if (!grants.some(namesExternalPrincipal)) return grants;
    return grants.flatMap((grant) => (namesExternalPrincipal(grant) ? this.#grantsFor(grant) : [grant]));
  }

  #grantsFor(grant: Grant): Grant[] {
    this.#asked++;
    return this.#principals.principalsOf(grant).map((principal) => {
      this.#take(principal);
      this.#made++;
      // The entitlements that such a grant expands from are those of a principal that does not exist here.
      const { expandable: _dropped, ...plain } = grant;
      const { id } = principal.resource;
      return { ...plain, id: grantId(grant.entitlement.id, id), principal: id };
    });
  }

  #take({ type, resource }: ExternalPrincipal): void {
    const key = JSON.stringify([resource.id.resourceType, resource.id.resource]);
    if (this.#taken.has(key)) return;
    this.#taken.add(key);
    if (!this.#rows.hasResourceType(type.id)) this.#rows.putResourceTypes([type]);
    this.#filter.add(type.id);
    this.#rows.putResources([{ ...resource, annotations: [...resource.annotations, batonId] }]);
  }

  /** Tells what came of it. */
  log(logger: Logger): void {
    if (this.#asked === 0) {
      logger.info("no grant asks for principals of the external file; nothing was taken from it");
      return;
    }
    logger.info("matched grants against external principals", {
      grants_matched: this.#asked,
      grants_written: this.#made,
      principals: this.#taken.size,
    });
  }
}
