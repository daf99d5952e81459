/**
 * What a connector gives that it could not give if it were all checked by the compiler: one in plain JavaScript, or one that
 * casts an answer, gives anything. Said in a way that its author finds the place; stored, it would be lost or fail later.
 */
import type { EntitlementTemplate, Page, ResourceSyncer } from "../contracts/connector.ts";
import type { Entitlement, Grant, Resource, ResourceId } from "../contracts/model.ts";
import { isJsonObject } from "../json-object.ts";

/** What is wrong, such as `displayName is undefined, not text`; undefined: nothing. */
export type Flaw = string | undefined;

/** As it may come: the compiler's word for what is there is not taken. */
type Unchecked<T> = { readonly [K in keyof T]?: T[K] | undefined };

/** The flaw of a page, or of its first row that has one. */
export function flawOfPage<T>(page: Page<T>, flawOfRow: (row: T) => Flaw): Flaw {
  if (!isObject(page) || Symbol.asyncIterator in page) return `it is ${kindOf(page)}, not { items, nextPageToken }`;
  const flaw = flawOfList("items", page.items) ?? flawOfText("nextPageToken", page.nextPageToken);
  if (flaw !== undefined) return flaw;
  let number = 0;
  for (const row of page.items) {
    number++;
    const flaw = isObject(row) ? flawOfRow(row) : `it is ${kindOf(row)}`;
    if (flaw !== undefined) return `of row ${number} ${flaw}`;
  }
  return undefined;
}

/** The flaw of a resource. */
export function flawOfResource({ id, displayName, annotations }: Unchecked<Resource>): Flaw {
  return flawOfId("id", id) ?? flawOfText("displayName", displayName) ?? flawOfList("annotations", annotations);
}

/** The flaw of an entitlement. */
export function flawOfEntitlement(entitlement: Unchecked<Entitlement>): Flaw {
  const { id, resource } = entitlement;
  return flawOfText("id", id) ?? flawOfId("resource.id", resource?.id) ?? flawOfTemplate(entitlement);
}

/** The flaw of an entitlement that every resource of a type offers alike. */
export function flawOfTemplate({
  slug,
  displayName,
  description,
  grantableTo,
  annotations,
}: Unchecked<EntitlementTemplate>): Flaw {
  return (
    flawOfText("slug", slug) ??
    flawOfText("displayName", displayName) ??
    flawOfText("description", description) ??
    flawOfList("grantableTo", grantableTo) ??
    flawOfList("annotations", annotations)
  );
}

/** The flaw of a grant. */
export function flawOfGrant({ id, entitlement, principal }: Unchecked<Grant>): Flaw {
  return (
    flawOfText("id", id) ??
    flawOfText("entitlement.id", entitlement?.id) ??
    flawOfId("entitlement.resource", entitlement?.resource) ??
    flawOfId("principal", principal)
  );
}

/** The flaw of the syncers of a connector: all that is read goes by the ids of their types. */
export function flawOfSyncers(syncers: readonly (ResourceSyncer | undefined)[]): Flaw {
  const ids = new Set<string>();
  for (const [index, syncer] of syncers.entries()) {
    const type = syncer?.resourceType;
    if (!isObject(type)) return `syncer ${index + 1} has no resourceType`;
    const flaw =
      flawOfText("id", type.id) ?? flawOfList("traits", type.traits) ?? flawOfList("annotations", type.annotations);
    if (flaw !== undefined) return `of the resourceType of syncer ${index + 1} ${flaw}`;
    if (type.id === "") return `the resourceType of syncer ${index + 1} has no id`;
    if (ids.has(type.id)) return `two syncers are of the type '${type.id}'`;
    ids.add(type.id);
  }
  return undefined;
}

function flawOfId(name: string, id: ResourceId | undefined): Flaw {
  // A large sync has millions of ids: names of fields are put together only for one that has a flaw.
  if (typeof id?.resourceType === "string" && typeof id.resource === "string") return undefined;
  return flawOfText(`${name}.resourceType`, id?.resourceType) ?? flawOfText(`${name}.resource`, id?.resource);
}

function flawOfText(name: string, value: unknown): Flaw {
  return typeof value === "string" ? undefined : `${name} is ${kindOf(value)}, not text`;
}

function flawOfList(name: string, value: unknown): Flaw {
  return Array.isArray(value) ? undefined : `${name} is ${kindOf(value)}, not a list`;
}

function isObject(value: unknown): value is object {
  return isJsonObject(value) && !(value instanceof Promise);
}

function kindOf(value: unknown): string {
  if (value === undefined || value === null) return String(value);
  if (value instanceof Promise) return "a promise (an await is missing)";
  if (Array.isArray(value)) return "a list";
  if (typeof value !== "object") return `a ${typeof value}`;
  return Symbol.asyncIterator in value ? "an async generator" : "an object";
}
