/** Builders of the annotations and traits that connectors put on types, resources, entitlements and grants. */
import type { Annotation, Profile, ResourceStatus, Timestamp } from "../contracts/model.ts";
import { writeStruct, writeTimestamp } from "../wire/encode.ts";
import { ProtoWriter } from "../wire/proto-writer.ts";

const prefix = "type.googleapis.com/c1.connector.v2.";
const writer = new ProtoWriter();
const empty = new Uint8Array(0);

/** Type URL of the annotation message `name` of package c1.connector.v2. */
export function annotationUrl(name: string): string {
  return prefix + name;
}

function annotation(name: string, write?: (writer: ProtoWriter) => void): Annotation {
  if (!write) return { typeUrl: annotationUrl(name), value: empty };
  writer.reset();
  write(writer);
  return { typeUrl: annotationUrl(name), value: writer.copy() };
}

/** On a resource type or resource: neither entitlements nor grants are asked for. */
export const skipEntitlementsAndGrants: Annotation = annotation("SkipEntitlementsAndGrants");

/** On a grant: it cannot be taken away here, only at its source. */
export const grantImmutable: Annotation = annotation("GrantImmutable");

/** The id that the product itself uses for the object. */
export function rawId(id: string): Annotation {
  return annotation("RawId", (w) => w.string(1, id));
}

/** On a resource: resources of type `resourceTypeId` are listed with this one as their parent. */
export function childResourceType(resourceTypeId: string): Annotation {
  return annotation("ChildResourceType", (w) => w.string(1, resourceTypeId));
}

/** Where a person finds the object in the product; `url` must be https. */
export function externalLink(url: string): Annotation {
  return annotation("ExternalLink", (w) => w.string(1, url));
}

/** Entitlements of one `groupId` exclude each other; a higher `order` is more privileged. */
export function exclusionGroup(groupId: string, order: number): Annotation {
  return annotation("EntitlementExclusionGroup", (w) => {
    w.string(1, groupId);
    w.uint(2, order);
  });
}

/** Trait of collections of people. The profile is the copy that older readers look for. */
export function groupTrait(profile?: Profile): Annotation {
  return annotation("GroupTrait", (w) => {
    if (profile) writeStruct(w, 2, profile);
  });
}

/** Kinds of account (wire: UserTrait.AccountType). */
export const AccountType = { unspecified: 0, human: 1, service: 2, system: 3 } as const;
/** One of the kinds of account. */
export type AccountType = (typeof AccountType)[keyof typeof AccountType];

/** What {@link userTrait} writes. Fields left out are absent on the wire, which readers take as unknown. */
export interface UserTraitInit {
  /** Primary e-mail address. */
  readonly email?: string;
  readonly status: { readonly status: ResourceStatus; readonly details?: string };
  readonly profile?: Profile;
  readonly accountType: AccountType;
  readonly login?: string;
  readonly createdAt?: Timestamp;
  readonly lastLogin?: Timestamp;
  readonly mfaEnabled?: boolean;
  readonly ssoEnabled?: boolean;
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
