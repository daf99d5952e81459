/** The settings that ask for more than organization, members and teams; each is off unless somebody turns it on. Data only. */
import type { BoolField } from "../../sdk/config/field.ts";

/** What can be asked for, by resource type; team sources are a property of teams, not a type. */
export const requestedSettings = {
  service: "sync-services",
  "service-key": "sync-secrets",
  "oidc-provider": "sync-oidc",
  invitation: "sync-invitations",
  repository: "sync-repositories",
  "entitlement-token": "sync-entitlement-tokens",
  "team-source": "sync-team-sources",
} as const;
/** One of them. */
export type Requested = keyof typeof requestedSettings;

type RequestedField<W extends Requested> = BoolField & { readonly name: (typeof requestedSettings)[W] };

const fieldOf = <const W extends Requested>(what: W, displayName: string, description: string): RequestedField<W> => ({
  kind: "bool",
  name: requestedSettings[what],
  displayName,
  description,
});

/** Their fields, in the order in which forms show them. */
export const requestedFields = [
  fieldOf("service", "Sync service accounts", "Also sync service accounts, with their roles and teams"),
  fieldOf(
    "service-key",
    "Sync service account keys",
    "Also sync that service accounts have keys, and when they expire",
  ),
  fieldOf("oidc-provider", "Sync OIDC providers", "Also sync OIDC providers and the service accounts they may become"),
  fieldOf("invitation", "Sync invitations", "Also sync pending invitations to the organization"),
  fieldOf(
    "repository",
    "Sync repositories",
    "Also sync repositories and the explicit privileges on them; one request each, with an Owner's key",
  ),
  fieldOf(
    "entitlement-token",
    "Sync entitlement tokens",
    "Also sync the entitlement tokens of repositories; one request each, with an Owner's key",
  ),
  fieldOf(
    "team-source",
    "Sync team sources",
    "Also tell which teams are filled by SAML group sync, and link teams and members to the organization's page",
  ),
];

/** What an organization has besides members and teams, unless it is read on request, by resource type. */
export const unlessRequested: readonly (readonly [type: string, what: string, title: string])[] = [
  ["service", "services", "service accounts"],
  ["invitation", "invitations", "pending invitations"],
  ["repository", "repositories", "repositories and the privileges on them"],
];
