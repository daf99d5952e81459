/**
 * Times as the Go connectors keep them in a c1z: local wall clock without a zone, fraction without trailing zeros.
 * SQL compares them as text, so everything we write has exactly this shape.
 */
import type { Timestamp } from "../../contracts/model.ts";

/**
 * `YYYY-MM-DD HH:MM:SS[.fff]` in the host's zone (c1z: started_at, ended_at, discovered_at).
 * @param ms milliseconds since the Unix epoch, whole.
 */
export function goTime(ms: number): string {
  const date = new Date(ms);
  const day = `${pad(date.getFullYear(), 4)}-${pad(date.getMonth() + 1, 2)}-${pad(date.getDate(), 2)}`;
  const clock = `${pad(date.getHours(), 2)}:${pad(date.getMinutes(), 2)}:${pad(date.getSeconds(), 2)}`;
  const fraction = pad(date.getMilliseconds(), 3).replace(/0+$/, "");
  return `${day} ${clock}${fraction === "" ? "" : `.${fraction}`}`;
}

function pad(value: number, width: number): string {
  return String(value).padStart(width, "0");
}

const layout =
  /^(\d{4})-(\d{2})-(\d{2})(?:[ T](\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?)?\s*(?:Z|([+-])(\d{2}):?(\d{2})(?: [A-Z]\S*| [+-]\d{2,4})?)?(?: m=\S+)?$/;

/**
 * Reads any time text that the Go readers accept; a text without offset counts as UTC, as it does there.
 * @returns undefined for anything else.
 */
export function parseGoTime(text: string): Timestamp | undefined {
  const match = layout.exec(text);
  if (!match) return undefined;
  const part = (index: number): number => Number(match[index] ?? 0);
  const [year, month, day, hour, minute, second] = [part(1), part(2), part(3), part(4), part(5), part(6)];
  if (hour > 23 || minute > 59 || second > 59) return undefined;
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return undefined;
  const offsetSeconds = (match[8] === "-" ? -1 : 1) * (part(9) * 3600 + part(10) * 60);
  return {
    seconds: date.getTime() / 1000 + hour * 3600 + minute * 60 + second - offsetSeconds,
    nanos: Number((match[7] ?? "").padEnd(9, "0")),
  };
}
