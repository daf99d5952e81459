/** Ages in days: differences of UTC days, so that they do not depend on the hour; and what they are called. Pure. */

const secondsOfDay = 86_400;

/** The ages by key, the longest first. Without a last login there was none, or the key that read does not see it. */
export const ageNames = {
  never: "never or hidden",
  over180: ">180 days",
  over90: "91-180 days",
  over30: "31-90 days",
  recent: "0-30 days",
} as const;
/** One of the ages. */
export type Age = keyof typeof ageNames;
/** All ages, the longest first. */
export const ages = Object.keys(ageNames) as readonly Age[];

/** Their names, in the same order. */
export const ageWords: readonly string[] = Object.values(ageNames);

/** Days from `seconds` to `asOfSeconds`, both since the Unix epoch; undefined for a moment that is not known. */
export function daysSince(seconds: number | undefined, asOfSeconds: number): number | undefined {
  return seconds === undefined ? undefined : utcDay(asOfSeconds) - utcDay(seconds);
}

/** The age of so many days; undefined for a moment that is not known. */
export function ageOf(days: number | undefined): Age {
  if (days === undefined) return "never";
  if (days > 180) return "over180";
  if (days > 90) return "over90";
  return days > 30 ? "over30" : "recent";
}

function utcDay(seconds: number): number {
  return Math.floor(seconds / secondsOfDay);
}
