/** RFC 3339 text to a timestamp, with all nine digits of a second's fraction. */
import type { Timestamp } from "../contracts/model.ts";

const rfc3339 = /^(\d{4}-\d{2}-\d{2})[Tt ](\d{2}:\d{2}:\d{2})(?:\.(\d{1,9})\d*)?(?:([Zz])|([+-])(\d{2}):?(\d{2}))?$/;

/**
 * Reads an RFC 3339 date-time, with or without fraction, with `Z`, an offset or (taken as UTC) neither.
 * Returns undefined for anything else: a date that cannot be read is unknown, never a wrong date.
 */
export function parseTimestamp(text: string): Timestamp | undefined {
  const match = rfc3339.exec(text);
  if (!match) return undefined;
  const [, date, time, fraction = "", , sign, hours = "0", minutes = "0"] = match;
  const ms = Date.parse(`${date}T${time}Z`);
  if (Number.isNaN(ms)) return undefined;
  const offsetSeconds = (Number(hours) * 60 + Number(minutes)) * 60 * (sign === "-" ? -1 : 1);
  return { seconds: ms / 1000 - offsetSeconds, nanos: Number(fraction.padEnd(9, "0")) };
}
