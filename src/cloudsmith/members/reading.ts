/**
 * One reading of the organization: the walks over its lists, shared by the syncers, and what was found so far. Begins
 * anew with every sync and holds nothing that a resumed run could not find again.
 */
import type { SessionStore } from "../../sdk/contracts/connector.ts";
import type { ResourceId } from "../../sdk/contracts/model.ts";
import type { CloudsmithClient } from "../client.ts";
import { organizationId } from "../converters.ts";
import type { Organization } from "../schemas.ts";
import { MemberSearch } from "./member-search.ts";
import { OrganizationLists } from "./organization-lists.ts";
import { Roster } from "./roster.ts";
import { TeamDirectory } from "./team-directory.ts";
import { TeamPlaces } from "./team-places.ts";

/** What a reading begins with. */
export interface OrganizationReadingOptions {
  readonly client: CloudsmithClient;
  readonly organization: Organization;
  /** Slug of the key's owner; undefined when not known. */
  readonly callerSlug: string | undefined;
  /** Lists of the organization that were begun already. */
  readonly lists?: OrganizationLists | undefined;
}

/** State of one sync. */
export class OrganizationReading {
  readonly client: CloudsmithClient;
  readonly organization: Organization;
  /** Slug of the key's owner; undefined when not known. */
  readonly callerSlug: string | undefined;
  readonly lists: OrganizationLists;
  /** By user slug: ids of members looked up one by one; undefined: there is none in the file. */
  readonly lookedUp = new Map<string, string | undefined>();
  #search: MemberSearch | undefined;
  #roster: Roster | undefined;
  #directory: TeamDirectory | undefined;
  #places: TeamPlaces | undefined;

  constructor({ client, organization, callerSlug, lists }: OrganizationReadingOptions) {
    this.client = client;
    this.organization = organization;
    this.callerSlug = callerSlug;
    this.lists = lists ?? new OrganizationLists(client, organization.slug);
  }

  /** Finds single members, for targeted syncs. */
  search(signal: AbortSignal): MemberSearch {
    this.#search ??= new MemberSearch(this.client, this.organization.slug, signal);
    return this.#search;
  }

  /** True when `id` is this organization, or when no parent is named. */
  isWithin(id: ResourceId | undefined): boolean {
    const own = organizationId(this.organization);
    return id === undefined || (id.resourceType === own.resourceType && id.resource === own.resource);
  }

  /** Who was read so far. */
  roster(session: SessionStore): Roster {
    this.#roster ??= new Roster(session);
    return this.#roster;
  }

  /** Which team has which slug. */
  directory(session: SessionStore): TeamDirectory {
    this.#directory ??= new TeamDirectory(session);
    return this.#directory;
  }

  /** In which teams whom is, by id. */
  places(session: SessionStore): TeamPlaces {
    this.#places ??= new TeamPlaces(this, this.directory(session));
    return this.#places;
  }

  /** Stops what is still on its way. */
  stop(): void {
    this.lists.stop();
    this.#search?.stop();
  }
}
