/** Builders of the annotations that connectors put on types, resources, entitlements and grants. Traits are beside it. */
import type { Annotation, Profile, Trait } from "../contracts/model.ts";
import { writeStruct } from "../wire/encode.ts";
import { ProtoWriter } from "../wire/proto-writer.ts";

const prefix = "type.googleapis.com/c1.connector.v2.";
const writer = new ProtoWriter();
const empty = new Uint8Array(0);

/** By name, which are few: V8 reads a text that is put together for each row again at each comparison. */
const urls = new Map<string, string>();

/** Type URL of the annotation message `name` of package c1.connector.v2. */
export function annotationUrl(name: string): string {
  const known = urls.get(name);
  if (known !== undefined) return known;
  const url = prefix + name;
  urls.set(name, url);
  return url;
}

/** An annotation of package c1.connector.v2; `write` writes its fields in ascending order. */
export function annotation(name: string, write?: (writer: ProtoWriter) => void): Annotation {
  if (!write) return { typeUrl: annotationUrl(name), value: empty };
  writer.reset();
  write(writer);
  return { typeUrl: annotationUrl(name), value: writer.copy() };
}

/** On a resource type or resource: neither entitlements nor grants are asked for. */
export const skipEntitlementsAndGrants: Annotation = annotation("SkipEntitlementsAndGrants");

/** On a resource type or resource: grants are not asked for. */
export const skipGrants: Annotation = annotation("SkipGrants");

/** On a resource type or resource: entitlements are not asked for. */
export const skipEntitlements: Annotation = annotation("SkipEntitlements");

/** On a resource type: it is synced only when it is asked for by name, and advertised all the same. */
export const optInRequired: Annotation = annotation("OptInRequired");

/** On a resource type: its numbers change a lot, and that is no sign of a fault. */
export const skipSyncAnomalyDetection: Annotation = annotation("SkipSyncAnomalyDetection");

/** On a resource type: it is there for older configurations only. */
export const deprecated: Annotation = annotation("Deprecated");

/** On a resource type: what the credential needs to be allowed, in the product's own words. */
export function capabilityPermissions(permissions: readonly string[]): Annotation {
  return annotation("CapabilityPermissions", (w) => {
    for (const permission of permissions) {
      const start = w.begin(1);
      w.string(1, permission);
      w.end(start);
    }
  });
}

/** On a grant: it cannot be taken away here, only at its source. */
export const grantImmutable: Annotation = annotation("GrantImmutable");

/** On an entitlement: it can be neither granted nor revoked. */
export const entitlementImmutable: Annotation = annotation("EntitlementImmutable");

/** On a grant: facts about it, in the product's own words. */
export function grantMetadata(metadata: Profile): Annotation {
  return annotation("GrantMetadata", (w) => writeStruct(w, 1, metadata));
}

/** On a grant: the principal is the resource of `trait` whose profile holds `value` under `key`, in another connector's file. */
export function externalResourceMatch(trait: Trait, key: string, value: string): Annotation {
  return annotation("ExternalResourceMatch", (w) => {
    w.uint(1, trait);
    w.string(2, key);
    w.string(3, value);
  });
}

/** On a grant: every resource of `trait` in another connector's file is a principal. */
export function externalResourceMatchAll(trait: Trait): Annotation {
  return annotation("ExternalResourceMatchAll", (w) => w.uint(1, trait));
}

/** On a grant: the principal is the resource of this id in another connector's file. */
export function externalResourceMatchId(id: string): Annotation {
  return annotation("ExternalResourceMatchID", (w) => w.string(1, id));
}

/** Other ids of the same thing, 1 to 100. */
export function aliases(ids: readonly string[]): Annotation {
  return annotation("Aliases", (w) => {
    for (const id of ids) w.stringAlways(1, id);
  });
}

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

/** What {@link exclusionGroup} writes besides group and order. */
export interface ExclusionGroupOptions {
  /** The entitlement that somebody has who is given none of the group. At most one of a group. */
  readonly isDefault?: boolean;
  /** The group holds for each resource by itself. */
  readonly scopeToResource?: boolean;
}

/** Entitlements of one `groupId` exclude each other; a higher `order` is more privileged. */
export function exclusionGroup(groupId: string, order: number, options: ExclusionGroupOptions = {}): Annotation {
  return annotation("EntitlementExclusionGroup", (w) => {
    w.string(1, groupId);
    w.uint(2, order);
    w.bool(3, options.isDefault ?? false);
    w.bool(4, options.scopeToResource ?? false);
  });
}
