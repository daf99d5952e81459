/** RFC 3339 text to a timestamp, with all nine digits of a second's fraction. */
import type { Timestamp } from "../contracts/model.ts";

// A second of 60 is a leap second, which is the next minute's first.
const rfc3339 =
  /^(\d{4}-\d{2}-\d{2})[Tt ]([01]\d|2[0-3]):([0-5]\d):([0-5]\d|60)(?:\.(\d{1,9})\d*)?(?:[Zz]|([+-])([01]\d|2[0-3]):?([0-5]\d))?$/;

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

/**
 * The text of a time that something happened; undefined for one that stands for no time: the year 1, the epoch, the
 * year 9999 and whatever is more than a day after `nowMs` (since the epoch). What cannot be read is left as it is.
 */
export function pastTime(text: string | null | undefined, nowMs: number): string | undefined {
  const time = timestampOf(text);
  const isPlaceholder =
    time !== undefined && (time.seconds < earliestSeconds || time.seconds > nowMs / 1000 + clockToleranceSeconds);
  return isPlaceholder ? undefined : (text ?? undefined);
}

/** Milliseconds of the days that were met, by their text: few, and each met a hundred times. */
const days = new Map<string, number>();
const mostDays = 10_000;

/** `2024-05-17T08:30:00Z` with or without fraction, as nearly all are written; undefined for anything else. */
function parseUsual(text: string): Timestamp | undefined {
  const end = text.length - 1;
  const fractionDigits = end - 20;
  const isUsual = end === 19 || (text.charCodeAt(19) === dot && fractionDigits >= 1 && fractionDigits <= 9);
  if (!isUsual || text.charCodeAt(end) !== letterZ || text.charCodeAt(10) !== letterT) return undefined;
  if (text.charCodeAt(13) !== colon || text.charCodeAt(16) !== colon) return undefined;
  const [hours, minutes, seconds] = [digits(text, 11, 13), digits(text, 14, 16), digits(text, 17, 19)];
  const fraction = end === 19 ? 0 : digits(text, 20, end);
  if (!(hours < 24 && minutes < 60 && seconds < 60 && fraction >= 0)) return undefined;
  const day = text.slice(0, 10);
  const dayMs = dayOf(day);
  if (Number.isNaN(dayMs)) return undefined;
  const nanos = end === 19 ? 0 : fraction * 10 ** (9 - fractionDigits);
  return { seconds: dayMs / 1000 + (hours * 60 + minutes) * 60 + seconds, nanos };
}

const [dot, colon, letterT, letterZ] = [46, 58, 84, 90];
const isoDay = /^\d{4}-\d{2}-\d{2}$/;

/** NaN for a day that no calendar has: the runtime takes 30 February for 1 March. */
function dayOf(text: string): number {
  const known = days.get(text);
  if (known !== undefined) return known;
  const parsed = isoDay.test(text) ? Date.parse(`${text}T00:00:00Z`) : Number.NaN;
  const isReal = !Number.isNaN(parsed) && new Date(parsed).toISOString().startsWith(text);
  const ms = isReal ? parsed : Number.NaN;
  if (days.size >= mostDays) days.clear();
  days.set(text, ms);
  return ms;
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
  const [, day = "", hours, minutes, seconds, fraction = "", sign, offsetHours = "0", offsetMinutes = "0"] = match;
  const dayMs = dayOf(day);
  if (Number.isNaN(dayMs)) return undefined;
  const local = dayMs / 1000 + (Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds);
  const offset = (Number(offsetHours) * 60 + Number(offsetMinutes)) * 60;
  return { seconds: sign === "-" ? local + offset : local - offset, nanos: Number(fraction.padEnd(9, "0")) };
}
