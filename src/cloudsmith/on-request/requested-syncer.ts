/** What the syncers of types that are read only on request share. */
import type { ListOptions } from "../../sdk/contracts/connector.ts";
import type { ResourceId } from "../../sdk/contracts/model.ts";
import { organizationId } from "../converters.ts";
import type { OrganizationReading } from "../members/reading.ts";

/** Lists under the organization; whether a setting asks for the type is said when it is made. */
export abstract class RequestedSyncer {
  readonly isAskedFor: boolean;
  /** The reading of the current sync. */
  protected readonly reading: (signal: AbortSignal) => Promise<OrganizationReading>;

  constructor(reading: (signal: AbortSignal) => Promise<OrganizationReading>, isAskedFor: boolean) {
    this.reading = reading;
    this.isAskedFor = isAskedFor;
  }

  /** The reading, when `parent` is its organization; undefined elsewhere, where there is nothing to list. */
  protected async readingUnder(
    parent: ResourceId | undefined,
    { signal }: ListOptions,
  ): Promise<OrganizationReading | undefined> {
    if (!parent) return undefined;
    const reading = await this.reading(signal);
    return organizationId(reading.organization).resource === parent.resource ? reading : undefined;
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
