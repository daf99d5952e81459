/**
 * Grants whose principals live in another connector's data: a connector that knows of somebody only by an e-mail
 * address, say, leaves it to an annotation who that is. Here such grants become grants of the principals found. Where
 * and how they are found is not known here.
 */
import type { SyncStore } from "../c1z/write/sync-store.ts";
import type { Grant, Resource, ResourceType } from "../contracts/model.ts";
import type { Logger } from "../log.ts";
import { annotationUrl } from "../resources/annotations.ts";
import { grantId } from "../resources/ids.ts";
import { type IngestFilter, namesExternalPrincipal } from "./ingest-filter.ts";

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
  readonly #store: SyncStore;
  readonly #filter: IngestFilter;
  readonly #taken = new Set<string>();
  #asked = 0;
  #made = 0;

  constructor(principals: ExternalPrincipals, store: SyncStore, filter: IngestFilter) {
    this.#principals = principals;
    this.#store = store;
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
    if (!this.#store.hasResourceType(type.id)) this.#store.putResourceTypes([type]);
    this.#filter.add(type.id);
    this.#store.putResources([{ ...resource, annotations: [...resource.annotations, batonId] }]);
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
