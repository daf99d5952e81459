/** Builders of the traits of resources: what a resource is to governance. A type that promises a trait must put it on each. */
import type { Annotation, Profile, ResourceId, ResourceStatus, Timestamp } from "../contracts/model.ts";
import { writeResourceId, writeStruct, writeTimestamp } from "../wire/encode.ts";
import type { ProtoWriter } from "../wire/proto-writer.ts";
import { annotation } from "./annotations.ts";

/** What {@link groupTrait} writes besides the profile. */
export interface GroupSource {
  /** What kind of group it is, in words that connectors share; at most 64 bytes. */
  readonly sourceType?: string | undefined;
  /** The same in the product's own words; at most 256 bytes. */
  readonly rawSourceType?: string | undefined;
}

/** Trait of collections of people. The profile is the copy that older readers look for. */
export function groupTrait(profile?: Profile, source: GroupSource = {}): Annotation {
  return annotation("GroupTrait", (w) => {
    if (profile) writeStruct(w, 2, profile);
    w.string(3, source.sourceType ?? "");
    w.string(4, source.rawSourceType ?? "");
  });
}

/** What {@link roleTrait} writes. */
export interface RoleTraitInit {
  readonly profile?: Profile | undefined;
  /** Conditions under which the role applies, in the product's own language. */
  readonly scope?: { readonly type: string; readonly expressions: readonly string[] };
}

/** Trait of roles. */
export function roleTrait({ profile, scope }: RoleTraitInit = {}): Annotation {
  return annotation("RoleTrait", (w) => {
    if (profile) writeStruct(w, 1, profile);
    if (!scope) return;
    const conditions = w.begin(2);
    w.string(1, scope.type);
    for (const expression of scope.expressions) {
      const condition = w.begin(3);
      w.string(1, expression);
      w.end(condition);
    }
    w.end(conditions);
  });
}

/** Trait of a role bound to a scope, such as a role on one project. */
export function scopeBindingTrait(role: ResourceId, scope: ResourceId): Annotation {
  return annotation("ScopeBindingTrait", (w) => {
    writeResourceId(w, 1, role);
    writeResourceId(w, 2, scope);
  });
}

/** Facts about an application (wire: AppTrait.AppFlag). */
export const AppFlag = { hidden: 1, inactive: 2, saml: 3, oidc: 4, bookmark: 5 } as const;
/** One of the facts. */
export type AppFlag = (typeof AppFlag)[keyof typeof AppFlag];

/** What {@link appTrait} writes. */
export interface AppTraitInit {
  /** https. */
  readonly helpUrl?: string | undefined;
  readonly profile?: Profile | undefined;
  readonly flags?: readonly AppFlag[] | undefined;
  /** What kind of application it is, in words that connectors share; at most 64 bytes. */
  readonly sourceType?: string | undefined;
  /** The same in the product's own words; at most 256 bytes. */
  readonly rawSourceType?: string | undefined;
}

/** Trait of applications. */
export function appTrait(init: AppTraitInit = {}): Annotation {
  return annotation("AppTrait", (w) => {
    w.string(1, init.helpUrl ?? "");
    if (init.profile) writeStruct(w, 4, init.profile);
    if (init.flags && init.flags.length > 0) w.bytes(5, Uint8Array.from(init.flags));
    w.string(6, init.sourceType ?? "");
    w.string(7, init.rawSourceType ?? "");
  });
}

/** Kinds of credential (wire: SecretTrait.CredentialType). */
export const CredentialType = { unspecified: 0, staticSecret: 1, asymmetricKey: 2, certificate: 3 } as const;
/** One of the kinds of credential. */
export type CredentialType = (typeof CredentialType)[keyof typeof CredentialType];

/** What {@link secretTrait} writes; the credential itself is never part of it. */
export interface SecretTraitInit {
  readonly profile?: Profile | undefined;
  readonly createdAt?: Timestamp | undefined;
  readonly expiresAt?: Timestamp | undefined;
  readonly lastUsedAt?: Timestamp | undefined;
  /** Who made it. */
  readonly createdBy?: ResourceId | undefined;
  /** Whose it is: the account that it logs in as. */
  readonly identity?: ResourceId | undefined;
  readonly credentialType?: CredentialType | undefined;
  readonly credentialDetail?: string | undefined;
}

/** Trait of credentials: keys, tokens, certificates. */
export function secretTrait(init: SecretTraitInit = {}): Annotation {
  return annotation("SecretTrait", (w) => {
    if (init.profile) writeStruct(w, 1, init.profile);
    if (init.createdAt) writeTimestamp(w, 2, init.createdAt);
    if (init.expiresAt) writeTimestamp(w, 3, init.expiresAt);
    if (init.lastUsedAt) writeTimestamp(w, 4, init.lastUsedAt);
    if (init.createdBy) writeResourceId(w, 5, init.createdBy);
    if (init.identity) writeResourceId(w, 6, init.identity);
    w.uint(7, init.credentialType ?? 0);
    w.string(8, init.credentialDetail ?? "");
  });
}

/** Kinds of machine identity (wire: NonHumanIdentityTrait.NhiType). */
export const NhiType = { unspecified: 0, appRegistration: 1, assumableRole: 2, managedIdentity: 3 } as const;
/** One of the kinds of machine identity. */
export type NhiType = (typeof NhiType)[keyof typeof NhiType];

/** On an account: it belongs to a machine. @param detail which kind, in the product's own words. */
export function nonHumanIdentityTrait(type: NhiType = NhiType.unspecified, detail = ""): Annotation {
  return annotation("NonHumanIdentityTrait", (w) => {
    w.uint(1, type);
    w.string(2, detail);
  });
}

/** What {@link licenseProfileTrait} writes. */
export interface LicenseProfileInit {
  readonly name: string;
  readonly purchasedSeats?: number | undefined;
  readonly consumedSeats?: number | undefined;
  readonly costPerUnitInCents?: number | undefined;
  /** Such as `USD`. */
  readonly currency?: string | undefined;
  /** Entitlements whose holders use a seat. */
  readonly entitlementIds?: readonly string[] | undefined;
}

/** Trait of licences with seats. */
export function licenseProfileTrait(init: LicenseProfileInit): Annotation {
  return annotation("LicenseProfileTrait", (w) => {
    w.string(1, init.name);
    w.int64(2, init.purchasedSeats ?? 0);
    w.int64(3, init.consumedSeats ?? 0);
    w.int64(4, init.costPerUnitInCents ?? 0);
    w.string(5, init.currency ?? "");
    for (const id of init.entitlementIds ?? []) w.stringAlways(6, id);
  });
}

/** Trait of agents that act by themselves. @param identity the account that it acts as. */
export function agentTrait(identity?: ResourceId): Annotation {
  return annotation("AgentTrait", (w) => {
    if (identity) writeResourceId(w, 2, identity);
  });
}

/** Kinds of account (wire: UserTrait.AccountType). */
export const AccountType = { unspecified: 0, human: 1, service: 2, system: 3 } as const;
/** One of the kinds of account. */
export type AccountType = (typeof AccountType)[keyof typeof AccountType];

/** What {@link userTrait} writes. Fields left out are absent on the wire, which readers take as unknown. */
export interface UserTraitInit {
  /** Primary e-mail address. */
  readonly email?: string | undefined;
  readonly status: { readonly status: ResourceStatus; readonly details?: string };
  readonly profile?: Profile | undefined;
  readonly accountType: AccountType;
  readonly login?: string | undefined;
  readonly createdAt?: Timestamp | undefined;
  readonly lastLogin?: Timestamp | undefined;
  readonly mfaEnabled?: boolean | undefined;
  readonly ssoEnabled?: boolean | undefined;
}

/** Trait of people and accounts. */
export function userTrait(init: UserTraitInit): Annotation {
  return annotation("UserTrait", (w) => writeUserTrait(w, init));
}

function writeUserTrait(w: ProtoWriter, init: UserTraitInit): void {
  if (init.email !== undefined) {
    const email = w.begin(1);
    w.string(1, init.email);
    w.bool(2, true);
    w.end(email);
  }
  const status = w.begin(2);
  w.uint(1, init.status.status);
  w.string(2, init.status.details ?? "");
  w.end(status);
  if (init.profile) writeStruct(w, 3, init.profile);
  w.uint(5, init.accountType);
  w.string(6, init.login ?? "");
  if (init.createdAt) writeTimestamp(w, 8, init.createdAt);
  if (init.lastLogin) writeTimestamp(w, 9, init.lastLogin);
  writeFlag(w, 10, init.mfaEnabled);
  writeFlag(w, 11, init.ssoEnabled);
}

/** MFAStatus and SSOStatus: a message with one bool; absent means unknown, present and empty means no. */
function writeFlag(w: ProtoWriter, field: number, enabled: boolean | undefined): void {
  if (enabled === undefined) return;
  const start = w.begin(field);
  w.bool(1, enabled);
  w.end(start);
}
