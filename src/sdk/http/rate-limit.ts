/** Reads what an answer says about the request budget, under the header names that are in use. Pure. */
import type { IncomingHttpHeaders } from "node:http";

/** What one answer says about the budget. Waits are relative, so that a wrong clock on this machine does not matter. */
export interface RateLimitNotice {
  /** Requests per window. */
  readonly limit: number | undefined;
  /** Requests left in the window after this one. */
  readonly remaining: number | undefined;
  /** Milliseconds from now until the window starts anew; never negative. */
  readonly resetInMs: number | undefined;
  /** Milliseconds from now that `Retry-After` asks to wait; never negative, Infinity when beyond all bounds. */
  readonly retryAfterMs: number | undefined;
}

// Names in the order in which the Baton SDK tries them.
const families = ["x-ratelimit-", "ratelimit-", "x-ratelimit-requests-", "x-rate-limit-"];
/** Integers above are epoch milliseconds, above the next one epoch seconds, below it seconds from now (Baton SDK). */
const epochMillisecondsFrom = 946_080_000_000;
const epochSecondsFrom = 946_080_000;
/** Differences between the clocks up to here are rounding and transit, not skew. */
const toleratedSkewMs = 2_000;

/** Reads the rate-limit headers of an answer received at `nowMs` (wall clock). Unusable values count as absent. */
export function parseRateLimit(headers: IncomingHttpHeaders, nowMs: number): RateLimitNotice {
  const serverNowMs = serverClock(headers, nowMs);
  const limit = firstOf(headers, "limit", parseLeadingInteger);
  return {
    limit,
    // Of a limit of nothing nothing can be left, and yet there was an answer: it says that there is no limit.
    remaining: limit === 0 ? undefined : firstOf(headers, "remaining", parseLeadingInteger),
    resetInMs: firstOf(headers, "reset", (value) => parseReset(value, serverNowMs)),
    retryAfterMs: parseRetryAfter(text(headers["retry-after"]), serverNowMs),
  };
}

/**
 * Milliseconds to wait after `Retry-After`: whole or decimal seconds, or a date in one of the formats of
 * {@link parseHttpDate}; a date in the past is 0. Undefined for negative numbers and garbage.
 */
export function parseRetryAfter(value: string | undefined, nowMs: number): number | undefined {
  const trimmed = value?.trim() ?? "";
  if (/^\d+(\.\d+)?$/.test(trimmed)) return Math.ceil(Number(trimmed) * 1000);
  const date = parseHttpDate(trimmed, nowMs);
  return date === undefined ? undefined : Math.max(0, date - nowMs);
}

/** The server's idea of now where it says so and differs from ours; absolute times are its own. */
function serverClock(headers: IncomingHttpHeaders, nowMs: number): number {
  const date = parseHttpDate(headers.date ?? "", nowMs);
  return date === undefined || Math.abs(date - nowMs) <= toleratedSkewMs ? nowMs : date;
}

function firstOf(
  headers: IncomingHttpHeaders,
  suffix: string,
  parse: (value: string) => number | undefined,
): number | undefined {
  for (const family of families) {
    const value = text(headers[family + suffix]);
    const parsed = value === undefined ? undefined : parse(value);
    if (parsed !== undefined) return parsed;
  }
  return undefined;
}

/** `500, 500;w=1` is 500. */
function parseLeadingInteger(value: string): number | undefined {
  const digits = /^\s*(\d{1,15})/.exec(value)?.[1];
  return digits === undefined ? undefined : Number(digits);
}

function parseReset(value: string, nowMs: number): number | undefined {
  const trimmed = value.trim();
  if (!/^\d{1,15}(\.\d+)?$/.test(trimmed)) {
    const date = parseHttpDate(trimmed, nowMs);
    return date === undefined ? undefined : Math.max(0, date - nowMs);
  }
  const number = Number(trimmed);
  if (number > epochMillisecondsFrom) return Math.max(0, number - nowMs);
  if (number > epochSecondsFrom) return Math.max(0, number * 1000 - nowMs);
  return number * 1000;
}

function text(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value;
}

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
