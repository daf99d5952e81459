/** Lists the organization, its four roles, and who holds which: one walk over the stored member pages gives all grants. */
import type { GetOptions, ListOptions, Page, ResourceSyncer } from "../../sdk/contracts/connector.ts";
import type { Entitlement, Grant, Resource, ResourceId } from "../../sdk/contracts/model.ts";
import { entitlementRef } from "../../sdk/resources/ids.ts";
import { organizationId, organizationResource, userId } from "../converters.ts";
import type { OrganizationReading } from "../members/reading.ts";
import { holders } from "../on-request/holders.ts";
import { organizationEntitlements, organizationType } from "../types.ts";

/** Reads the organization; `reading` begins or continues the reading of the current sync. */
export class OrganizationSyncer implements ResourceSyncer {
  readonly resourceType = organizationType;
  readonly #reading: (signal: AbortSignal) => Promise<OrganizationReading>;

  constructor(reading: (signal: AbortSignal) => Promise<OrganizationReading>) {
    this.#reading = reading;
  }

  async list(parent: ResourceId | undefined, { signal }: ListOptions): Promise<Page<Resource>> {
    if (parent) return { items: [], nextPageToken: "" };
    const reading = await this.#reading(signal);
    reading.begin(signal);
    return { items: [organizationResource(reading.organization, reading.requestedTypes)], nextPageToken: "" };
  }

  /** Users and teams are listed as its children then, and its grants are made of them as ever. */
  async get(id: ResourceId, parent: ResourceId | undefined, { signal }: GetOptions): Promise<Resource | undefined> {
    const reading = await this.#reading(signal);
    return parent === undefined && reading.isWithin(id)
      ? organizationResource(reading.organization, reading.requestedTypes)
      : undefined;
  }

  async entitlements(organization: Resource, { signal }: ListOptions): Promise<Page<Entitlement>> {
    const reading = await this.#reading(signal);
    return { items: organizationEntitlements(organization, holders(reading)), nextPageToken: "" };
  }

  /** Page by page of the stored members: each one's role, and membership in every team on the membership. */
  async grants(_organization: Resource, options: ListOptions): Promise<Page<Grant>> {
    const reading = await this.#reading(options.signal);
    const { notes, nextToken } = reading.members.memory(options.session).notesAt(options.pageToken);
    const resource = organizationId(reading.organization);
    const roleOf = (role: string) => entitlementRef(resource, role);
    const items = await reading.places(options.session).grantsOf(notes, { principalOf: userId, roleOf }, options);
    return { items, nextPageToken: nextToken };
  }
}
