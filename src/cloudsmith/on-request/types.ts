/** Types and entitlements that are synced only on request. Ids and slugs never change once released (test/pins). */
import {
  type Entitlement,
  Purpose,
  type Resource,
  type ResourceId,
  type ResourceType,
  Trait,
} from "../../sdk/contracts/model.ts";
import {
  capabilityPermissions,
  optInRequired,
  skipEntitlementsAndGrants,
  skipSyncAnomalyDetection,
} from "../../sdk/resources/annotations.ts";
import { entitlementId } from "../../sdk/resources/ids.ts";
import { inAnyCase } from "../../sdk/resources/profile.ts";
import { teamType, userType } from "../types.ts";

/** Who may read a list, as a capability names it (Cloudsmith docs: workspace roles; assumed where they are silent). */
const asManager = capabilityPermissions(["Owner or Manager of the organization"]);
const asRepositoryAdmin = capabilityPermissions(["Owner of the organization, or Admin on each repository"]);

/** A service account. */
export const serviceType: ResourceType = {
  id: "service",
  displayName: "Service account",
  traits: [Trait.user],
  annotations: [optInRequired, asManager],
  description: "A service account of the Cloudsmith organization",
};

/** The API key of a service account; never a part of the key itself. */
export const serviceKeyType: ResourceType = {
  id: "service-key",
  displayName: "Service account key",
  traits: [Trait.secret],
  annotations: [optInRequired, skipEntitlementsAndGrants, asManager],
  description: "The API key of a service account",
};

/** An identity provider whose tokens workloads trade for a service account. */
export const oidcProviderType: ResourceType = {
  id: "oidc-provider",
  displayName: "OIDC provider",
  traits: [Trait.app],
  annotations: [optInRequired, skipEntitlementsAndGrants, asManager],
  description: "An identity provider whose tokens are traded for a service account",
};

/** An invitation that nobody has accepted. */
export const invitationType: ResourceType = {
  id: "invitation",
  displayName: "Invitation",
  traits: [Trait.user],
  annotations: [optInRequired, skipEntitlementsAndGrants, skipSyncAnomalyDetection, asManager],
  description: "A pending invitation to the Cloudsmith organization",
};

/** A repository. */
export const repositoryType: ResourceType = {
  id: "repository",
  displayName: "Repository",
  traits: [],
  annotations: [optInRequired, asRepositoryAdmin],
  description: "A repository of the Cloudsmith organization",
};

/** A token that downloads from a repository; never a part of the token itself. */
export const entitlementTokenType: ResourceType = {
  id: "entitlement-token",
  displayName: "Entitlement token",
  traits: [Trait.secret],
  annotations: [optInRequired, skipEntitlementsAndGrants, asRepositoryAdmin],
  description: "A token that may download from a repository",
};

/** A service account's id: its slug, as lists show no immutable one (Cloudsmith API: services). */
export function serviceId(slug: string): ResourceId {
  return { resourceType: serviceType.id, resource: slug };
}

/** Slug of the entitlement of a service account that OIDC providers hold. */
export const assumeSlug = "assume";

/** To act as the service account. */
export function serviceEntitlements(service: Resource): readonly Entitlement[] {
  return [
    {
      id: entitlementId(service.id, assumeSlug),
      resource: service,
      displayName: `Assume ${service.displayName}`,
      description: `A workload with a token of the provider, and with the claims that it asks for, acts as ${service.displayName}`,
      grantableTo: [oidcProviderType],
      annotations: [],
      purpose: Purpose.permission,
      slug: assumeSlug,
    },
  ];
}

/** Privileges on a repository as Cloudsmith spells them, most privileged first. */
const privileges = {
  Admin: "changes settings, privileges and packages of",
  Write: "uploads, changes and downloads packages of",
  Read: "downloads packages of",
} as const;
type Privilege = keyof typeof privileges;

const knownPrivilege = inAnyCase(Object.keys(privileges));

/** The entitlement slug of a privilege, whatever its case; undefined for one that this connector does not know. */
export function privilegeSlug(privilege: string | undefined): string | undefined {
  return knownPrivilege(privilege)?.toLowerCase();
}

/** Explicit privileges. They do not exclude each other: somebody may read directly and write as a team's member. */
export function repositoryEntitlements(repository: Resource, withServices: boolean): readonly Entitlement[] {
  return (Object.keys(privileges) as Privilege[]).map((privilege) => ({
    id: entitlementId(repository.id, privilege.toLowerCase()),
    resource: repository,
    displayName: `${repository.displayName} ${privilege}`,
    description: `${privilege}: ${privileges[privilege]} the ${repository.displayName} repository`,
    grantableTo: [userType, teamType, ...(withServices ? [serviceType] : [])],
    annotations: [],
    purpose: Purpose.permission,
    slug: privilege.toLowerCase(),
  }));
}
