/** Dates as HTTP headers carry them. Own parsing, because `Date.parse` takes almost anything for a date. */

const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const imfFixdate = /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), (\d\d) ([A-Z][a-z]{2}) (\d{4}) (\d\d):(\d\d):(\d\d) GMT$/;
const rfc850 =
  /^(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day, (\d\d)-([A-Z][a-z]{2})-(\d\d) (\d\d):(\d\d):(\d\d) [A-Z]{3}$/;
const rfc3339 = /^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(?:\.\d+)?(?:[Zz]|[+-]\d\d:\d\d)$/;

/**
 * Parses an IMF-fixdate, an RFC 850 date or an RFC 3339 time into milliseconds since the epoch; undefined for anything
 * else. A two-digit year more than 50 years ahead of `nowMs` belongs to the past (RFC 9110, 5.6.7).
 */
export function parseHttpDate(text: string, nowMs: number): number | undefined {
  const value = text.trim();
  if (rfc3339.test(value)) return finite(Date.parse(value.toUpperCase().replace(" ", "T")));
  const fixed = imfFixdate.exec(value);
  if (fixed) return fromParts(fixed, Number(fixed[3]));
  const old = rfc850.exec(value);
  return old ? fromParts(old, fullYear(Number(old[3]), nowMs)) : undefined;
}

/** The groups of both patterns: day, month name, year, hours, minutes, seconds. */
function fromParts(parts: RegExpExecArray, year: number): number | undefined {
  const month = months.indexOf(parts[2] ?? "");
  if (month < 0) return undefined;
  return finite(Date.UTC(year, month, Number(parts[1]), Number(parts[4]), Number(parts[5]), Number(parts[6])));
}

function fullYear(twoDigits: number, nowMs: number): number {
  const thisYear = new Date(nowMs).getUTCFullYear();
  const year = thisYear - (thisYear % 100) + twoDigits;
  return year > thisYear + 50 ? year - 100 : year;
}

function finite(ms: number): number | undefined {
  return Number.isFinite(ms) ? ms : undefined;
}
