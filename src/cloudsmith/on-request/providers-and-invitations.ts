/** OIDC providers, which hold `assume` on service accounts, and pending invitations, which hold nothing yet. */

import { ChildSyncer, type Listing } from "../../sdk/api/child-syncer.ts";
import type { ListOptions, Page, ResourceSyncer } from "../../sdk/contracts/connector.ts";
import { type Resource, type ResourceId, ResourceStatus } from "../../sdk/contracts/model.ts";
import { rawId } from "../../sdk/resources/annotations.ts";
import { profileOf, shown, usableEmail } from "../../sdk/resources/profile.ts";
import {
  AccountType,
  AppFlag,
  appTrait,
  NhiType,
  nonHumanIdentityTrait,
  userTrait,
} from "../../sdk/resources/traits.ts";
import type { OrganizationReading } from "../members/reading.ts";
import { knownRole } from "../types.ts";
import { serviceOf } from "./holders.ts";
import type { InviteRow, ProviderRow } from "./records.ts";
import { expiryOf } from "./requested-list.ts";
import { sign } from "./signs.ts";
import { invitationType, oidcProviderType } from "./types.ts";

/** Reads the OIDC providers. */
export class OidcProviderSyncer extends ChildSyncer<OrganizationReading> implements ResourceSyncer {
  readonly resourceType = oidcProviderType;

  protected async listUnder({ parent, reading, options }: Listing<OrganizationReading>): Promise<Page<Resource>> {
    return await reading.requested.providers.page(options, (row) => {
      warnOfUnlistedServices(row, reading, options);
      return providerResource(row, parent);
    });
  }
}

/** A syncer that drives the connector from outside may list providers before what they become. */
function warnOfUnlistedServices(
  { slug_perm, name, service_accounts = [] }: ProviderRow,
  reading: OrganizationReading,
  options: ListOptions,
): void {
  if (reading.requested.services.memory(options.session).endedAtMs === undefined) return;
  for (const slug of service_accounts) {
    if (serviceOf(slug, reading, options) !== undefined) continue;
    options.warn(sign("CS-SERVICE-UNLISTED", { provider: shown(name) || slug_perm, slug }));
  }
}

function providerResource(row: ProviderRow, organization: ResourceId): Resource {
  const { slug_perm, provider_url, enabled, claims, service_accounts } = row;
  const profile = profileOf({ claims, enabled, provider_url, service_accounts });
  return {
    id: { resourceType: oidcProviderType.id, resource: slug_perm },
    parentResourceId: organization,
    displayName: shown(row.name) || provider_url || slug_perm,
    annotations: [
      rawId(slug_perm),
      appTrait({ profile, flags: [AppFlag.oidc, ...(enabled === false ? [AppFlag.inactive] : [])] }),
      nonHumanIdentityTrait(NhiType.assumableRole, "OIDC provider"),
    ],
    profile,
  };
}

/** Reads the pending invitations. */
export class InvitationSyncer extends ChildSyncer<OrganizationReading> implements ResourceSyncer {
  readonly resourceType = invitationType;

  protected async listUnder({ parent, reading, options }: Listing<OrganizationReading>): Promise<Page<Resource>> {
    return await reading.requested.invitations.page(options, (row) => {
      expiryOf(row.expires_at, { rows: "pending invitations" }, options);
      return invitationResource(row, parent);
    });
  }
}

/** Role and teams stand in the profile only: nobody holds them before the invitation is accepted. */
function invitationResource(row: InviteRow, organization: ResourceId): Resource {
  const { slug_perm, user, inviter, expires_at } = row;
  const email = usableEmail(row.email);
  const profile = profileOf({
    email,
    expires_at,
    inviter,
    login: user,
    role: knownRole(row.role) ?? row.role,
    teams: row.teams?.flatMap(({ team }) => team ?? []),
  });
  const status = { status: ResourceStatus.pending, details: "invited, not accepted yet" };
  return {
    id: { resourceType: invitationType.id, resource: slug_perm },
    parentResourceId: organization,
    displayName: email ?? (shown(user) || slug_perm),
    annotations: [
      rawId(slug_perm),
      userTrait({
        status,
        profile,
        accountType: AccountType.human,
        email,
        login: user,
      }),
    ],
    profile,
    status,
  };
}
