/**
 * What a connector author needs: contracts, builders, fields, and the ways to run a connector. Names that are not
 * listed here are the SDK's own business.
 */

export { evidenceCommand } from "../evidence/command.ts";
export { reportCommand } from "../reports/commands.ts";
export { summarizeFile } from "../reports/summarize-file.ts";
export { reviewCommand } from "../reviews/command.ts";
export {
  ApiClient,
  type ApiClientOptions,
  type ApiErrors,
  BegunSource,
  type BegunSourceOptions,
  type CallOptions,
  type Endpoint,
  type List,
  type ListAsked,
  type SearchedBy,
  searchOf,
  segment,
  sourceOf,
} from "./api/api-client.ts";
export {
  type ApiErrorTexts,
  type ApiFailureOptions,
  type ApiFailures,
  type ApiFailuresOptions,
  type ApiProduct,
  apiFailures,
  type DescribeStatus,
  describeApiFailure,
  ifAnswered,
  isAboutCredential,
  unlessDeclined,
} from "./api/api-failures.ts";
export { AskingBudget, type AskWhileThereOptions, askWhileThere } from "./api/asking.ts";
export { parseBaseUrl, type RefuseBaseUrl } from "./api/base-url.ts";
export { ChildSyncer, type Listing, OncePer, type RootReading } from "./api/child-syncer.ts";
export {
  type Check as JsonCheck,
  type Checked,
  filledId,
  filledText,
  flag,
  listOf,
  Mismatch,
  objectOf,
  rowId,
  text,
  unlessUnknown,
} from "./api/json-check.ts";
export { type Draft, ListMemory, type ListObserver, type Tally } from "./api/list-memory.ts";
export { type FoundRow, ListSearch, type ListSearchOptions } from "./api/list-search.ts";
export type { ListEvent, Sum } from "./api/list-verdict.ts";
export {
  type ListWords,
  type SignMeanings,
  type SignTable,
  sharedSign,
  signTable,
  type ToldList,
  tellOfStep,
  warningOf,
} from "./api/list-words.ts";
export {
  type ListSource,
  type ListStep,
  MovingList,
  type MovingListOptions,
  type PassStatement,
  type UseRows,
} from "./api/moving-list.ts";
export { didYouMean, listed, type NamedRootOptions, namedRoot, nearestName, seenInstead } from "./api/named-root.ts";
export { hashOf, type Note, type NoteCodec, NumberedTexts, type PackedTexts, plainNotes } from "./api/notes.ts";
export {
  type NumberedList,
  NumberedLists,
  type NumberedListsOptions,
  type NumberedPage,
} from "./api/numbered-lists.ts";
export {
  createPageWalk,
  type PageResult,
  type PageWalk,
  type PageWalkOptions,
  type Paging,
  type ReceivedPage,
  readPaging,
  wholeOf,
} from "./api/page-walk.ts";
export { type PageWindow, PageWindows } from "./api/page-windows.ts";
export type { AskedQuestion, Question, Refusing } from "./api/questions.ts";
export { ResourceList, type ResourceListOptions } from "./api/resource-list.ts";
export { type GroupAsking, type GroupPerson, type GroupRow, peopleOf } from "./api/roster/group-people.ts";
export { GroupPlaces, type GroupPlacesOptions, type GroupRefs, type Holding } from "./api/roster/group-places.ts";
export { type HeldAgainst, heldAgainstList, type OwnerStanding, type OwnerVerdict } from "./api/roster/key-owner.ts";
export { type FindMemberId, MemberIds } from "./api/roster/member-ids.ts";
export {
  type MemberFields,
  type MemberNote,
  MemberNotes,
  type PlaceReader,
  statusMark,
} from "./api/roster/member-notes.ts";
export { Roster, type RosterOptions } from "./api/roster/roster.ts";
export { RosterFacts, type RosterFinding, type Settling, SharedTexts } from "./api/roster/roster-facts.ts";
export {
  type Check,
  connectorChecks,
  type Finding,
  failure,
  pass,
  proveChecks,
  type RunChecksOptions,
  runChecks,
  skip,
} from "./checks.ts";
export type { ConnectorApp, ConnectorContext } from "./cli/app.ts";
export { type Command, defineCommand, type Invocation } from "./cli/app.ts";
export type { CliIo, OutputStream, StopSignal } from "./cli/cli-io.ts";
export { httpSettings } from "./cli/command-setup.ts";
export { runCli } from "./cli/run-cli.ts";
export { systemIo } from "./cli/system-io.ts";
export { type Clock, systemClock } from "./clock.ts";
export type {
  BoolField,
  Field,
  FieldBase,
  FieldValue,
  IntField,
  IntRules,
  StringField,
  StringRules,
  StringSliceField,
  StringSliceRules,
} from "./config/field.ts";
export { onlyHostsBelow, secretSourceFields } from "./config/field.ts";
export { readPastedSlug, type SlugForms } from "./config/pasted.ts";
export type { Relation } from "./config/relations.ts";
export type { ResolvedConfig } from "./config/resolve.ts";
export { type HttpField, type HttpFieldDefaults, httpFields } from "./config/standard-fields.ts";
export type { KeyOwner, ListReading, NotRead, ReadingFact } from "./contracts/completeness.ts";
export {
  type CheckOptions,
  type CheckResult,
  type Connector,
  type ConnectorMetadata,
  type ConnectorStats,
  type EntitlementTemplate,
  type EventFeed,
  type EventOptions,
  type EventPage,
  EventType,
  type FeedEvent,
  type GetOptions,
  type GrantChangeEvent,
  type ListOptions,
  type Page,
  type RateLimit,
  type ResourceChangeEvent,
  type ResourceSyncer,
  type RunDescription,
  type SessionStore,
  type SyncWarning,
  type UsageEvent,
  type ValidateOptions,
  type WarningSeverity,
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
export {
  createHttpClient,
  type HttpClient,
  type HttpClientOptions,
  type JsonAnswer,
  type JsonRequest,
  type SealedAnswer,
} from "./http/http-client.ts";
export type { FailureContext, HttpFailure } from "./http/http-failure.ts";
export { awaitedRetryLimits, type RetryLimits, retryLimitsWithin } from "./http/retry-timing.ts";
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
export { entitlementId, entitlementRef, grantId, newEntitlement, newGrant } from "./resources/ids.ts";
export { inAnyCase, isBlank, profileOf, shown, usableEmail } from "./resources/profile.ts";
export { type PastTime, parseTimestamp, pastTime, timestampOf } from "./resources/timestamps.ts";
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
