/** The syncers of all types that are read only on request. */
import type { ResourceSyncer } from "../../sdk/contracts/connector.ts";
import type { OrganizationReading } from "../members/reading.ts";
import { InvitationSyncer, OidcProviderSyncer } from "./providers-and-invitations.ts";
import { RepositorySyncer } from "./repositories.ts";
import { ServiceKeySyncer, ServiceSyncer } from "./services.ts";
import type { Requested } from "./settings.ts";
import { EntitlementTokenSyncer } from "./tokens.ts";

/** In the order in which their types are registered: who is named as a holder is listed before what is held. */
export function requestedSyncers(
  reading: (signal: AbortSignal) => Promise<OrganizationReading>,
  requested: ReadonlySet<Requested>,
): readonly ResourceSyncer[] {
  return [
    new ServiceSyncer(reading, requested.has("service")),
    new ServiceKeySyncer(reading, requested.has("service-key")),
    new OidcProviderSyncer(reading, requested.has("oidc-provider")),
    new InvitationSyncer(reading, requested.has("invitation")),
    new RepositorySyncer(reading, requested.has("repository")),
    new EntitlementTokenSyncer(reading, requested.has("entitlement-token")),
  ];
}
