/** What of a resource counts as a change between two syncs, as texts by name. Pure. */
import type { ProfileValue, Resource } from "../sdk/contracts/model.ts";
import { accountFacts } from "./account-facts.ts";

/** Name, state, second factor, address, login, description, parent and the profile; what is absent is left out. @param notCompared keys of the profile. */
export function resourceValues(
  resource: Resource,
  isAccount: boolean,
  notCompared: ReadonlySet<string>,
): ReadonlyMap<string, string> {
  const values = new Map<string, string>();
  for (const [key, value] of Object.entries(resource.profile ?? {})) {
    if (!notCompared.has(key)) values.set(key, textOf(value));
  }
  const { parentResourceId: parent } = resource;
  const named = {
    name: resource.displayName,
    description: resource.description,
    parent: parent && `${parent.resourceType}:${parent.resource}`,
    ...(isAccount && accountValues(resource)),
  };
  for (const [key, value] of Object.entries(named)) if (value) values.set(key, value);
  return values;
}

function accountValues(resource: Resource): Readonly<Record<string, string | undefined>> {
  const { status, twoFactor, email, login } = accountFacts(resource);
  const factor = twoFactor === undefined ? "unknown" : yesOrNo(twoFactor);
  return { status, "two-factor": factor, email, login };
}

function yesOrNo(value: boolean): string {
  return value ? "yes" : "no";
}

function textOf(value: ProfileValue): string {
  return typeof value === "string" ? value : JSON.stringify(sortKeys(value));
}

function sortKeys(value: ProfileValue): ProfileValue {
  if (typeof value !== "object") return value;
  if (isList(value)) return value.map(sortKeys);
  const entries = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, inner]) => [key, sortKeys(inner)]));
}

function isList(value: ProfileValue): value is readonly ProfileValue[] {
  return Array.isArray(value);
}
