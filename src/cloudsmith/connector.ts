/** The connector: its syncers, and the check of the access before each sync. Makes no request before it is asked. */
import { type Clock, systemClock } from "../sdk/clock.ts";
import type {
  CheckOptions,
  CheckResult,
  Connector,
  ConnectorMetadata,
  ConnectorStats,
  ResourceSyncer,
  RunDescription,
  ValidateOptions,
} from "../sdk/contracts/connector.ts";
import { runChecks, validateAccess } from "./checks.ts";
import { organizationId } from "./converters.ts";
import type { Api } from "./members/look-ups.ts";
import { BegunLists, OrganizationReading } from "./members/reading.ts";
import { type Requested, requestedSettings } from "./on-request/settings.ts";
import { requestedSyncers } from "./on-request/syncers.ts";
import type { Organization } from "./schemas.ts";
import { OrganizationSyncer } from "./syncers/organization-syncer.ts";
import { TeamSyncer } from "./syncers/team-syncer.ts";
import { UserSyncer } from "./syncers/user-syncer.ts";

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
};

/** Reads one Cloudsmith organization. */
export class CloudsmithConnector implements Connector {
  readonly metadata = metadata;
  readonly syncers: readonly ResourceSyncer[];
  readonly #client: Api;
  readonly #clock: Clock;
  readonly #orgSlug: string;
  readonly #key: RunDescription["key"];
  readonly #host: string | undefined;
  readonly #requested: ReadonlySet<Requested>;
  #reads: ReadonlySet<string>;
  #organization: Organization | undefined;
  #reading: OrganizationReading | undefined;

  constructor({ client, orgSlug, host, key, clock = systemClock, requested = new Set() }: CloudsmithConnectorOptions) {
    this.#clock = clock;
    this.#host = host;
    this.#client = client;
    this.#orgSlug = orgSlug;
    this.#key = key;
    this.#requested = requested;
    this.syncers = createSyncers((signal) => this.#currentReading(signal), requested);
    this.#reads = new Set(defaultTypes(this.syncers));
  }

  /**
   * Proves the key and the organization before a sync, and begins a new reading.
   * @throws BatonError `CS-AUTH-401`, `CS-AUTH-403`, `CS-ORG-404` and those of the network.
   */
  async validate({ signal, warn, report, beginsSync = false, resourceTypes }: ValidateOptions): Promise<void> {
    await this.cleanup();
    this.#reads = new Set(resourceTypes ?? defaultTypes(this.syncers));
    const client = this.#client;
    const begun = new BegunLists();
    try {
      const onKeyProven = beginsSync ? () => begun.begin(client, this.#orgSlug, signal) : undefined;
      const access = await validateAccess(client, this.#orgSlug, {
        signal,
        warn,
        report,
        onKeyProven,
        reads: this.#reads,
      });
      this.#organization = access.organization;
      const isSame = access.organization.slug === this.#orgSlug;
      // Configured by its immutable id: the lists begin anew under the slug, by which the API is documented.
      if (!isSame) begun.stop();
      this.#reading = new OrganizationReading({ ...access, ...this.#shared() }, isSame ? begun : undefined);
    } catch (caught) {
      begun.stop();
      throw caught;
    }
  }

  async check(options: CheckOptions): Promise<readonly CheckResult[]> {
    return await runChecks(this.#client, this.#orgSlug, options);
  }

  async cleanup(): Promise<void> {
    this.#reading?.stop();
    this.#reading = undefined;
    // A service makes a connector for every sync: their idle connections would add up. Later requests open new ones.
    this.#client.close();
  }

  stats(): ConnectorStats {
    return this.#client.stats();
  }

  describeRun(): RunDescription {
    const root = this.#organization && organizationId(this.#organization);
    return {
      target: this.#orgSlug,
      ...(this.#key && { key: this.#key }),
      ...(root && this.#host !== undefined && { identity: { host: this.#host, root } }),
    };
  }

  #shared() {
    const tellsTeamSources = this.#requested.has("team-source");
    return { client: this.#client, clock: this.#clock, types: this.#reads, tellsTeamSources };
  }

  /** A syncer that drives the connector from outside may not have called validate in this process. */
  async #currentReading(signal: AbortSignal): Promise<OrganizationReading> {
    if (!this.#reading) {
      const [organization, caller] = await Promise.all([
        this.#client.organization(this.#orgSlug, { signal }),
        this.#client.self({ signal }),
      ]);
      this.#reading ??= new OrganizationReading({ ...this.#shared(), organization, caller, role: undefined });
    }
    return this.#reading;
  }
}

/** All syncers, in the order in which their types are registered; those that `requested` names are asked for. */
export function createSyncers(
  reading: (signal: AbortSignal) => Promise<OrganizationReading>,
  requested: ReadonlySet<Requested> = new Set(),
): readonly ResourceSyncer[] {
  const always = [new OrganizationSyncer(reading), new UserSyncer(reading), new TeamSyncer(reading)];
  return [...always, ...requestedSyncers(reading, requested)];
}

/** The types of a sync that says nothing else. */
function defaultTypes(syncers: readonly ResourceSyncer[]): readonly string[] {
  return syncers
    .filter(({ resourceType, isAskedFor = true }) => isAskedFor || !(resourceType.id in requestedSettings))
    .map(({ resourceType }) => resourceType.id);
}
