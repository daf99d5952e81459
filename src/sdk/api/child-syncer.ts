/** What syncers share whose resources are children of one root, such as an organization, and what is kept of one reading. Knows no product. */
import type { ListOptions, Page } from "../contracts/connector.ts";
import type { Resource, ResourceId } from "../contracts/model.ts";

/** What is read in one sync. */
export interface RootReading {
  /** True when `id` is the root, or when no parent is named. */
  isWithin(id: ResourceId | undefined): boolean;
}

/** What is listed: the resources of the root, which is the parent of all. */
export interface Listing<R extends RootReading> {
  readonly parent: ResourceId;
  readonly reading: R;
  readonly options: ListOptions;
}

/** Lists under the root; of a type that is read only on request it is said when it is made whether it is. */
export abstract class ChildSyncer<R extends RootReading> {
  readonly isAskedFor: boolean;
  /** Begins or continues the reading of the current sync. */
  protected readonly reading: (signal: AbortSignal) => Promise<R>;

  constructor(reading: (signal: AbortSignal) => Promise<R>, isAskedFor = true) {
    this.reading = reading;
    this.isAskedFor = isAskedFor;
  }

  /** One page of the resources of the root. */
  protected abstract listUnder(listing: Listing<R>): Promise<Page<Resource>>;

  /** Elsewhere than under the root there is nothing to list. */
  async list(parent: ResourceId | undefined, options: ListOptions): Promise<Page<Resource>> {
    if (parent) {
      const reading = await this.reading(options.signal);
      if (reading.isWithin(parent)) return await this.listUnder({ parent, reading, options });
    }
    return { items: [], nextPageToken: "" };
  }
}

/** Something of one object, such as the reading of one sync: made when it is first asked for, and anew with the next. */
export class OncePer<K extends object, T, A extends readonly unknown[] = []> {
  readonly #make: (key: K, ...args: A) => T;
  readonly #made = new WeakMap<K, T>();

  constructor(make: (key: K, ...args: A) => T) {
    this.#make = make;
  }

  of(key: K, ...args: A): T {
    const made = this.#made.get(key) ?? this.#make(key, ...args);
    this.#made.set(key, made);
    return made;
  }
}
