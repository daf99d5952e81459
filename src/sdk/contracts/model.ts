/**
 * What travels between a connector, the sync engine and the store. The shapes follow the messages of
 * `c1.connector.v2` (proto/c1/connector/v2), as plain read-only data: a row is built once and encoded once.
 */

/** Names one resource: `resourceType` is the id of its type, `resource` its id within that type. 1 to 1024 bytes each. */
export interface ResourceId {
  readonly resourceType: string;
  readonly resource: string;
}

/** A resource that is to be read by itself, with its parent where that is known. */
export interface ResourceTarget {
  readonly id: ResourceId;
  readonly parentResourceId?: ResourceId;
}

/** A `google.protobuf.Any`: `typeUrl` is `type.googleapis.com/` plus the full message name, `value` its bytes. */
export interface Annotation {
  readonly typeUrl: string;
  readonly value: Uint8Array;
}

/** A point in time as `google.protobuf.Timestamp`: whole seconds since the epoch plus nanoseconds 0 to 999999999. */
export interface Timestamp {
  readonly seconds: number;
  readonly nanos: number;
}

/** Profile values: what a `google.protobuf.Struct` can hold. Encoders write map keys in sorted order. */
export type ProfileValue = string | number | boolean | readonly ProfileValue[] | Profile;
/** A profile; dates are strings, absent values are left out, never null. */
export interface Profile {
  readonly [key: string]: ProfileValue;
}

/** Trait enum numbers (wire: ResourceType.Trait). */
export const Trait = {
  user: 1,
  group: 2,
  role: 3,
  app: 4,
  secret: 5,
  securityInsight: 6,
  scopeBinding: 7,
  vendor: 8,
  vendorAgreement: 9,
  licenseProfile: 10,
  agent: 11,
  managedDevice: 12,
} as const;
/** One of the trait numbers. */
export type Trait = (typeof Trait)[keyof typeof Trait];

/** Resource status numbers (wire: Resource.status, UserTrait.status use the same). */
export const ResourceStatus = { unspecified: 0, enabled: 1, disabled: 2, deleted: 3, pending: 4 } as const;
/** One of the status numbers. */
export type ResourceStatus = (typeof ResourceStatus)[keyof typeof ResourceStatus];

/** Entitlement purpose numbers (wire: Entitlement.PurposeValue). */
export const Purpose = { unspecified: 0, assignment: 1, permission: 2, ownership: 3 } as const;
/** One of the purpose numbers. */
export type Purpose = (typeof Purpose)[keyof typeof Purpose];

/** A kind of resource. */
export interface ResourceType {
  readonly id: string;
  readonly displayName: string;
  readonly traits: readonly Trait[];
  readonly annotations: readonly Annotation[];
  readonly description: string;
}

/** Something that exists: an organization, a user, a team. */
export interface Resource {
  readonly id: ResourceId;
  readonly parentResourceId?: ResourceId;
  readonly displayName: string;
  readonly annotations: readonly Annotation[];
  readonly description?: string;
  readonly profile?: Profile;
  readonly status?: { readonly status: ResourceStatus; readonly details?: string };
  readonly createdAt?: Timestamp;
}

/** Something that can be granted on a resource. `id` is `<type>:<resource>:<slug>`. */
export interface Entitlement {
  readonly id: string;
  readonly resource: Resource;
  readonly displayName: string;
  readonly description: string;
  readonly grantableTo: readonly ResourceType[];
  readonly annotations: readonly Annotation[];
  readonly purpose: Purpose;
  readonly slug: string;
}

/** What a grant needs of its entitlement. Grants of one entitlement share one such object. */
export interface EntitlementRef {
  readonly id: string;
  readonly resource: ResourceId;
}

/** Who holds what. `id` is `<entitlement id>:<principal type>:<principal id>`. */
export interface Grant {
  readonly id: string;
  readonly entitlement: EntitlementRef;
  readonly principal: ResourceId;
  readonly annotations?: readonly Annotation[];
  /** Anyone who holds one of these entitlements of the principal holds this grant's entitlement too. */
  readonly expandable?: GrantExpandable;
  /** By source entitlement id; empty or absent for a plain direct grant (wire: GrantSources). */
  readonly sources?: ReadonlyMap<string, { readonly isDirect: boolean }>;
}

/** Wire: GrantExpandable. */
export interface GrantExpandable {
  readonly entitlementIds: readonly string[];
  readonly shallow: boolean;
  readonly resourceTypeIds: readonly string[];
}
