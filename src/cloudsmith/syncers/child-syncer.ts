/** What the syncers share whose resources are children of the organization. */
import type { ListOptions, Page } from "../../sdk/contracts/connector.ts";
import type { Resource, ResourceId } from "../../sdk/contracts/model.ts";
import type { OrganizationReading } from "../members/reading.ts";

/** What is listed: the resources of the organization, which is the parent of all. */
export interface Listing {
  readonly parent: ResourceId;
  readonly reading: OrganizationReading;
  readonly options: ListOptions;
}

/** Lists under the organization; of a type that is read only on request it is said when it is made whether it is. */
export abstract class ChildSyncer {
  readonly isAskedFor: boolean;
  /** Begins or continues the reading of the current sync. */
  protected readonly reading: (signal: AbortSignal) => Promise<OrganizationReading>;

  constructor(reading: (signal: AbortSignal) => Promise<OrganizationReading>, isAskedFor = true) {
    this.reading = reading;
    this.isAskedFor = isAskedFor;
  }

  /** One page of the resources of the organization. */
  protected abstract listUnder(listing: Listing): Promise<Page<Resource>>;

  /** Elsewhere than under the organization there is nothing to list. */
  async list(parent: ResourceId | undefined, options: ListOptions): Promise<Page<Resource>> {
    if (parent) {
      const reading = await this.reading(options.signal);
      if (reading.isWithin(parent)) return await this.listUnder({ parent, reading, options });
    }
    return { items: [], nextPageToken: "" };
  }
}
