/**
 * What a connector author writes: a connector is metadata, a check of its credentials, and one syncer per
 * resource type, and event feeds where it has some. The sync engine calls these directly; the gRPC server is an adapter over the same contracts.
 */
import type { ReadingFact } from "./completeness.ts";
import type { Annotation, Entitlement, Grant, Resource, ResourceId, ResourceType, Timestamp } from "./model.ts";

/** Key to bytes memory of one sync, kept with the sync's unfinished file, so that a resumed run finds it again. */
export interface SessionStore {
  get(key: string): Uint8Array | undefined;
  set(key: string, value: Uint8Array): void;
  /** Keys that start with `prefix`, in byte order. Those that start with `baton/` are the engine's own, and left out. */
  keys(prefix: string): string[];
}

/** How much of the API's budget is left; filled from rate-limit headers. */
export interface RateLimit {
  /** Requests allowed per window. */
  readonly limit?: number;
  readonly remaining?: number;
  /** When the window starts anew, milliseconds since the epoch. */
  readonly resetAtMs?: number;
}

/** Something the reader of the result must know although the sync goes on. */
export interface SyncWarning {
  /** Stable code such as `CS-ROLE-UNKNOWN`. */
  readonly code: string;
  readonly message: string;
  /** How many rows it concerns; default 1. Warnings of one code are added up. */
  readonly count?: number;
  /** Id of the sign of a partial read that it is, such as `R2`; the connector's documents list them. */
  readonly signal?: string;
  /** What it means for the whole; default `note`. */
  readonly severity?: WarningSeverity;
  /** What to do, where it ends the sync; default: to run again when the organization is at rest. */
  readonly hint?: string;
}

/**
 * `note`: the rows are all there. `partial`: rows or fields may be missing, because the credential does not see them.
 * `incomplete`: rows are missing; such a warning ends the sync, and nothing of it is kept.
 */
export type WarningSeverity = "note" | "partial" | "incomplete";

/** What a run was about, for the run record. Never holds a secret. */
export interface RunDescription {
  /** What was read, for example the organization's slug. */
  readonly target: string;
  /** The credential. */
  readonly key?: RunKey;
  /** Known once the access was proved. */
  readonly identity?: TargetIdentity;
  /** Settings that change what is told of each row: with others, a run that stopped is not gone on with. */
  readonly settings?: readonly string[];
}

/** Which target is read, whatever it is called today. */
export interface TargetIdentity {
  /** Host of its API, with the port where that is not the usual one. */
  readonly host: string;
  /** The resource that stands for the target as a whole; its id outlives a rename. */
  readonly root: ResourceId;
}

/** A credential as it may be shown. */
export interface RunKey {
  /** Where it came from. */
  readonly source: string;
  /** What tells it from others. */
  readonly fingerprint: string;
  /** `token`: one that ends by itself, soon. Default `key`: one that is good until it is replaced. */
  readonly kind?: "key" | "token";
  /** When a token ends, milliseconds since the epoch; absent when it does not say. */
  readonly expiresAtMs?: number;
}

/** What every list call gets. */
export interface ListOptions {
  /** "" for the first page, then what the page before returned. */
  readonly pageToken: string;
  readonly session: SessionStore;
  readonly signal: AbortSignal;
  /** Records a warning; it is logged, kept in the run's result and never silent. */
  warn(warning: SyncWarning): void;
  /** Records what was seen of a list, for the completeness statement; kept with the sync. */
  report(fact: ReadingFact): void;
}

/** What a call for one resource gets. */
export type GetOptions = Omit<ListOptions, "pageToken">;

/** One page of a list. `nextPageToken` "" ends the list and never repeats the token asked with. */
export interface Page<T> {
  readonly items: readonly T[];
  readonly nextPageToken: string;
  /** Resources only: how many are likely to come after this page. Nothing depends on it but speed. */
  readonly toCome?: number;
  /** Resources only: the list is read once more from its beginning, and what it gave before is void. */
  readonly beginsAnew?: boolean;
  /** Resources only: rows may be newer states of rows that this list gave before; the connector says so where it matters. */
  readonly replaces?: boolean;
  /**
   * Entitlements and grants only: further cursors of the same list, each walked as an action of its own
   * (wire: EnqueuePageTokens). At most 1,024, none empty, none twice.
   */
  readonly enqueuePageTokens?: readonly string[];
}

/** An entitlement that every resource of a type offers alike; "" for a name or description means the resource's own. */
export type EntitlementTemplate = Omit<Entitlement, "id" | "resource">;

/** Reads one resource type. A syncer whose type carries a skip annotation leaves the methods out. */
export interface ResourceSyncer {
  readonly resourceType: ResourceType;
  /** True when a setting asks for the type, although it carries OptInRequired. */
  readonly isAskedFor?: boolean;
  /** Lists resources of the type under `parent`; without a parent only those that have none. */
  list(parent: ResourceId | undefined, options: ListOptions): Promise<Page<Resource>>;
  /**
   * Reads one resource by itself, for a targeted sync; undefined when there is none of that id. What `entitlements` and
   * `grants` of this one resource need must be there afterwards: in such a sync nothing else may be listed before.
   */
  get?(id: ResourceId, parent: ResourceId | undefined, options: GetOptions): Promise<Resource | undefined>;
  /** Entitlements that every resource of this type offers. */
  staticEntitlements?(options: ListOptions): Promise<Page<EntitlementTemplate>>;
  /** Entitlements that `resource` offers. */
  entitlements?(resource: Resource, options: ListOptions): Promise<Page<Entitlement>>;
  /** Grants; may name entitlements of any resource, not only of `resource`. */
  grants?(resource: Resource, options: ListOptions): Promise<Page<Grant>>;
}

/** What a validation gets. */
export interface ValidateOptions {
  readonly signal: AbortSignal;
  warn(warning: SyncWarning): void;
  /** As in a list call; whose key it is and what is never read are known here. */
  report(fact: ReadingFact): void;
  /** True when a sync of everything begins anew right after: what it asks first may be asked while the access is checked. */
  readonly beginsSync?: boolean;
  /**
   * Ids of the resource types that the sync reads, so that nothing is fetched for the others; undefined where no sync
   * follows. A type that carries OptInRequired is among them only when it was asked for.
   */
  readonly resourceTypes?: readonly string[];
}

/** Result of one named check of `validate`. */
export interface CheckResult {
  /** Stable id such as `key`. */
  readonly id: string;
  readonly title: string;
  readonly outcome: "pass" | "warn" | "fail" | "skip";
  /** What was found. */
  readonly detail: string;
  /** When something else came than an answer: how it begins, without secrets, escaped and cut. */
  readonly quote?: string;
  /** What to do, when the outcome is not pass. */
  readonly fix?: string;
  /** Stable error code, when the outcome is warn or fail. */
  readonly code?: string;
  /** What was found, for programs: names and ids, never a secret. Which there are is the connector's to say. */
  readonly facts?: Readonly<Record<string, string>>;
  /** When the outcome is fail: values that would have worked in the place of the refused one, best first. */
  readonly candidates?: readonly string[];
  /** When the outcome is fail: the gRPC status (1 to 16), which becomes the exit code of `validate`; default Unknown. */
  readonly status?: number;
}

/** What a check gets. */
export interface CheckOptions {
  readonly signal: AbortSignal;
  /** Told of each result as soon as it is there, in order. */
  readonly onResult?: (result: CheckResult) => void;
}

/** What is shown of a connector. */
export interface ConnectorMetadata {
  readonly displayName: string;
  readonly description: string;
  /** Where people read about it: begins with `https://`, at most 1,024 bytes (wire: ConnectorMetadata.help_url). */
  readonly helpUrl?: string;
}

/** Live figures of the connector's own traffic, for progress displays and the run record. */
export interface ConnectorStats {
  readonly requests: number;
  readonly retries: number;
  readonly rateLimit?: RateLimit;
  /** Set while the connector waits. */
  readonly waiting?: Waiting;
}

/** A wait of a connector. */
export interface Waiting {
  /** `rate-limit`: the budget of requests is used up; `retry`: a request failed and is made again. */
  readonly kind: "rate-limit" | "retry";
  /** Why, for people. */
  readonly reason: string;
  /** Milliseconds since the epoch. */
  readonly untilMs: number;
}

/** Kinds of event (wire: c1.connector.v2.EventType). */
export const EventType = { usage: 1, resourceChange: 4, createGrant: 5, createRevoke: 6 } as const;
/** One of the kinds of event. */
export type EventType = (typeof EventType)[keyof typeof EventType];

interface EventBase {
  /** Tells the event from all others of the feed: a reader that asks twice counts it once. */
  readonly id: string;
  readonly occurredAt: Timestamp;
  readonly annotations?: readonly Annotation[];
}

/** Somebody used something. */
export interface UsageEvent extends EventBase {
  readonly type: typeof EventType.usage;
  /** What was used. */
  readonly target: Resource;
  /** Who used it. */
  readonly actor: Resource;
}

/** A resource came, changed or went, and is worth reading anew: a reader may ask for a sync of it alone. */
export interface ResourceChangeEvent extends EventBase {
  readonly type: typeof EventType.resourceChange;
  readonly resource: ResourceId;
  readonly parent?: ResourceId | undefined;
}

/** Somebody got an entitlement, or lost it. */
export interface GrantChangeEvent extends EventBase {
  readonly type: typeof EventType.createGrant | typeof EventType.createRevoke;
  readonly entitlement: Entitlement;
  readonly principal: Resource;
}

/** Something that happened. */
export type FeedEvent = UsageEvent | ResourceChangeEvent | GrantChangeEvent;

/** What a feed is asked with. */
export interface EventOptions {
  /** "" for the first page, then what the page before returned, also in another process and after days. */
  readonly cursor: string;
  /** Events before it are not wanted. It comes with each page; undefined: from as far back as there is. */
  readonly startAt: Timestamp | undefined;
  /** Most events of a page, 1 to 1,000. */
  readonly pageSize: number;
  readonly signal: AbortSignal;
  /** Logged; a feed has no result to keep it in. */
  warn(warning: SyncWarning): void;
}

/** One page of a feed. */
export interface EventPage {
  /** Oldest first. */
  readonly events: readonly FeedEvent[];
  /** Where to go on, now or later; at most 4,096 bytes. "" only when there is nothing to go on from. */
  readonly cursor: string;
  /** True when more can be read at once. False ends this reading; the next one begins with the cursor. */
  readonly hasMore: boolean;
}

/** One stream of events. */
export interface EventFeed {
  /** At most 1,024 bytes. For ever: readers keep cursors under it. */
  readonly id: string;
  /** The kinds of event that it tells. */
  readonly eventTypes: readonly EventType[];
  /** Gives one page. Throws a BatonError when it cannot. */
  list(options: EventOptions): Promise<EventPage>;
}

/** A connector: everything the engine, the gRPC server and the command line need. Its constructor does no I/O. */
export interface Connector {
  readonly metadata: ConnectorMetadata;
  /** In the order in which the types are registered. */
  readonly syncers: readonly ResourceSyncer[];
  /** Runs before each sync. Throws a BatonError when a sync would not tell the truth; warnings go through `warn`. */
  validate(options: ValidateOptions): Promise<void>;
  /** The same checks one by one, for a person to read. Never throws for a failed check. */
  check(options: CheckOptions): Promise<readonly CheckResult[]>;
  /** Forgets what it kept of a sync: once everything is read, and again when the run ends. */
  cleanup?(): Promise<void>;
  stats?(): ConnectorStats;
  /** Streams of what happened between syncs, for `serve` and service mode. */
  readonly eventFeeds?: readonly EventFeed[];
  /** For the run record; makes no request. */
  describeRun?(): RunDescription;
}

/**
 * Which baton-sdk this one behaves as, with the `v` of its tags. Syncers and services decide by it what they may ask for:
 * those in Go send session ids only from v0.4.3 on.
 */
export const sdkVersion = "v0.26.0";
