/**
 * Ids that every Baton connector shares: those of entitlements and grants, which are plain joins, and the text by which
 * people and tools name a resource, `bid:r:user/7`, or with its parent `bid:r:organization/acme/user/7`.
 */
import type { Entitlement, EntitlementRef, Grant, Resource, ResourceId, ResourceTarget } from "../contracts/model.ts";
import { type BatonError, settingError } from "../errors.ts";

const prefix = "bid:r:";

/**
 * Reads `bid:r:[parent type/parent id/]type/id`; inside a part `\`, `/` and `:` have a backslash before them.
 * @throws BatonError `BATON-ID` whose message points at the place that cannot be read.
 */
export function parseBatonId(text: string): ResourceTarget {
  if (!text.startsWith(prefix)) throw unreadable(text, commonLength(text, prefix), `'${prefix}' is expected here`);
  const parts = splitParts(text);
  if (parts.length !== 2 && parts.length !== 4) {
    throw unreadable(text, text.length, "a type and an id are expected, with or without those of the parent before");
  }
  const id = resourceId(parts.slice(-2));
  return parts.length === 2 ? { id } : { id, parentResourceId: resourceId(parts) };
}

function resourceId([resourceType = "", resource = ""]: readonly string[]): ResourceId {
  return { resourceType, resource };
}

/** The parts after the prefix, without their escapes. */
function splitParts(text: string): string[] {
  const parts: string[] = [];
  let part = "";
  for (let at = prefix.length; at <= text.length; at++) {
    const character = text[at];
    if (character === "\\") {
      part += escaped(text, ++at);
    } else if (character === ":") {
      throw unreadable(text, at, "a colon inside a part is written '\\:'");
    } else if (character === "/" || character === undefined) {
      if (part === "") throw unreadable(text, at, "a part is empty");
      parts.push(part);
      part = "";
    } else {
      part += character;
    }
  }
  return parts;
}

function escaped(text: string, at: number): string {
  const character = text[at] ?? "";
  if (character !== "" && "\\/:".includes(character)) return character;
  throw unreadable(text, at, "after a backslash only '\\', '/' or ':' can follow");
}

function commonLength(text: string, expected: string): number {
  let length = 0;
  while (length < text.length && text[length] === expected[length]) length++;
  return length;
}

function unreadable(text: string, at: number, problem: string): BatonError {
  return settingError({
    code: "BATON-ID",
    message: `invalid Baton id: ${problem}\n${text}\n${" ".repeat(at)}^`,
    hint: "A resource is named as in bid:r:user/7, or with its parent as in bid:r:organization/acme/user/7.",
  });
}

/** `<type>:<resource>:<slug>`. */
export function entitlementId(resource: ResourceId, slug: string): string {
  return `${resource.resourceType}:${resource.resource}:${slug}`;
}

/** An entitlement of a resource, under the id that its slug gives it. */
export function newEntitlement(
  resource: Resource,
  told: Omit<Entitlement, "id" | "resource" | "annotations"> & Partial<Pick<Entitlement, "annotations">>,
): Entitlement {
  return { annotations: [], ...told, id: entitlementId(resource.id, told.slug), resource };
}

/** What grants name an entitlement by; those of one entitlement may share it. */
export function entitlementRef(resource: ResourceId, slug: string): EntitlementRef {
  return { id: entitlementId(resource, slug), resource };
}

/** `<entitlement id>:<principal type>:<principal id>`. */
export function grantId(entitlement: string, principal: ResourceId): string {
  return `${entitlement}:${principal.resourceType}:${principal.resource}`;
}

/** A plain direct grant. */
export function newGrant(entitlement: EntitlementRef, principal: ResourceId): Grant {
  return { id: grantId(entitlement.id, principal), entitlement, principal };
}
