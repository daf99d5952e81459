/** What the syncers of types that are read only on request share. */
import type { ListOptions, Page } from "../../sdk/contracts/connector.ts";
import type { Resource, ResourceId } from "../../sdk/contracts/model.ts";
import { organizationId } from "../converters.ts";
import type { OrganizationReading } from "../members/reading.ts";

/** What is listed: the resources of the organization, which is the parent of all. */
export interface Listing {
  readonly parent: ResourceId;
  readonly reading: OrganizationReading;
  readonly options: ListOptions;
}

/** Lists under the organization; whether a setting asks for the type is said when it is made. */
export abstract class RequestedSyncer {
  readonly isAskedFor: boolean;
  /** The reading of the current sync. */
  protected readonly reading: (signal: AbortSignal) => Promise<OrganizationReading>;

  constructor(reading: (signal: AbortSignal) => Promise<OrganizationReading>, isAskedFor: boolean) {
    this.reading = reading;
    this.isAskedFor = isAskedFor;
  }

  /** One page of the resources of the organization. */
  protected abstract listUnder(listing: Listing): Promise<Page<Resource>>;

  /** Elsewhere than under the organization there is nothing to list. */
  async list(parent: ResourceId | undefined, options: ListOptions): Promise<Page<Resource>> {
    const reading = parent && (await this.reading(options.signal));
    if (!reading || organizationId(reading.organization).resource !== parent.resource) {
      return { items: [], nextPageToken: "" };
    }
    return await this.listUnder({ parent, reading, options });
  }
}

/** Something of one reading, made anew with the next. */
export class PerReading<T> {
  readonly #make: (reading: OrganizationReading) => T;
  readonly #made = new WeakMap<OrganizationReading, T>();

  constructor(make: (reading: OrganizationReading) => T) {
    this.#make = make;
  }

  of(reading: OrganizationReading): T {
    const made = this.#made.get(reading) ?? this.#make(reading);
    this.#made.set(reading, made);
    return made;
  }
}
