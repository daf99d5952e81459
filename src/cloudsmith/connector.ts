/** The connector: its syncers, and the check of the access before each sync. Makes no request before it is asked. */
import { type Clock, systemClock } from "../sdk/clock.ts";
import type {
  CheckOptions,
  CheckResult,
  Connector,
  ConnectorMetadata,
  ConnectorStats,
  EventFeed,
  ResourceSyncer,
  RunDescription,
  ValidateOptions,
} from "../sdk/contracts/connector.ts";
import { BatonError, Status } from "../sdk/errors.ts";
import { type Access, runChecks, validateAccess } from "./checks.ts";
import { type Api, endpoints } from "./client.ts";
import { organizationId } from "./converters.ts";
import { type Asked, OrganizationReading } from "./members/reading.ts";
import { AuditFeed } from "./on-request/audit-feed.ts";
import { InvitationSyncer, OidcProviderSyncer } from "./on-request/providers-and-invitations.ts";
import { RepositorySyncer } from "./on-request/repositories.ts";
import { ServiceKeySyncer, ServiceSyncer } from "./on-request/services.ts";
import { type Requested, requestedSettings } from "./on-request/settings.ts";
import { EntitlementTokenSyncer } from "./on-request/tokens.ts";
import { OrganizationSyncer } from "./syncers/organization-syncer.ts";
import { TeamSyncer } from "./syncers/team-syncer.ts";
import { UserSyncer } from "./syncers/user-syncer.ts";
import { organizationType } from "./types.ts";

/** What a {@link CloudsmithConnector} is made of. */
export interface CloudsmithConnectorOptions {
  readonly client: Api;
  /** Default: the system's. */
  readonly clock?: Clock;
  /** Slug of the one organization that is read. */
  readonly orgSlug: string;
  /** Host of the API, with the port where that is not the usual one; without it a run does not say which target it reads. */
  readonly host?: string;
  /** Where the key came from and which it is, for the run record; never the key itself. */
  readonly key?: NonNullable<RunDescription["key"]>;
  /** What settings ask for besides organization, members and teams; default nothing. */
  readonly requested?: ReadonlySet<Requested>;
}

/** Name and purpose, as shown of the connector. */
export const metadata: ConnectorMetadata = {
  displayName: "Cloudsmith",
  description: "Syncs one Cloudsmith organization: its members, their roles, two-factor state and teams",
  // The page that C1 publishes of a connector's docs/connector.mdx.
  helpUrl: "https://www.conductorone.com/docs/baton/cloudsmith",
};

/** Reads one Cloudsmith organization. */
export class CloudsmithConnector implements Connector {
  readonly metadata = metadata;
  readonly syncers: readonly ResourceSyncer[];
  readonly eventFeeds: readonly EventFeed[];
  readonly #options: CloudsmithConnectorOptions;
  #asked: Asked;
  #access: Access | undefined;
  #reading: OrganizationReading | undefined;
  /** The sync whose end ends what the reading has begun. */
  #readsFor: AbortSignal | undefined;

  constructor(options: CloudsmithConnectorOptions) {
    const { client, clock = systemClock, requested = new Set() } = options;
    this.#options = options;
    this.eventFeeds = [new AuditFeed(options)];
    this.syncers = createSyncers((signal) => this.#currentReading(signal), requested);
    const types = new Set(defaultTypes(this.syncers));
    this.#asked = { client, clock, types, tellsTeamSources: requested.has("team-source") };
  }

  /**
   * Proves the key and the organization before a sync, and begins a new reading.
   * @throws BatonError `CS-CONFIG-TYPES`, `CS-AUTH-401`, `CS-AUTH-403`, `CS-ORG-404` and those of the network.
   */
  async validate({ signal, warn, report, beginsSync = false, resourceTypes }: ValidateOptions): Promise<void> {
    await this.cleanup();
    const { client, orgSlug } = this.#options;
    const types = new Set(resourceTypes ?? defaultTypes(this.syncers));
    if (beginsSync && !types.has(organizationType.id)) throw withoutOrganization(types);
    this.#asked = { ...this.#asked, types };
    let reading = new OrganizationReading(this.#asked, orgSlug);
    const onKeyProven = beginsSync ? () => reading.begin(signal) : undefined;
    try {
      const access = await validateAccess(client, orgSlug, { signal, warn, report, onKeyProven, reads: types });
      const { slug } = access.organization;
      if (slug !== orgSlug) {
        // Configured by its immutable id: the lists begin anew under the slug, by which the API is documented.
        reading.stop();
        reading = new OrganizationReading(this.#asked, slug);
      }
      reading.proved(access);
      this.#access = access;
      this.#reading = reading;
    } catch (caught) {
      reading.stop();
      throw caught;
    }
  }

  async check(options: CheckOptions): Promise<readonly CheckResult[]> {
    return await runChecks(this.#options.client, this.#options.orgSlug, options);
  }

  async cleanup(): Promise<void> {
    this.#forget();
    // A service makes a connector for every sync: their idle connections would add up. Later requests open new ones.
    this.#options.client.close();
  }

  stats(): ConnectorStats {
    return this.#options.client.stats();
  }

  describeRun(): RunDescription {
    const { orgSlug: target, key, host } = this.#options;
    const root = this.#access && organizationId(this.#access.organization);
    return {
      target,
      ...(key && { key }),
      ...(root && host !== undefined && { identity: { host, root } }),
      ...(this.#asked.tellsTeamSources && { settings: [requestedSettings["team-source"]] }),
    };
  }

  /** A syncer that drives the connector from outside may not have called validate in this process. */
  async #currentReading(signal: AbortSignal): Promise<OrganizationReading> {
    // What was begun for a sync that is given up is of no use to another.
    if (this.#readsFor?.aborted) this.#forget();
    if (!this.#reading) {
      const { client, orgSlug } = this.#options;
      const [organization, caller] = await Promise.all([
        client.record(endpoints.organization, orgSlug, "", { signal }),
        client.self({ signal }),
      ]);
      this.#reading ??= new OrganizationReading(this.#asked, organization.slug);
      this.#reading.proved({ organization, caller });
    }
    this.#readsFor ??= signal;
    return this.#reading;
  }

  #forget(): void {
    this.#reading?.stop();
    this.#reading = undefined;
    this.#readsFor = undefined;
  }
}

/**
 * All syncers, in the order in which their types are registered: who is named as a holder is listed before what is held.
 * Those that `requested` names are asked for.
 */
export function createSyncers(
  reading: (signal: AbortSignal) => Promise<OrganizationReading>,
  requested: ReadonlySet<Requested> = new Set(),
): readonly ResourceSyncer[] {
  return [
    new OrganizationSyncer(reading),
    new UserSyncer(reading),
    new TeamSyncer(reading),
    new ServiceSyncer(reading, requested.has("service")),
    new ServiceKeySyncer(reading, requested.has("service-key")),
    new OidcProviderSyncer(reading, requested.has("oidc-provider")),
    new InvitationSyncer(reading, requested.has("invitation")),
    new RepositorySyncer(reading, requested.has("repository")),
    new EntitlementTokenSyncer(reading, requested.has("entitlement-token")),
  ];
}

/** Everything else is found through the organization: a sync without it is whole, and empty. */
function withoutOrganization(types: ReadonlySet<string>): BatonError {
  return new BatonError({
    code: "CS-CONFIG-TYPES",
    status: Status.unknown,
    message: `Resources of ${[...types].join(" and ")} are found through the organization, and the sync leaves it out.`,
    effect: "Nothing new was saved; the last good file stays as it is.",
    hint: `Add ${organizationType.id} to the resource types.`,
    fatal: true,
  });
}

/** The types of a sync that says nothing else. */
function defaultTypes(syncers: readonly ResourceSyncer[]): readonly string[] {
  return syncers
    .filter(({ resourceType, isAskedFor = true }) => isAskedFor || !(resourceType.id in requestedSettings))
    .map(({ resourceType }) => resourceType.id);
}
