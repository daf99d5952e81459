/** Lists the organization, its four roles, and who holds which: one walk over the stored member pages gives all grants. */
import type { GetOptions, ListOptions, Page, ResourceSyncer } from "../../sdk/contracts/connector.ts";
import type { Entitlement, EntitlementRef, Grant, Resource, ResourceId } from "../../sdk/contracts/model.ts";
import { entitlementId, newGrant } from "../../sdk/resources/ids.ts";
import { organizationId, organizationResource, teamId, userId } from "../converters.ts";
import { TeamPlaces } from "../members/places.ts";
import type { OrganizationReading } from "../members/reading.ts";
import { holders } from "../on-request/holders.ts";
import { organizationEntitlements, organizationType, teamManagerSlug, teamMemberSlug } from "../types.ts";

/** Reads the organization; `reading` begins or continues the reading of the current sync. */
export class OrganizationSyncer implements ResourceSyncer {
  readonly resourceType = organizationType;
  readonly #reading: (signal: AbortSignal) => Promise<OrganizationReading>;
  readonly #teams = new Map<string, EntitlementRefs>();

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
    const { memory } = reading.members(options.session, options);
    const keys = memory.pages();
    const key = options.pageToken || keys[0];
    if (key === undefined) return { items: [], nextPageToken: "" };
    const places = new TeamPlaces(reading, options.session);
    const roles = new EntitlementRefs(organizationId(reading.organization));
    const items: Grant[] = [];
    for (const note of memory.notesOn(key)) {
      const principal = userId(note.id);
      if (note.role !== "") items.push(newGrant(roles.get(note.role), principal));
      const found = places.of(note, options);
      // Nearly always there is nothing to wait for, and a hundred thousand waits would add up.
      for (const { teamId, manages } of found instanceof Promise ? await found : found) {
        const entitlements = this.#teamEntitlements(teamId);
        items.push(newGrant(entitlements.get(teamMemberSlug), principal));
        if (manages) items.push(newGrant(entitlements.get(teamManagerSlug), principal));
      }
    }
    return { items, nextPageToken: keys[keys.indexOf(key) + 1] ?? "" };
  }

  #teamEntitlements(team: string): EntitlementRefs {
    let known = this.#teams.get(team);
    if (!known) {
      known = new EntitlementRefs(teamId(team));
      this.#teams.set(team, known);
    }
    return known;
  }
}

/** The entitlements of one resource: grants of one entitlement share one object, made when the first grant needs it. */
class EntitlementRefs {
  readonly #resource: ResourceId;
  readonly #bySlug = new Map<string, EntitlementRef>();

  constructor(resource: ResourceId) {
    this.#resource = resource;
  }

  get(slug: string): EntitlementRef {
    let entitlement = this.#bySlug.get(slug);
    if (!entitlement) {
      entitlement = { id: entitlementId(this.#resource, slug), resource: this.#resource };
      this.#bySlug.set(slug, entitlement);
    }
    return entitlement;
  }
}
