/** What is shown of a resource, from fields that may be unknown. */
import type { Profile, ProfileValue } from "../contracts/model.ts";

/** Leaves out what is unknown or empty: a profile never holds null. Keys keep their order. */
export function profileOf(values: Readonly<Record<string, ProfileValue | null | undefined>>): Profile {
  const profile: Record<string, ProfileValue> = {};
  // Without Object.entries: this runs for every row.
  for (const key in values) {
    const value = values[key];
    if (value !== undefined && value !== null && value !== "") profile[key] = value;
  }
  return profile;
}

/** Characters that show nothing. */
const invisible = /^[\s\p{Cc}\p{Cf}\p{Z}\u115f\u1160\u2800\u3164\uffa0]*$/u;

/** True for text in which there is nothing to be seen. */
export function isBlank(value: string): boolean {
  return invisible.test(value);
}

/** The name, or "" for one in which there is nothing to be seen: something else must stand in its place then. */
export function shown(name: string | null | undefined): string {
  return name === undefined || name === null || isBlank(name) ? "" : name;
}
