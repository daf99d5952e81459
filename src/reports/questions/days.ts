/** Ages in days: differences of UTC days, so that they do not depend on the hour. Pure. */

const secondsOfDay = 86_400;

/** Days from `seconds` to `asOfSeconds`, both since the Unix epoch; undefined for a moment that is not known. */
export function daysSince(seconds: number | undefined, asOfSeconds: number): number | undefined {
  return seconds === undefined ? undefined : utcDay(asOfSeconds) - utcDay(seconds);
}

function utcDay(seconds: number): number {
  return Math.floor(seconds / secondsOfDay);
}
