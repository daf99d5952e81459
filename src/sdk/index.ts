/**
 * What a connector author needs: contracts, builders, fields, and the ways to run a connector. Names that are not
 * listed here are the SDK's own business.
 */

export { type Check, type Finding, failure, pass, proveChecks, runChecks, skip } from "./checks.ts";
// For connector authors.
export type { ConnectorApp, ConnectorContext } from "./cli/app.ts";
export { type Command, type Invocation, ownFlag } from "./cli/app.ts";
export type { CliIo, OutputStream, StopSignal } from "./cli/cli-io.ts";
export { runCli } from "./cli/run-cli.ts";
export { systemIo } from "./cli/system-io.ts";
export { type Clock, systemClock } from "./clock.ts";
export type { Field } from "./config/field.ts";
export type { ResolvedConfig } from "./config/resolved-config.ts";
export type { KeyOwner, ListReading, NotRead, ReadingFact } from "./contracts/completeness.ts";
export type {
  CheckResult,
  Connector,
  ConnectorMetadata,
  ConnectorStats,
  EntitlementTemplate,
  ListOptions,
  Page,
  RateLimit,
  ResourceSyncer,
  SessionStore,
  SyncWarning,
} from "./contracts/connector.ts";
export {
  type Annotation,
  type Entitlement,
  type EntitlementRef,
  type Grant,
  type GrantExpandable,
  type Profile,
  type ProfileValue,
  Purpose,
  type Resource,
  type ResourceId,
  ResourceStatus,
  type ResourceType,
  type Timestamp,
  Trait,
} from "./contracts/model.ts";
export { BatonError, type BatonErrorInit, Status } from "./errors.ts";
export { type Logger, silentLogger } from "./log.ts";
export { Network } from "./net/network.ts";
export {
  aliases,
  annotation,
  annotationUrl,
  capabilityPermissions,
  childResourceType,
  deprecated,
  type ExclusionGroupOptions,
  entitlementImmutable,
  exclusionGroup,
  externalLink,
  externalResourceMatch,
  externalResourceMatchAll,
  externalResourceMatchId,
  grantImmutable,
  grantMetadata,
  optInRequired,
  rawId,
  skipEntitlements,
  skipEntitlementsAndGrants,
  skipGrants,
  skipSyncAnomalyDetection,
} from "./resources/annotations.ts";
export { entitlementId, grantId, newGrant } from "./resources/ids.ts";
export { parseTimestamp } from "./resources/timestamps.ts";
export {
  AccountType,
  AppFlag,
  type AppTraitInit,
  agentTrait,
  appTrait,
  CredentialType,
  type GroupSource,
  groupTrait,
  type LicenseProfileInit,
  licenseProfileTrait,
  NhiType,
  nonHumanIdentityTrait,
  type RoleTraitInit,
  roleTrait,
  type SecretTraitInit,
  scopeBindingTrait,
  secretTrait,
  type UserTraitInit,
  userTrait,
} from "./resources/traits.ts";

// For tools that run syncs themselves.
export type { SyncObserver, SyncOutcome, SyncPhase, SyncProgress } from "./sync/events.ts";
export { type RunSyncOptions, runSync } from "./sync/run-sync.ts";
