/** Service accounts, the keys that they have, and what they hold: a role, teams, and being assumed by OIDC providers. */

import { ChildSyncer, type Listing } from "../../sdk/api/child-syncer.ts";
import type { ListOptions, Page, ResourceSyncer } from "../../sdk/contracts/connector.ts";
import {
  type Entitlement,
  type Grant,
  type Resource,
  type ResourceId,
  ResourceStatus,
  type Timestamp,
} from "../../sdk/contracts/model.ts";
import { rawId } from "../../sdk/resources/annotations.ts";
import { entitlementId, newGrant } from "../../sdk/resources/ids.ts";
import { profileOf, shown } from "../../sdk/resources/profile.ts";
import { timestampOf } from "../../sdk/resources/timestamps.ts";
import { AccountType, CredentialType, secretTrait, userTrait } from "../../sdk/resources/traits.ts";
import { organizationId, teamId } from "../converters.ts";
import { unlessUnseen } from "../errors.ts";
import type { OrganizationReading } from "../members/reading.ts";
import { roleText } from "../members/signs.ts";
import { knownRole, roleSlug, teamManagerSlug, teamMemberSlug } from "../types.ts";
import { distinct, serviceOf, teamOf } from "./holders.ts";
import type { ServiceNote } from "./lists.ts";
import { type ServiceRow, serviceRows } from "./records.ts";
import { expiryOf, reportRead, rowsOf, warnOfUnseen } from "./requested-list.ts";
import { sign } from "./signs.ts";
import { assumeSlug, oidcProviderType, serviceEntitlements, serviceId, serviceKeyType, serviceType } from "./types.ts";

/** Reads the service accounts. */
export class ServiceSyncer extends ChildSyncer<OrganizationReading> implements ResourceSyncer {
  readonly resourceType = serviceType;

  protected async listUnder({ parent, reading, options }: Listing<OrganizationReading>): Promise<Page<Resource>> {
    const { services } = reading.requested;
    const page = await services.page(options, (row) => serviceResource(row, parent));
    if (page.nextPageToken === "") warnOfRoles(services.memory(options.session).notes(), options);
    return page;
  }

  async entitlements(service: Resource, { signal }: ListOptions): Promise<Page<Entitlement>> {
    const reading = await this.reading(signal);
    return { items: reading.reads(oidcProviderType.id) ? serviceEntitlements(service) : [], nextPageToken: "" };
  }

  async grants(service: Resource, options: ListOptions): Promise<Page<Grant>> {
    const reading = await this.reading(options.signal);
    const slug = service.id.resource;
    const note = reading.requested.services.memory(options.session).noteOf(slug);
    if (!note) return { items: [], nextPageToken: "" };
    const role = roleSlug(note.role);
    if (role === undefined) options.warn(sign("CS-ROLE-UNKNOWN", { slug, role: roleText(note.role) }));
    const items: Grant[] = [];
    const grant = (resource: ResourceId, entitlement: string, principal = service.id): void => {
      items.push(newGrant({ id: entitlementId(resource, entitlement), resource }, principal));
    };
    if (role !== undefined) grant(organizationId(reading.organization), role);
    for (const [team, manages] of note.teams) {
      const id = await teamOf(team, reading, options);
      if (id === undefined) continue;
      grant(teamId(id), teamMemberSlug);
      if (manages) grant(teamId(id), teamManagerSlug);
    }
    if (reading.reads(oidcProviderType.id)) {
      for (const provider of providersOf(slug, reading, options)) {
        grant(service.id, assumeSlug, { resourceType: oidcProviderType.id, resource: provider });
      }
    }
    return { items: distinct(items), nextPageToken: "" };
  }
}

/** What holds for most is no small matter of each. */
function warnOfRoles(notes: readonly ServiceNote[], { warn }: ListOptions): void {
  const services = notes.length;
  const withoutRole = notes.filter(({ role }) => roleSlug(role) === undefined).length;
  if (withoutRole * 2 > services) warn(sign("CS-SERVICE-ROLES-UNKNOWN", { withoutRole, services }));
}

function providersOf(service: string, reading: OrganizationReading, options: ListOptions): readonly string[] {
  return reading.requested.providers
    .memory(options.session)
    .notes()
    .filter(({ services }) => services.some((named) => serviceOf(named, reading, options) === service))
    .map(({ id }) => id);
}

function serviceResource(row: ServiceRow, organization: ResourceId): Resource {
  const { slug, role, created_at, created_by } = row;
  const profile = profileOf({
    created_at,
    created_by,
    login: slug,
    name: row.name,
    role: knownRole(role) ?? role,
    teams: row.teams?.flatMap((place) => place.slug ?? []),
  });
  // Cloudsmith cannot switch a service account off: while it is there, it works.
  const status = { status: ResourceStatus.enabled };
  const createdAt = timestampOf(created_at);
  return {
    id: serviceId(slug),
    parentResourceId: organization,
    displayName: shown(row.name) || slug,
    annotations: [
      rawId(slug),
      userTrait({ status, profile, accountType: AccountType.service, login: slug, createdAt }),
    ],
    ...(row.description ? { description: row.description } : {}),
    profile,
    status,
    ...(createdAt && { createdAt }),
  };
}

const keyWords = {
  list: "the list of service accounts",
  rows: "service keys",
  resourceType: serviceKeyType.id,
};

/** Reads that service accounts have keys, and when these expire. */
export class ServiceKeySyncer extends ChildSyncer<OrganizationReading> implements ResourceSyncer {
  readonly resourceType = serviceKeyType;

  protected async listUnder({ parent, reading, options }: Listing<OrganizationReading>): Promise<Page<Resource>> {
    const startedAtMs = reading.nowMs();
    const asking = reading.client.records(serviceRows, reading.organization.slug, options);
    const read = await unlessUnseen(asking, (why) => warnOfUnseen(keyWords, options, why));
    if (!read) return { items: [], nextPageToken: "" };
    const rows = rowsOf(read, keyWords, options);
    reportRead(keyWords, { read: rows.length, startedAtMs, endedAtMs: reading.nowMs() }, options);
    const services = reading.requested.services.memory(options.session);
    // A syncer that drives the connector from outside may list keys before what they are of.
    const isInFile = (slug: string) =>
      services.endedAtMs === undefined ? reading.reads(serviceType.id) : services.has(slug);
    return {
      items: rows.map((row) => {
        const expiresAt = expiryOf(row.key_expires_at, keyWords, options);
        return keyResource(row, { organization: parent, isServiceInFile: isInFile(row.slug), expiresAt });
      }),
      nextPageToken: "",
    };
  }
}

interface KeyContext {
  readonly organization: ResourceId;
  readonly isServiceInFile: boolean;
  readonly expiresAt: Timestamp | undefined;
}

/** Every service account has one key, which has no id of its own (Cloudsmith API: services). */
function keyResource(row: ServiceRow, { organization, isServiceInFile, expiresAt }: KeyContext): Resource {
  const { slug, key_expires_at } = row;
  const profile = profileOf({ service: slug, expires_at: key_expires_at });
  return {
    id: { resourceType: serviceKeyType.id, resource: slug },
    parentResourceId: organization,
    displayName: `API key of ${shown(row.name) || slug}`,
    annotations: [
      secretTrait({
        profile,
        credentialType: CredentialType.staticSecret,
        expiresAt,
        identity: isServiceInFile ? serviceId(slug) : undefined,
      }),
    ],
    profile,
  };
}
