/** RFC 3339 text to a timestamp, with all nine digits of a second's fraction. */
import type { Timestamp } from "../contracts/model.ts";

// A second of 60 is a leap second, which is the next minute's first.
const rfc3339 =
  /^\d{4}-\d{2}-\d{2}[Tt ]([01]\d|2[0-3]):([0-5]\d):([0-5]\d|60)(?:\.(\d{1,9})\d*)?(?:[Zz]|([+-])([01]\d|2[0-3]):?([0-5]\d))?$/;

/**
 * Reads an RFC 3339 date-time, with or without fraction, with `Z`, an offset or (taken as UTC) neither.
 * Returns undefined for anything else: a date that cannot be read is unknown, never a wrong date.
 */
export function parseTimestamp(text: string): Timestamp | undefined {
  return parseUsual(text) ?? parseAny(text);
}

/** The same for text that may be missing. */
export function timestampOf(text: string | null | undefined): Timestamp | undefined {
  return text ? parseTimestamp(text) : undefined;
}

/** Products are younger; zero values of programming languages are years 1, 1900 and 1970. */
const earliestSeconds = Date.UTC(2000) / 1000;
/** Clocks differ by less. */
const clockToleranceSeconds = 24 * 3600;

/** A time that something happened. */
export interface PastTime {
  /** Undefined where there is none. */
  readonly text: string | undefined;
  /** Undefined for text that cannot be read as well. */
  readonly time: Timestamp | undefined;
}

/**
 * When something happened; there is no such time where a text stands for none: the year 1, the epoch, the year 9999 and
 * whatever is more than a day after `nowMs` (since the epoch). Text that cannot be read is left as it is.
 */
export function pastTime(text: string | null | undefined, nowMs: number): PastTime {
  const time = timestampOf(text);
  const isPlaceholder =
    time !== undefined && (time.seconds < earliestSeconds || time.seconds > nowMs / 1000 + clockToleranceSeconds);
  return isPlaceholder ? { text: undefined, time: undefined } : { text: text ?? undefined, time };
}

/** `2024-05-17T08:30:00Z` with or without fraction, as nearly all are written; undefined for anything else. */
function parseUsual(text: string): Timestamp | undefined {
  const end = text.length - 1;
  const fractionDigits = end - 20;
  const isUsual = end === 19 || (text.charCodeAt(19) === dot && fractionDigits >= 1 && fractionDigits <= 9);
  if (!isUsual || text.charCodeAt(end) !== letterZ || text.charCodeAt(10) !== letterT) return undefined;
  if (text.charCodeAt(13) !== colon || text.charCodeAt(16) !== colon) return undefined;
  const day = dayOf(text);
  const hours = digits(text, 11, 13);
  const minutes = digits(text, 14, 16);
  const seconds = digits(text, 17, 19);
  const fraction = end === 19 ? 0 : digits(text, 20, end);
  if (Number.isNaN(day) || !(hours < 24 && minutes < 60 && seconds < 60 && fraction >= 0)) return undefined;
  const nanos = end === 19 ? 0 : fraction * 10 ** (9 - fractionDigits);
  return { seconds: ((day * 24 + hours) * 60 + minutes) * 60 + seconds, nanos };
}

const [hyphen, dot, colon, letterT, letterZ] = [45, 46, 58, 84, 90];
/** Of a common year, before each month and at the end. */
const daysBefore = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334, 365];
/** The days of the years 0 to 1969, as the calendar of today counts them. */
const daysToEpoch = 719_528;

/**
 * Days from the epoch to the date that a text begins with; NaN for one that no calendar has. Not by the runtime, which takes
 * 30 February for 1 March and the year 99 for 1999, and is asked a hundred thousand times.
 */
function dayOf(text: string): number {
  const year = digits(text, 0, 4);
  const month = digits(text, 5, 7);
  const day = digits(text, 8, 10);
  if (text.charCodeAt(4) !== hyphen || text.charCodeAt(7) !== hyphen) return Number.NaN;
  const leapDay = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 1 : 0;
  const before = (daysBefore[month - 1] ?? Number.NaN) + (month > 2 ? leapDay : 0);
  const after = (daysBefore[month] ?? Number.NaN) + (month > 1 ? leapDay : 0);
  if (!(day >= 1 && before + day <= after)) return Number.NaN;
  const leapYears = Math.ceil(year / 4) - Math.ceil(year / 100) + Math.ceil(year / 400);
  return year * 365 + leapYears + before + day - 1 - daysToEpoch;
}

/** The number that stands there; NaN where something else than digits does. */
function digits(text: string, start: number, end: number): number {
  let value = 0;
  for (let i = start; i < end; i++) {
    const digit = text.charCodeAt(i) - 48;
    if (!(digit >= 0 && digit <= 9)) return Number.NaN;
    value = value * 10 + digit;
  }
  return value;
}

function parseAny(text: string): Timestamp | undefined {
  const match = rfc3339.exec(text);
  if (!match) return undefined;
  const [, hours, minutes, seconds, fraction = "", sign, offsetHours = "0", offsetMinutes = "0"] = match;
  const day = dayOf(text);
  if (Number.isNaN(day)) return undefined;
  const local = ((day * 24 + Number(hours)) * 60 + Number(minutes)) * 60 + Number(seconds);
  const offset = (Number(offsetHours) * 60 + Number(offsetMinutes)) * 60;
  return { seconds: sign === "-" ? local + offset : local - offset, nanos: Number(fraction.padEnd(9, "0")) };
}
